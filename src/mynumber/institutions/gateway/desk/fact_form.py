"""A form made from the layout of a kind of information, for the answer that a person types.

Plain values become one control each; a list of records becomes :data:`GROUPS` groups of controls, of which empty ones are left out. A list
inside a list is not typed: a longer answer comes from the member's own system as a copy. A value that must stand and that the member does
not know, or that was never declared, is chosen beside its control; for others that choice is offered if the copy holds such a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from django import forms

from mynumber.foundation.facts import CODE_LISTS, Field, MalformedFact, Problem, layout_of
from mynumber.foundation.facts.language import (
    CalendarYear,
    Code,
    Count,
    Day,
    FieldType,
    Figures,
    FiscalYear,
    Insurer,
    Many,
    Month,
    Municipality,
    Period,
    Words,
    Yen,
    YesNo,
)
from mynumber.foundation.law import InformationKind
from mynumber.protocols.facts import decode_fact
from mynumber.webkit.face.forms import PlainForm

GROUPS = 5
"""How many entries of a list one may type."""

_MISSING = {"required": "入力してください。"}
_SPECIAL = "special"
_SPECIAL_JA = {"unknown": "不明", "not_declared": "未申告"}
_OPTIONAL = "当てはまるときに入力する項目"
_YES, _NO = "true", "false"
_PERIOD = (("since", "開始日"), ("until", "終了日"))


@dataclass(frozen=True, slots=True)
class Group:
    """Controls under one heading."""

    title: str
    controls: list[forms.BoundField]

    @property
    def opened(self) -> bool:
        """Whether something stands in it, so that the page shows it at once."""
        return any(control.value() not in {None, ""} or control.errors for control in self.controls)


class FactForm(PlainForm):
    """Typed values of one kind. ``cleaned_data["fact"]`` is the JSON of the fact."""

    def __init__(self, information: InformationKind, *args: Any, **kwargs: Any) -> None:
        self._information = information
        self._layout = layout_of(information)
        super().__init__(*args, **kwargs)
        self._titles: dict[str, str] = {}
        for field in self._layout.fields:
            for title, name, control, offered in _controls(field):
                if offered or self.data.get(self.add_prefix(name)) or self.initial.get(name):
                    self.add_control(name, control, title)
        for name in self.fields:
            if name.endswith(f"__{_SPECIAL}") and self.data.get(self.add_prefix(name)):
                self.fields[name.removesuffix(f"__{_SPECIAL}")].required = False

    def add_control(self, name: str, control: forms.Field, title: str = "") -> None:
        """Offer one more control, in the group of this title."""
        self.fields[name] = control
        self._titles[name] = title

    @property
    def groups(self) -> list[Group]:
        """Controls by group, in the order of the layout; what must be said comes first and has no heading."""
        groups: dict[str, list[forms.BoundField]] = {"": []}
        for name in self.fields:
            groups.setdefault(self._titles[name], []).append(self[name])
        return [Group(title, controls) for title, controls in groups.items() if controls]

    def clean(self) -> dict[str, Any]:
        """Put the values together and read them as strictly as a copy. Faults go to their controls."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        fact = msgspec.json.encode(_assembled(self._layout.fields, "", cleaned))
        try:
            decode_fact(self._information, fact)
        except MalformedFact as malformed:
            for fault in malformed.faults:
                name = _control_of(fault.path, cleaned)
                words = (
                    _MISSING["required"] if fault.problem is Problem.MISSING else fault.problem.sentence_ja
                )
                self.add_error(name if name in self.fields else None, words)
        cleaned["fact"] = fact.decode()
        return cleaned


def initial_of(fact: str) -> dict[str, Any]:
    """What a copy says, as the controls begin with."""
    return dict(_initial("", msgspec.json.decode(fact)))


def _initial(prefix: str, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        match value:
            case {"special": special}:
                yield f"{prefix}{name}__{_SPECIAL}", special
            case dict():
                yield from _initial(f"{prefix}{name}__", value)
            case list():
                if not prefix:
                    for place, entry in enumerate(value[:GROUPS]):
                        yield from _initial(f"{name}__{place}__", entry)
            case bool():
                yield prefix + name, _YES if value else _NO
            case _:
                yield prefix + name, value


def _controls(field: Field) -> Iterator[tuple[str, str, forms.Field, bool]]:
    """Title of the group, name and control of everything one types for a field, and whether it is always offered."""
    if not isinstance(field.type, Many):
        for name, control, offered in _plain_controls(field, "", required=field.required):
            yield "" if field.required else _OPTIONAL, name, control, offered
        return
    for place in range(GROUPS):
        for inner in field.type.fields:
            if not isinstance(inner.type, Many):
                for name, control, offered in _plain_controls(
                    inner, f"{field.name}__{place}__", required=False
                ):
                    yield f"{field.label} {place + 1}", name, control, offered


def _plain_controls(field: Field, prefix: str, *, required: bool) -> Iterator[tuple[str, forms.Field, bool]]:
    name = prefix + field.name
    if isinstance(field.type, Period):
        for edge, label in _PERIOD:
            must = field.required and edge == "since"
            yield f"{name}__{edge}", _day(f"{field.label}の{label}", required and must), True
            yield f"{name}__{edge}__{_SPECIAL}", _special(f"{field.label}の{label}", ("unknown",)), must
        return
    yield name, _control(field.type, field.label, required), True
    if field.may_be:
        yield f"{name}__{_SPECIAL}", _special(field.label, field.may_be), field.required


def _special(label: str, may_be: tuple[str, ...]) -> forms.Field:
    choices = [("", "値を入力する"), *((name, _SPECIAL_JA[name]) for name in may_be)]
    return forms.ChoiceField(
        label=f"{label}が分からないとき", required=False, choices=choices, error_messages=_MISSING
    )


def _control(kind: FieldType, label: str, required: bool) -> forms.Field:
    match kind:
        case Yen(least=least, most=most):
            return _whole(f"{label}（円）", required, least, most)
        case Count(unit=unit, least=least, most=most):
            return _whole(f"{label}（{unit}）" if unit else label, required, least, most)
        case FiscalYear() | CalendarYear():
            return _whole(label, required, 1900, 9999)
        case Day():
            return _day(label, required)
        case Month():
            return _text(label, required, 7, "例：2026-04")
        case YesNo(yes=yes, no=no):
            return _choice(label, required, {_YES: yes, _NO: no})
        case Code(of=of):
            return _choice(label, required, CODE_LISTS[of])
        case Words(most=most) | Figures(most=most):
            return _text(label, required, most)
        case Municipality():
            return _text(label, required, 6, "全国地方公共団体コード（6桁）")
        case Insurer():
            return _text(label, required, 8, "保険者番号（6桁又は8桁）")
        case _:
            raise TypeError("not typed by one control")


def _whole(label: str, required: bool, least: int, most: int) -> forms.Field:
    return forms.IntegerField(
        label=label, required=required, min_value=least, max_value=most, error_messages=_MISSING
    )


def _day(label: str, required: bool) -> forms.Field:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=["%Y-%m-%d"],
        help_text="例：2026-04-01",
        error_messages=_MISSING,
    )


def _text(label: str, required: bool, most: int, help_text: str = "") -> forms.Field:
    return forms.CharField(
        label=label, required=required, max_length=most, help_text=help_text, error_messages=_MISSING
    )


def _choice(label: str, required: bool, entries: dict[str, str]) -> forms.Field:
    choices = [("", "選択してください"), *entries.items()]
    return forms.ChoiceField(label=label, required=required, choices=choices, error_messages=_MISSING)


def _assembled(fields: tuple[Field, ...], prefix: str, cleaned: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields:
        if isinstance(field.type, Many):
            if prefix:
                continue
            typed = [
                _assembled(field.type.fields, f"{field.name}__{place}__", cleaned)
                for place in _places(field.name, cleaned)
            ]
            if typed or field.required:
                values[field.name] = typed
            continue
        value = _typed(field.type, prefix + field.name, cleaned)
        if value is not None:
            values[field.name] = value
    return values


def _typed(kind: FieldType, name: str, cleaned: dict[str, Any]) -> Any:
    if isinstance(kind, Period):
        edges = {edge: _typed(Day(), f"{name}__{edge}", cleaned) for edge, _ in _PERIOD}
        return {edge: value for edge, value in edges.items() if value is not None} or None
    special = cleaned.get(f"{name}__{_SPECIAL}")
    if special:
        return {_SPECIAL: special}
    value = cleaned.get(name)
    if value in {None, ""}:
        return None
    return value == _YES if isinstance(kind, YesNo) else value


def _places(name: str, cleaned: dict[str, Any]) -> list[int]:
    """The groups of a list in which something is typed."""
    return [
        place
        for place in range(GROUPS)
        if any(
            value not in {None, ""}
            for control, value in cleaned.items()
            if control.startswith(f"{name}__{place}__")
        )
    ]


def _control_of(path: str, cleaned: dict[str, Any]) -> str:
    """``benefits[0].paid_since`` is typed in ``benefits__2__paid_since`` if the first two groups are empty."""
    entry = re.fullmatch(r"(\w+)\[(\d+)\]\.(.+)", path)
    if entry is None:
        return path.replace(".", "__")
    name, place, inner = entry.groups()
    return f"{name}__{_places(name, cleaned)[int(place)]}__{inner.replace('.', '__')}"
