"""Layouts as msgspec types: the fast, strict reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Literal, Union

import msgspec
from msgspec import UNSET, Meta, UnsetType

from mynumber.foundation.facts.codes import CODE_LISTS
from mynumber.foundation.facts.language import (
    CalendarYear,
    Code,
    Count,
    Day,
    Field,
    FieldType,
    Figures,
    FiscalYear,
    Insurer,
    Layout,
    Many,
    Month,
    Municipality,
    OnlyUnknown,
    Period,
    Special,
    Words,
    Yen,
    YesNo,
)
from mynumber.foundation.numbers import InsurerNumber, LocalGovernmentCode

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 9999
# Some thousands of these codes exist, all public, and every fact repeats a few of them.
CHECKED: Final[dict[type, Callable[[str], object]]] = {
    Municipality: lru_cache(8192)(LocalGovernmentCode.parse),
    Insurer: lru_cache(8192)(InsurerNumber.parse),
}
"""Types whose texts carry a check digit, and who verifies it (ValueError)."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Base of facts and of the records in their lists. An absent field is ``msgspec.UNSET``. It does not print itself."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Fact(Record, frozen=True, kw_only=True):
    """Base of all facts about one person."""

    layout: ClassVar[Layout]
    """What this fact consists of."""


class Span(Record, frozen=True, kw_only=True):
    """A span of days, first and last included; without ``until`` it goes on."""

    since: date | OnlyUnknown
    until: date | OnlyUnknown | UnsetType = UNSET

    def __post_init__(self) -> None:
        since, until = self.since, self.until
        if type(since) is date and type(until) is date and until < since:
            raise ValueError("a period ends before it begins")


def text_form(kind: FieldType) -> tuple[str, int]:
    """The regular expression that a text of this type fulfils as a whole, without anchors, and its greatest length."""
    match kind:
        case Month():
            return "[0-9]{4}-(0[1-9]|1[0-2])", 7
        case Words(most=most):
            return r"[^\x00-\x1f\x7f]+", most
        case Figures(least=least, most=most):
            return f"[0-9]{{{least},{most}}}", most
        case Municipality():
            return "[0-9]{6}", 6
        case Insurer():
            return "[0-9]{6}|[0-9]{8}", 8
        case _:
            raise TypeError("not a type of text")


def _plain_type(kind: FieldType, name: str) -> Any:
    """The msgspec type of a value of this type."""
    match kind:
        case Yen(least=least, most=most) | Count(least=least, most=most):
            return Annotated[int, Meta(ge=least, le=most)]
        case FiscalYear() | CalendarYear():
            return Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR)]
        case Day():
            return date
        case YesNo():
            return bool
        case Code(of=of):
            return Literal[tuple(CODE_LISTS[of])]
        case Month() | Words() | Figures() | Municipality() | Insurer():
            form, most = text_form(kind)
            return Annotated[str, Meta(pattern=rf"\A(?:{form})\Z", max_length=most)]
        case Period():
            return Span
        case Many(fields=fields, most=most):
            return Annotated[tuple[_record(name, fields), ...], Meta(max_length=most)]  # type: ignore[misc]  # a type made at run time


def _field(field: Field, owner: str) -> tuple[str, Any] | tuple[str, Any, Any]:
    kind = _plain_type(field.type, f"{owner}_{field.name}")
    if field.may_be:
        special = OnlyUnknown if field.may_be == ("unknown",) else Special
        kind = Union[kind, special]  # noqa: UP007  # made at run time
    if field.required:
        return field.name, kind
    return field.name, Union[kind, UnsetType], UNSET  # noqa: UP007  # made at run time


def _checks(fields: tuple[Field, ...]) -> dict[str, Any]:
    """The check digits, which msgspec's types cannot say, as ``__post_init__`` of the record."""
    checked = [(field.name, CHECKED[type(field.type)]) for field in fields if type(field.type) in CHECKED]
    if not checked:
        return {}

    def __post_init__(self: Any) -> None:  # noqa: N807  # msgspec's hook
        for name, check in checked:
            value = getattr(self, name)
            if type(value) is str:
                check(value)

    return {"__post_init__": __post_init__}


def _record(name: str, fields: tuple[Field, ...], base: type[Record] = Record, **more: Any) -> type[Any]:
    return msgspec.defstruct(
        name,
        [_field(field, name) for field in fields],
        bases=(base,),
        namespace={**_checks(fields), **more},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
    )


def _class_name(layout_id: str) -> str:
    return "".join(word.capitalize() for word in layout_id.split("_"))


_TYPES: Final[dict[str, type[Fact]]] = {}
_DECODERS: Final[dict[str, msgspec.json.Decoder[Fact]]] = {}


# Kept by id: to hash a whole layout costs more than to read a fact.
def fact_type(layout: Layout) -> type[Fact]:
    """The struct of facts of this layout, made once."""
    if layout.id not in _TYPES:
        _TYPES[layout.id] = _record(_class_name(layout.id), layout.fields, Fact, layout=layout)
    return _TYPES[layout.id]


def decoder(layout: Layout) -> msgspec.json.Decoder[Fact]:
    """The reader of facts of this layout, made once."""
    kept = _DECODERS.get(layout.id)
    if kept is None:
        kept = _DECODERS[layout.id] = msgspec.json.Decoder(fact_type(layout))
    return kept
