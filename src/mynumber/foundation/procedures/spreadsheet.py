"""Procedures as a spreadsheet (XLSForm-like) and back, so that officials can write one where they are at home.

Sheets: `survey` (a line a field; begin group ... end group around what repeats), `choices` (list_name, name, labels), `documents`, and
`settings` (everything else, a key a line; values as TOML writes them). Columns of XLSForm are used where they mean the same:
type, name, label::LANG, hint::LANG, required, relevant, and for the rest: how, source and the bounds.
The reader takes what others made: limits on size, no formulas, and every fault with its sheet and line.
"""

import tomllib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import MalformedProcedure, convert
from mynumber.foundation.procedures.words import LANGUAGES
from mynumber.foundation.procedures.writing import inline, plain

LARGEST: Final = 2_000_000
"""Bytes of a file."""
UNPACKED: Final = 20_000_000
"""Bytes of all that is packed in it."""
MOST_FILES: Final = 200
"""Parts packed in it."""
MOST_LINES: Final = 2_000
MOST_COLUMNS: Final = 60
_BOUNDS: Final = ("least", "most", "unit", "earliest", "latest", "not_before", "longest")
_SURVEY: Final = (
    "type",
    "name",
    *(f"label::{language}" for language in LANGUAGES),
    *(f"hint::{language}" for language in LANGUAGES),
    "required",
    "relevant",
    "how",
    "source",
    "section",
    *_BOUNDS,
    "law",
    "switch",
    "shared",
)
_CHOICES: Final = ("list_name", "name", *(f"label::{language}" for language in LANGUAGES))
_DOCUMENTS: Final = (
    "name",
    *(f"label::{language}" for language in LANGUAGES),
    "required",
    "relevant",
    "original",
    "replaced_by",
    *(f"reason::{language}" for language in LANGUAGES),
    "formats",
    "most_megabytes",
    "law",
    "switch",
)
_SETTINGS: Final = ("key", "value")
_NOT_EXCEL: Final = "Excelのファイル（.xlsx）として読めません。"
_BAD_WORKBOOK: Final = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, NotImplementedError, RuntimeError, EOFError),
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, AttributeError),
)
"""What openpyxl and what is below it raise for a file that is none."""
_END: Final = "end group"
_GROUP: Final = "begin group"

Line = dict[str, str]


def write_xlsx(procedure: Procedure) -> bytes:
    """A procedure as the bytes of a workbook."""
    data = plain(procedure)
    book = Workbook()
    choices: list[Line] = []
    survey = list(_survey_lines(data.pop("field"), choices, ""))
    _sheet(book.active, "survey", _SURVEY, survey)
    _sheet(book.create_sheet(), "choices", _CHOICES, choices)
    documents = [_document_line(each) for each in data.pop("document", ())]
    _sheet(book.create_sheet(), "documents", _DOCUMENTS, documents)
    settings = [{"key": key, "value": inline(value)} for key, value in _flat(data)]
    _sheet(book.create_sheet(), "settings", _SETTINGS, settings)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read_xlsx(body: bytes, place: str = "workbook") -> Procedure:
    """A procedure from a workbook. Raises MalformedProcedure with sheet and line."""
    sheets = _sheets(body, place)
    data = _unflat(sheets["settings"], place)
    lists: dict[str, list[dict[str, Any]]] = {}
    for line in sheets["choices"]:
        entry = {"value": line.get("name", ""), "label": _words(line, "label")}
        lists.setdefault(line.get("list_name", ""), []).append(entry)
    lines = iter(enumerate(sheets["survey"], start=2))
    data["field"] = list(_fields(lines, lists, place, ""))
    if next(lines, None) is not None:
        raise MalformedProcedure(place, f"survey: {_END} が多すぎます。")
    documents = [_document(line, place, at) for at, line in enumerate(sheets["documents"], start=2)]
    if documents:
        data["document"] = documents
    return convert(data, place)


# --- writing


def _survey_lines(fields: list[dict[str, Any]], choices: list[Line], above: str) -> Iterator[Line]:
    for field in fields:
        path = f"{above}{field['id']}"
        is_group = field["type"] == "group"
        has_choices = bool(field.get("choices"))
        yield {
            "type": _GROUP if is_group else f"{field['type']} {path}" if has_choices else field["type"],
            "name": field["id"],
            **_columns(field["label"], "label"),
            **(_columns(field["help"], "hint") if "help" in field else {}),
            "required": "" if field.get("required", True) else "no",
            "relevant": field.get("when", ""),
            "how": field["how"],
            "source": inline(field["source"]),
            **{name: str(field.get(name, "")) for name in ("section", "law", "switch", "shared")},
            **{name: str(value) for name, value in field.get("bounds", {}).items()},
        }
        choices.extend(
            {"list_name": path, "name": choice["value"], **_columns(choice["label"], "label")}
            for choice in field.get("choices", ())
        )
        if is_group:
            yield from _survey_lines(field["field"], choices, f"{path}.")
            yield {"type": _END}


def _document_line(document: dict[str, Any]) -> Line:
    return {
        "name": document["id"],
        **_columns(document["label"], "label"),
        "required": "" if document.get("required", True) else "no",
        "relevant": document.get("when", ""),
        "original": "yes" if document.get("original") else "",
        "replaced_by": inline(document["replaced_by"]) if document.get("replaced_by") else "",
        **(_columns(document["reason"], "reason") if "reason" in document else {}),
        "formats": " ".join(document.get("formats", ())),
        **{name: str(document.get(name, "")) for name in ("most_megabytes", "law", "switch")},
    }


def _columns(words: Mapping[str, str], name: str) -> Line:
    return {f"{name}::{language}": words[language] for language in LANGUAGES}


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        if isinstance(value, Mapping) and value and key != "unmapped":
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _sheet(sheet: Any, title: str, columns: tuple[str, ...], lines: list[Line]) -> None:
    sheet.title = title
    sheet.append(list(columns))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "C2"
    for line in lines:
        sheet.append([line.get(column) or None for column in columns])
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            # A text that begins with "=" is a text, never a formula.
            if cell.value is not None:
                cell.data_type = "s"


# --- reading


def _sheets(body: bytes, place: str) -> dict[str, list[Line]]:
    if len(body) > LARGEST:
        raise MalformedProcedure(place, f"ファイルが大きすぎます（{LARGEST:,}バイトまで）。")
    try:
        with zipfile.ZipFile(BytesIO(body)) as packed:
            inside = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise MalformedProcedure(place, _NOT_EXCEL) from None
    if sum(each.file_size for each in inside) > UNPACKED or len(inside) > MOST_FILES:
        raise MalformedProcedure(place, "展開すると大きすぎます。")
    try:
        return _sheets_of(
            load_workbook(BytesIO(body), read_only=True, data_only=False, keep_links=False), place
        )
    except MalformedProcedure:
        raise
    except _BAD_WORKBOOK:
        raise MalformedProcedure(place, _NOT_EXCEL) from None


def _sheets_of(book: Workbook, place: str) -> dict[str, list[Line]]:
    expected = {"survey": _SURVEY, "choices": _CHOICES, "documents": _DOCUMENTS, "settings": _SETTINGS}
    missing = [name for name in ("survey", "settings") if name not in book.sheetnames]
    if missing:
        raise MalformedProcedure(place, f"シート {'、'.join(missing)} がありません。")
    return {
        name: _lines(book[name], name, columns, place) if name in book.sheetnames else []
        for name, columns in expected.items()
    }


def _lines(sheet: Any, name: str, columns: tuple[str, ...], place: str) -> list[Line]:
    lines: list[Line] = []
    header: list[str] = []
    for at, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if at > MOST_LINES:
            raise MalformedProcedure(place, f"{name}: {MOST_LINES:,}行までにしてください。")
        texts = [_text(cell, f"{name} {at}行", place) for cell in row]
        if not header:
            header = texts
            unknown = [each for each in header if each and each not in columns]
            if unknown:
                raise MalformedProcedure(place, f"{name}: 列 {'、'.join(unknown)} は使えません。")
            continue
        line = {key: text for key, text in zip(header, texts, strict=False) if key and text}
        if line:
            lines.append(line)
    return lines


def _text(cell: Any, where: str, place: str) -> str:
    if cell.value is None:
        return ""
    if cell.data_type == "f":
        raise MalformedProcedure(place, f"{where}: 数式は使えません。")
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))
    return str(cell.value).strip()


def _fields(
    lines: Iterator[tuple[int, Line]], lists: Mapping[str, list[dict[str, Any]]], place: str, above: str
) -> Iterator[dict[str, Any]]:
    for at, line in lines:
        kind, _, list_name = line.get("type", "").partition(" ")
        if line.get("type") == _END:
            if not above:
                raise MalformedProcedure(place, f"survey {at}行: {_END} に対応する {_GROUP} がありません。")
            return
        where = f"survey {at}行"
        field: dict[str, Any] = {
            "id": line.get("name", ""),
            "type": kind,
            "label": _words(line, "label"),
            "how": line.get("how", ""),
            "source": _toml(line.get("source", ""), where, place),
        }
        if line.get("type") == _GROUP:
            field["type"] = "group"
            field["field"] = list(_fields(lines, lists, place, f"{above}{field['id']}."))
        elif list_name:
            if list_name not in lists:
                raise MalformedProcedure(place, f"{where}: choices に {list_name} がありません。")
            field["choices"] = lists[list_name]
        if any(f"hint::{language}" in line for language in LANGUAGES):
            field["help"] = _words(line, "hint")
        if line.get("required"):
            field["required"] = _is_yes(line["required"], where, place)
        if line.get("relevant"):
            field["when"] = line["relevant"]
        bounds = {name: _bound(name, line[name], where, place) for name in _BOUNDS if line.get(name)}
        if bounds:
            field["bounds"] = bounds
        field.update({name: line[name] for name in ("section", "law", "switch", "shared") if line.get(name)})
        yield field
    if above:
        raise MalformedProcedure(place, f"survey: {above.rstrip('.')} の {_END} がありません。")


def _document(line: Line, place: str, at: int) -> dict[str, Any]:
    where = f"documents {at}行"
    document: dict[str, Any] = {"id": line.get("name", ""), "label": _words(line, "label")}
    for name in ("required", "original"):
        if line.get(name):
            document[name] = _is_yes(line[name], where, place)
    if line.get("relevant"):
        document["when"] = line["relevant"]
    if line.get("replaced_by"):
        document["replaced_by"] = _toml(line["replaced_by"], where, place)
    if any(f"reason::{language}" in line for language in LANGUAGES):
        document["reason"] = _words(line, "reason")
    if line.get("formats"):
        document["formats"] = line["formats"].split()
    if line.get("most_megabytes"):
        document["most_megabytes"] = _bound("most", line["most_megabytes"], where, place)
    document.update({name: line[name] for name in ("law", "switch") if line.get(name)})
    return document


def _words(line: Line, name: str) -> dict[str, str]:
    return {language: line.get(f"{name}::{language}", "") for language in LANGUAGES}


def _is_yes(text: str, where: str, place: str) -> bool:
    if text.lower() not in ("yes", "no", "true", "false"):
        raise MalformedProcedure(place, f"{where}: yes か no を書いてください。")
    return text.lower() in ("yes", "true")


def _bound(name: str, text: str, where: str, place: str) -> int | str:
    if name in ("unit", "earliest", "latest", "not_before"):
        return text
    try:
        return int(text)
    except ValueError:
        raise MalformedProcedure(place, f"{where}: {name} は整数です。") from None


def _toml(text: str, where: str, place: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, KeyError, RecursionError):
        raise MalformedProcedure(place, f"{where}: {text[:40]} が読めません。") from None


def _unflat(lines: list[Line], place: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for at, line in enumerate(lines, start=2):
        *above, last = line.get("key", "").split(".")
        inner: Any = data
        for part in above:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise MalformedProcedure(place, f"settings {at}行: {line.get('key', '')} が重なっています。")
        inner[last] = _toml(line.get("value", '""'), f"settings {at}行", place)
    return data
