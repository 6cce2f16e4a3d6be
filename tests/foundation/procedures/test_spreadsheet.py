"""Workbooks: every procedure there and back, and what others send is refused with its line."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import MalformedProcedure, catalogue
from mynumber.foundation.procedures.spreadsheet import LARGEST, UNPACKED, read_xlsx, write_xlsx

CLAIM = catalogue().versions("child_allowance_claim")[0]


@pytest.mark.parametrize("procedure", catalogue().procedures, ids=lambda each: each.id)
def test_a_procedure_goes_through_a_workbook_and_back(procedure: Procedure) -> None:
    assert read_xlsx(write_xlsx(procedure)) == procedure


def changed(change: Callable[[Any], None]) -> bytes:
    book = load_workbook(BytesIO(write_xlsx(CLAIM)))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cell(sheet: str, where: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[sheet][where] = value

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda book: book.remove(book["survey"]), "シート survey"),
        (cell("survey", "A1", "kind"), "列 kind"),
        (cell("survey", "C2", "=1+1"), "数式"),
        (cell("survey", "L2", "{ from ="), "survey 2行"),
        (cell("survey", "I2", "maybe"), "yes か no"),
        (cell("survey", "A2", "choice nothing"), "choices に nothing"),
        (cell("survey", "A2", "begin group"), "end group がありません"),
        (cell("survey", "A2", "end group"), "begin group がありません"),
        (cell("survey", "A2", "number"), "Invalid enum value 'number'"),
        (cell("settings", "B2", "unquoted words"), "settings 2行"),
        (cell("settings", "A3", "id.more"), "重なっています"),
    ],
)
def test_a_fault_is_named_with_its_line(change: Callable[[Any], None], expected: str) -> None:
    with pytest.raises(MalformedProcedure) as caught:
        read_xlsx(changed(change))
    assert expected in caught.value.problem


def test_a_text_like_a_formula_stays_text() -> None:
    sheet = load_workbook(BytesIO(write_xlsx(CLAIM)))["survey"]
    assert all(each.data_type != "f" for row in sheet.iter_rows() for each in row)


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"no workbook", b"x" * (LARGEST + 1)])
def test_what_is_no_workbook_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedProcedure):
        read_xlsx(body)


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"\0" * (UNPACKED + 1))
    assert len(out.getvalue()) < LARGEST
    with pytest.raises(MalformedProcedure, match="展開すると大きすぎます"):
        read_xlsx(out.getvalue())


def test_entities_in_the_xml_are_not_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><workbook>&b;</workbook>'
    source = zipfile.ZipFile(BytesIO(write_xlsx(CLAIM)))
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in source.namelist():
            packed.writestr(name, bomb if name == "xl/workbook.xml" else source.read(name))
    with pytest.raises(MalformedProcedure):
        read_xlsx(out.getvalue())


def test_too_many_lines_are_refused() -> None:
    book = Workbook(write_only=True)
    book.create_sheet("settings").append(["key", "value"])
    survey = book.create_sheet("survey")
    survey.append(["type", "name"])
    for at in range(2_100):
        survey.append(["text", f"field_{at}"])
    out = BytesIO()
    book.save(out)
    with pytest.raises(MalformedProcedure, match="2,000行"):
        read_xlsx(out.getvalue())
