"""A form as its page shows it: each answer with what registers say beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mynumber.foundation.numbers import find
from mynumber.foundation.numbers.local_government import UnknownLocalGovernment
from mynumber.foundation.procedures.answers import value_at, visible_paths
from mynumber.foundation.procedures.deciding import source_words
from mynumber.foundation.procedures.definition import Field, FieldType, How
from mynumber.foundation.procedures.values import ACCOUNT_KINDS, dialled
from mynumber.foundation.rules import Month
from mynumber.webkit.examination.sheets import Sheet, found_at
from mynumber.webkit.examination.words import label_of

HIDDEN = "支援措置のため表示しません"
NameOf = Callable[[str], str]
"""The name behind a form's key of a person; "" for one that is not known."""


def nobody(_key: str) -> str:
    """No key is known."""
    return ""


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One field: what was said, what was found, and what follows."""

    path: str
    label: str
    declared: str
    found: str
    source: str
    as_of: object
    differs: bool
    confirmed: bool
    office: bool
    """Never asked: only the office knows it."""


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A section of the form."""

    title: str
    lines: tuple[Line, ...]


def parts_of(
    sheet: Sheet[Any], *, hides_addresses: bool, name_of: NameOf = nobody, all_fields: bool = True
) -> list[Part]:
    """The form by its sections, and last what the office knows without asking.

    all_fields: also what only the office could know and does not know yet, which stands on the form of open facts besides.
    """
    differing = {each.path for each in sheet.differences}
    titles = {section.id: section.title.ja for section in sheet.procedure.section}
    by_section: dict[str, list[Line]] = {}
    for path, field in visible_paths(sheet.procedure, sheet.values):
        if field.type is FieldType.GROUP:
            continue
        top = next(each for each in sheet.procedure.field if each.id == path.partition(".")[0])
        office = field.how in (How.NEVER_ASKED, How.DERIVED)
        if office and not all_fields and value_at(sheet.values, path) is None:
            continue
        section = "役所が確かめること" if office else titles.get(top.section, "申請の内容")
        by_section.setdefault(section, []).append(
            _line(sheet, path, field, differing, office=office, hides=hides_addresses, name_of=name_of)
        )
    return [Part(title, tuple(lines)) for title, lines in by_section.items()]


def _line(
    sheet: Sheet[Any],
    path: str,
    field: Field,
    differing: set[str],
    *,
    office: bool,
    hides: bool,
    name_of: NameOf,
) -> Line:
    seen = found_at(sheet.declared, sheet.found.values, path)
    counted = value_at(sheet.values, path)
    said = counted if office else value_at(sheet.declared, path)
    origin = sheet.found.origins.get(path.partition(".")[0])
    secret = hides and field.type is FieldType.ADDRESS
    return Line(
        path=path,
        label=label_of(sheet.procedure, path),
        declared=HIDDEN if secret and said is not None else shown(field, said, name_of),
        found=HIDDEN if secret and seen is not None else shown(field, seen, name_of),
        source=(origin.source if origin and "." not in path else source_words(field.source)),
        as_of=origin.as_of if origin else None,
        differs=path in differing,
        confirmed=path in sheet.confirmed,
        office=office,
    )


def askable(
    sheet: Sheet[Any], paths: Mapping[str, Field], *, hides: bool, name_of: NameOf = nobody
) -> dict[str, tuple[str, Field, str]]:
    """Label, field and what was said, of each field that can be sent back."""
    return {
        path: (
            label_of(sheet.procedure, path),
            field,
            HIDDEN
            if hides and field.type is FieldType.ADDRESS
            else shown(field, value_at(sheet.declared, path), name_of),
        )
        for path, field in paths.items()
        if field.type is not FieldType.GROUP
    }


def shown(field: Field, value: Any, name_of: NameOf = nobody) -> str:
    """An answer as people read it; "" for none."""
    match value:
        case None:
            return ""
        case bool():
            return "はい" if value else "いいえ"
        case int():
            unit = "円" if field.type is FieldType.YEN else field.bounds.unit
            return f"{value:,}{unit}"
        case Mapping():
            return _account(value) if field.type is FieldType.BANK_ACCOUNT else _address(value)
        case list():
            labels = {choice.value: choice.label.ja for choice in field.choices}
            return "、".join(labels.get(str(each), str(each)) for each in value)
        case _:
            return _text(field, str(value), name_of)


def month(text: str) -> str:
    """2026年12月, of 2026-12; anything else stays as it is."""
    try:
        return Month.of(date.fromisoformat(f"{text}-01")).text
    except ValueError:
        return text


def _text(field: Field, text: str, name_of: NameOf) -> str:
    if field.type is FieldType.CHOICE:
        return next((choice.label.ja for choice in field.choices if choice.value == text), text)
    if field.type is FieldType.DATE:
        try:
            on = date.fromisoformat(text)
        except ValueError:
            return text
        return f"{on.year}年{on.month}月{on.day}日"
    if field.type is FieldType.MONTH:
        return month(text)
    if field.type is FieldType.PHONE:
        return dialled(text)
    if field.type is FieldType.PERSON:
        return name_of(text) or "記録で確かめられない人"
    return text


def _address(parts: Mapping[str, Any]) -> str:
    try:
        place = find(str(parts.get("municipality", ""))).full_name
    except (UnknownLocalGovernment, ValueError):
        place = ""
    postal = str(parts.get("postal_code", ""))
    mark = f"〒{postal[:3]}-{postal[3:]} " if len(postal) == 7 else ""
    return f"{mark}{place}{parts.get('town', '')}{parts.get('rest', '')}"


def _account(parts: Mapping[str, Any]) -> str:
    kind = ACCOUNT_KINDS.get(str(parts.get("kind", "")), "")
    return (
        f"金融機関{parts.get('bank', '')} 支店{parts.get('branch', '')} {kind} {parts.get('number', '')} "
        f"{parts.get('holder', '')}"
    )
