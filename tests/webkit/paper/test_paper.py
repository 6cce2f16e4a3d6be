"""Papers: set in the font that travels with us, and never handed to anybody but the person whose they are."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from mynumber.webkit.face.harmless import only_shows
from mynumber.webkit.paper import (
    Facts,
    Heading,
    Items,
    Mark,
    Paper,
    Words,
    WrongPaper,
    release,
    subject_of,
    write,
)
from mynumber.webkit.paper.fonts import characters, drawable
from tests.support.tools import needs

HANAKO = UUID("5f8c1a4e-3a0b-4b0e-9d3f-1a2b3c4d5e6f")


def mark(about: UUID = HANAKO, name: str = "佐藤　花子") -> Mark:
    return Mark(about, subject_of(about, name=name, birth=date(1990, 5, 5), sex="2"))


def letter(whose: Mark, words: str = "認定します。", items: int = 3) -> Paper:
    return Paper(
        title="児童扶養手当認定通知書",
        mark=whose,
        number="2026-CRAC-000001-1",
        on="2026年11月22日",
        to="佐藤　花子",
        sender="東京都葛飾区長",
        blocks=(
            Words(words),
            Facts((("手当の月額", "46,690円"),)),
            Heading("決定の理由"),
            Items(tuple(f"児童扶養手当法第4条第{number}項" for number in range(1, items + 1))),
        ),
    )


def test_the_same_paper_is_the_same_bytes_and_only_shows() -> None:
    content = write(letter(mark()))
    assert content == write(letter(mark()))
    assert only_shows(content)
    assert release(content, expected=mark()) == content


def test_a_fact_longer_than_a_page_goes_on_on_the_next() -> None:
    """Somebody types a page full of lines into one field: their paper, and the letter of the office, are made all the same."""
    facts = Facts((("理由", "あ" * 4000), ("ことば", "\n".join("い" * 200))))
    content = write(replace(letter(mark()), blocks=(facts,)))
    assert release(content, expected=mark()) == content


def test_a_paper_of_another_person_or_application_does_not_leave() -> None:
    content = write(letter(mark()))
    for other in (
        mark(uuid4()),
        mark(name="佐藤　太郎"),
        Mark(HANAKO, "0" * 64),
        Mark(uuid4(), mark().subject),
    ):
        with pytest.raises(WrongPaper):
            release(content, expected=other)


def test_one_page_of_somebody_else_burns_the_whole_paper() -> None:
    """徳島 2023: the second page was another person's."""
    mine, other = (write(letter(whose, items=60)) for whose in (mark(), mark(uuid4(), "別人")))
    target = copy_into_new_writer(PdfFileReader(BytesIO(mine)))
    taken = target.import_object(page_of(PdfFileReader(BytesIO(other)), 1)["/Contents"].get_object())
    page_of(target, 1)[pdf_name("/Contents")] = target.add_object(taken)
    mixed = BytesIO()
    target.write(mixed)  # type: ignore[no-untyped-call]
    with pytest.raises(WrongPaper):
        release(mixed.getvalue(), expected=mark())
    # It is the page that is wrong, not that the file was written again.
    again = BytesIO()
    copy_into_new_writer(PdfFileReader(BytesIO(mine))).write(again)  # type: ignore[no-untyped-call]
    assert release(again.getvalue(), expected=mark())


def page_of(document: PdfFileReader | PdfFileWriter, number: int) -> Any:
    reference, _ = document.find_page_for_modification(number)  # type: ignore[no-untyped-call]
    return reference.get_object()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 notice", b"<html>", b"%PDF-1.4\n%%EOF"])
def test_what_is_no_paper_of_ours_does_not_leave(content: bytes) -> None:
    with pytest.raises(WrongPaper):
        release(content, expected=mark())


def test_a_paper_with_something_appended_does_not_leave() -> None:
    content = write(letter(mark()))
    for spoilt in (content[:-200], content + content, content.replace(b"/Subject", b"/Sabject", 1)):
        with pytest.raises(WrongPaper):
            release(spoilt, expected=mark())


@needs("pdftotext", "pdffonts")
def test_words_can_be_read_back_and_every_font_that_draws_is_inside() -> None:
    words = "<b>太字</b> & 髙橋 﨑 ① ㈱ \u200b\x07 𠮷野 “引用” BT (x) Tj"
    content = write(letter(mark(), words=words, items=80))
    text = poppler("pdftotext", content)
    assert "<b>太字</b> & 髙橋 﨑 ① ㈱" in text
    assert "〓野" in text
    assert "この書面の書体にない文字です" in text
    assert "2ページ" in text
    assert "架空です" in text
    lines = [line for line in poppler("pdffonts", content).splitlines()[2:] if "BIZUDP" in line]
    assert lines
    assert all(line.split()[-5] == "yes" for line in lines), "each is embedded"


def poppler(tool: str, content: bytes) -> str:
    arguments = [tool, "-", "-"] if tool == "pdftotext" else [tool, "-"]
    done = subprocess.run(arguments, input=content, capture_output=True, check=True)
    return done.stdout.decode()


def test_the_font_has_what_residents_write() -> None:
    assert {"葛", "辻", "祇", "髙", "﨑", "ー", "〒", "円", "　"} <= characters()
    assert drawable("𠮷田") == "〓田"


def test_a_subject_names_nobody_and_is_another_for_each_application() -> None:
    assert mark().subject != mark(uuid4()).subject
    with pytest.raises(ValueError, match="hexadecimal"):
        Mark(HANAKO, "佐藤　花子")
