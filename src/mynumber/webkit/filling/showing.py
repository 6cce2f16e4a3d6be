"""Answers in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from mynumber.foundation.numbers.local_government import find
from mynumber.foundation.procedures import answers
from mynumber.foundation.procedures.answers import Reading
from mynumber.foundation.procedures.deciding import source_words
from mynumber.foundation.procedures.definition import Earlier, Field, FieldType, How, Procedure
from mynumber.foundation.procedures.values import ACCOUNT_KINDS, Value, dialled
from mynumber.webkit.face import banks, words
from mynumber.webkit.face.journey import Answer
from mynumber.webkit.face.language import is_english, say, say_day, say_yen, spoken
from mynumber.webkit.filling.content import Content, fixed_source
from mynumber.webkit.filling.sources import counted, source_name

JAPAN: Final = ZoneInfo("Asia/Tokyo")
_POSTAL_CODE: Final = 7


def label_of(procedure: Procedure, path: str) -> str:
    """The field at a path of a correction: 「お子さん 1：生年月日」."""
    head, *rest = path.split(".")
    field = next((each for each in procedure.field if each.id == head), None)
    if field is None:
        return ""
    words = field.label.in_language(spoken())
    inner = next((each for each in field.field if rest and each.id == rest[-1]), None)
    if inner is not None:
        words = f"{words} {int(rest[0]) + 1}：{inner.label.in_language(spoken())}"
    return words


def source_of(content: Content, path: str, field: Field) -> str:
    """Where a prefilled value came from and of when; "" for what the person gave. A field inside an entry has the entry's source, unless it is of an earlier application."""
    own = content.origins.get(path)
    origin = own or content.origins.get(path.split(".")[0])
    if origin is None:
        return ""
    at = datetime.fromisoformat(origin.as_of).astimezone(JAPAN)
    inside = own is None and isinstance(field.source, Earlier)
    name = source_name(source_words(field.source) if inside else origin.source)
    return say(
        f"{name}から（{say_day(at)}現在）", f"From {name}, as of {say_day(at)}", f"{name}に ある とおり"
    )


def lines_of(field: Field, value: Value | None, people: Mapping[str, str] | None = None) -> tuple[Any, ...]:
    """An answer as lines for people; empty for none."""
    if value is None or value in ("", []):
        return ()
    spoke = spoken()
    choices = {one.value: one.label.in_language(spoke) for one in field.choices}
    match field.type:
        case FieldType.YES_NO:
            return (say("はい", "Yes") if value is True else say("いいえ", "No"),)
        case FieldType.CONFIRM:
            return (say("確かめました", "Confirmed", "かくにんしました"),)
        case FieldType.DATE:
            return (_day(value),)
        case FieldType.MONTH:
            year, _, month = str(value).partition("-")
            return (words.month(int(year), int(month), english=is_english()),)
        case FieldType.YEN:
            return (say_yen(int(value)),)
        case FieldType.COUNT:
            return (counted(int(value), field.bounds.unit),)
        case FieldType.CHOICE:
            return (choices.get(str(value), str(value)),)
        case FieldType.CHOICES:
            return tuple(choices.get(str(each), str(each)) for each in value)
        case FieldType.ADDRESS:
            return _address(value)
        case FieldType.BANK_ACCOUNT:
            return _account(value)
        case FieldType.PERSON:
            return ((people or {}).get(str(value), say("本人（あなた）", "Myself", "わたし")),)
        case FieldType.PHONE:
            return (dialled(str(value)),)
        case FieldType.LONG_TEXT:
            return tuple(str(value).split("\n"))
        case _:
            return (str(value),)


def _day(value: Value) -> date | str:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return str(value)


def _address(value: Mapping[str, str]) -> tuple[str, ...]:
    try:
        home = find(value.get("municipality", "")).full_name
    except (ValueError, LookupError):
        home = ""
    code = value.get("postal_code", "").replace("-", "")
    lots = f"{home}{value.get('town', '')}{value.get('rest', '')}"
    return (f"〒{code[:3]}-{code[3:]}", lots) if len(code) == _POSTAL_CODE else (lots,)


def _account(value: Mapping[str, str]) -> tuple[str, ...]:
    """Number masked: whoever looks over a shoulder needs no account number."""
    bank = banks.banks().get(value.get("bank", ""))
    branch = banks.branches(bank.code).get(value.get("branch", "")) if bank else None
    number = value.get("number", "")
    return (
        f"{bank.title if bank else value.get('bank', '')} {branch.title if branch else value.get('branch', '')}",
        f"{ACCOUNT_KINDS.get(value.get('kind', ''), '')} {'*' * max(0, len(number) - 3)}{number[-3:]}",
        value.get("holder", ""),
    )


def answers_of(
    fields: tuple[Field, ...], reading: Reading, content: Content, *, change: str, corrected: bool = False
) -> list[tuple[str, tuple[Answer, ...]]]:
    """The answers of a section for 'check your answers': the plain ones, then each entry of a group, with titles. What was computed nobody changes.

    corrected: the page was gone through since the office asked; what it wrote beside the answers is left out.
    """
    if corrected:
        content = msgspec.structs.replace(content, marks={})
    found: list[tuple[str, tuple[Answer, ...]]] = []
    plain: list[Answer] = []
    shown = dict(answers.visible_paths(reading.procedure, reading.values))
    for field in fields:
        if field.id not in shown or _is_pending(field, reading, field.id):
            continue
        if field.type is not FieldType.GROUP:
            plain.append(_answer(field, field.id, reading, content, change))
            continue
        for index, entry in enumerate(reading.values.get(field.id) or []):
            lines = tuple(
                _answer(each, f"{field.id}.{index}.{each.id}", reading, content, change)
                for each in field.field
                if f"{field.id}.{index}.{each.id}" in shown
                and each.how is not How.NEVER_ASKED
                and each.type is not FieldType.PERSON
                and not _is_pending(each, reading, f"{field.id}.{index}.{each.id}")
            )
            title = str(entry.get("name") or f"{field.label.in_language(spoken())} {index + 1}")
            found.append((title, lines))
    return ([("", tuple(plain))] if plain else []) + found


def _is_pending(field: Field, reading: Reading, path: str) -> bool:
    """Computed from what only the office will know: the person neither reads nor answers it."""
    return field.how is How.DERIVED and answers.value_at(reading.values, path) is None


def _answer(field: Field, path: str, reading: Reading, content: Content, change: str) -> Answer:
    value = answers.value_at(reading.values, path)
    fixed = fixed_source(content, reading.values, path)
    locked = field.how is How.DERIVED or (field.how is How.PREFILLED_LOCKED and value is not None) or fixed
    told = value is not None and answers.value_at(content.known, path) == value
    source = fixed or (source_of(content, path, field) if field.how.is_prefilled and told else "")
    note = content.marks.get(path, "")
    if value is None and field.required and not note:
        note = say("まだ入力していません。", "Not answered yet.", "まだ 書いて いません。")
    return Answer(
        label=field.label.in_language(spoken()),
        value=lines_of(field, value),
        change="" if field.how is How.DERIVED or (locked and source) else f"{change}#id_{path}",
        source=source,
        note=note,
    )


def summary(reading: Reading, content: Content) -> str:
    """The whole application as text, for the device to show before it signs."""
    lines: list[str] = []
    for path, field in answers.visible_paths(reading.procedure, reading.values):
        if field.how is How.NEVER_ASKED or field.type in (FieldType.GROUP, FieldType.PERSON):
            continue
        value = answers.value_at(reading.values, path)
        if value is not None:
            lines.append(f"{field.label.ja}：{' '.join(str(line) for line in lines_of(field, value))}")
    return "\n".join(lines)[:4000]
