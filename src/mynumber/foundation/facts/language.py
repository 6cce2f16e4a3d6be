"""The schema language: what a fact about a person consists of, as plain data.

A :class:`Layout` is a record of :class:`Field` values. A field has a type (money, count, day, code ...), a Japanese label, and says whether
it must stand and which :class:`Special` values it may carry instead of a value of its type. Everything else (the strict
reader, JSON Schema, samples, the words on a page) is derived from this data.

Three things are never the same: a field that is absent (does not apply to this person), ``unknown`` (不明: it applies, the provider does not
know it) and ``not_declared`` (未申告: the person never declared it). None of them is zero, and ``null`` is refused everywhere.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final, Literal, TypedDict, Unpack

import msgspec

from mynumber.foundation.law import InformationKind

MOST_YEN: Final = 10**13
"""No amount about one person is larger."""


class Axis(enum.Enum):
    """What time a fact speaks of."""

    AS_OF = "as_of", "基準日"
    """The state on the day of the copy; the copy itself carries the moment."""
    FISCAL_YEAR = "fiscal_year", "年度"
    """One 年度, April to March, in the field ``fiscal_year``."""
    CALENDAR_YEAR = "calendar_year", "年"
    """One calendar year, in the field ``calendar_year``."""
    MONTH = "month", "月"
    """One month, in the field ``month``."""

    label_ja: str

    def __new__(cls, value: str, label_ja: str) -> Axis:
        member = object.__new__(cls)
        member._value_ = value
        member.label_ja = label_ja
        return member


class Source(enum.Enum):
    """Where a layout comes from."""

    OURS = "ours", "公開された公式のデータ項目がないため、この基盤で定めたもの"
    """No official layout of the data items is public; the fields are what the benefit law records, as we read it."""
    LAW = "law", "法令が項目を列挙しているもの（符号化はこの基盤で定めたもの）"
    """The law itself lists the items; names and encoding are ours."""

    label_ja: str

    def __new__(cls, value: str, label_ja: str) -> Source:
        member = object.__new__(cls)
        member._value_ = value
        member.label_ja = label_ja
        return member


SpecialName = Literal["unknown", "not_declared"]


class Special(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that is not one: ``{"special": "unknown"}``. Equal only to itself, without truth value, order or arithmetic."""

    special: SpecialName

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Special) and other.special == self.special

    def __hash__(self) -> int:
        return hash(self.special)

    def __bool__(self) -> bool:
        raise TypeError("a special value is neither true nor false: compare it with UNKNOWN or NOT_DECLARED")

    @property
    def label_ja(self) -> str:
        """不明 or 未申告."""
        return _SPECIAL_LABELS[self.special]


class OnlyUnknown(Special, frozen=True):
    """The special value of a field that cannot be undeclared: equal to :data:`UNKNOWN`."""

    special: Literal["unknown"]


_SPECIAL_LABELS: Final[dict[SpecialName, str]] = {"unknown": "不明", "not_declared": "未申告"}
UNKNOWN: Final = Special("unknown")
"""不明: the provider does not know."""
NOT_DECLARED: Final = Special("not_declared")
"""未申告: the person has not declared it."""


class _Type(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", omit_defaults=True):
    pass


class Yen(_Type, frozen=True, tag="yen"):
    """Money, integer yen. ``typical`` bounds what samples show."""

    least: int = 0
    most: int = MOST_YEN
    typical: tuple[int, int] = (0, 300_000)


class Count(_Type, frozen=True, tag="count"):
    """A whole number of something, with its unit: 人, 日, 回, 月."""

    unit: str
    least: int = 0
    most: int = 100_000
    typical: tuple[int, int] = (0, 9)


class Day(_Type, frozen=True, tag="day"):
    """A day, ISO 8601 in the fact, by era on a page."""


class Month(_Type, frozen=True, tag="month"):
    """A month, ``2026-04``."""


class FiscalYear(_Type, frozen=True, tag="fiscal_year"):
    """年度: the year in which its April lies."""


class CalendarYear(_Type, frozen=True, tag="calendar_year"):
    """暦年."""


class YesNo(_Type, frozen=True, tag="yes_no"):
    """A boolean, with the words a page shows."""

    yes: str = "はい"
    no: str = "いいえ"


class Code(_Type, frozen=True, tag="code"):
    """One entry of a code list (:mod:`mynumber.foundation.facts.codes`)."""

    of: str


class Words(_Type, frozen=True, tag="words"):
    """Free words without control characters; ``most`` characters."""

    most: int = 100
    examples: tuple[str, ...] = ()


class Figures(_Type, frozen=True, tag="figures"):
    """A number of digits that is a name and no quantity: account number, certificate number."""

    least: int
    most: int


class Municipality(_Type, frozen=True, tag="municipality"):
    """全国地方公共団体コード: six digits with a check digit."""


class Insurer(_Type, frozen=True, tag="insurer"):
    """保険者番号: six or eight digits with a check digit."""


class Period(_Type, frozen=True, tag="period"):
    """``since`` and ``until`` (last day, both inclusive); without ``until`` it goes on. Either may be unknown."""


class Many(_Type, frozen=True, tag="many"):
    """A list of records; empty means: there is none."""

    fields: tuple[Field, ...]
    most: int = 200


FieldType = (
    Yen
    | Count
    | Day
    | Month
    | FiscalYear
    | CalendarYear
    | YesNo
    | Code
    | Words
    | Figures
    | Municipality
    | Insurer
    | Period
    | Many
)


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One field of a record."""

    name: str
    label: str
    """What a page calls it, Japanese."""
    type: FieldType
    required: bool = True
    """Whether the record is incomplete without it. A field that does not apply to a person is optional."""
    may_be: tuple[SpecialName, ...] = ("unknown",)
    """Special values that may stand in its place."""


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="part", tag="entries"):
    """Entries of a list are told only if the words of the item name their code.

    An item that names none of them asks for all (自立支援給付の支給). Regular expressions by code; a code without one is never named.
    """

    list: str
    field: str
    words: dict[str, str]


class Unless(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="part", tag="fields"):
    """Fields that are left out unless the words of the item say so (手帳の交付に関する情報: without 障害の程度)."""

    words: str
    fields: tuple[str, ...]
    """Fields that need not stand."""


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The schema of one fact about one person."""

    id: str
    """Stable name, unique among all layouts."""
    label: str
    basis: str
    """The law that makes the provider record it."""
    axis: Axis
    fields: tuple[Field, ...]
    kinds: tuple[InformationKind, ...]
    """Kinds of information that it tells about; the first layout of a kind is the one of a fact that names none."""
    also: tuple[InformationKind, ...] = ()
    """Further kinds of which some items are told in it (年金である給付 is an item of 他の法令による給付 too)."""
    words: tuple[str, ...] = ()
    """Regular expressions: it is the layout of the items of the Order in whose words (`Item.information`) one is found."""
    narrowing: tuple[Named | Unless, ...] = ()
    """What an item asks less than the whole."""
    source: Source = Source.OURS

    def every_field(self) -> Iterator[tuple[str, Field]]:
        """All fields with their paths, ``benefits[].kind`` for one in a list."""
        yield from _fields_under("", self.fields)


def _fields_under(above: str, fields: tuple[Field, ...]) -> Iterator[tuple[str, Field]]:
    for field in fields:
        yield above + field.name, field
        if isinstance(field.type, Many):
            yield from _fields_under(f"{above}{field.name}[].", field.type.fields)


class _How(TypedDict, total=False):
    required: bool
    may_be: tuple[SpecialName, ...]


CERTAIN: Final[tuple[SpecialName, ...]] = ()
"""``may_be`` of a field that must have a value of its own."""
DECLARED: Final[tuple[SpecialName, ...]] = ("unknown", "not_declared")
"""``may_be`` of a field that rests on a declaration of the person."""


def yen(name: str, label: str, typical: tuple[int, int] = (0, 300_000), **how: Unpack[_How]) -> Field:
    """Money."""
    return Field(name=name, label=label, type=Yen(typical=typical), **how)


def count(
    name: str,
    label: str,
    unit: str,
    typical: tuple[int, int] = (0, 9),
    *,
    least: int = 0,
    most: int = 100_000,
    **how: Unpack[_How],
) -> Field:
    """A whole number with its unit."""
    return Field(
        name=name, label=label, type=Count(unit=unit, least=least, most=most, typical=typical), **how
    )


def day(name: str, label: str, **how: Unpack[_How]) -> Field:
    """A day."""
    return Field(name=name, label=label, type=Day(), **how)


def month(name: str, label: str, **how: Unpack[_How]) -> Field:
    """A month."""
    return Field(name=name, label=label, type=Month(), **how)


def yes_no(name: str, label: str, yes: str = "はい", no: str = "いいえ", **how: Unpack[_How]) -> Field:
    """Yes or no."""
    return Field(name=name, label=label, type=YesNo(yes, no), **how)


def code(name: str, label: str, of: str, **how: Unpack[_How]) -> Field:
    """An entry of the code list ``of``; certain unless said otherwise, for lists have an entry for the rest."""
    how.setdefault("may_be", CERTAIN)
    return Field(name=name, label=label, type=Code(of), **how)


def words(
    name: str, label: str, most: int = 100, examples: tuple[str, ...] = (), **how: Unpack[_How]
) -> Field:
    """Free words."""
    return Field(name=name, label=label, type=Words(most, examples), **how)


def figures(name: str, label: str, least: int, most: int, **how: Unpack[_How]) -> Field:
    """Digits that name something."""
    return Field(name=name, label=label, type=Figures(least, most), **how)


def municipality(name: str, label: str, **how: Unpack[_How]) -> Field:
    """A local government."""
    return Field(name=name, label=label, type=Municipality(), **how)


def insurer(name: str, label: str, **how: Unpack[_How]) -> Field:
    """An insurer."""
    return Field(name=name, label=label, type=Insurer(), **how)


def period(name: str, label: str, *, required: bool = True) -> Field:
    """A span of days; what is unknown in it is its first or last day."""
    return Field(name=name, label=label, type=Period(), required=required, may_be=CERTAIN)


def many(name: str, label: str, *fields: Field, most: int = 200, **how: Unpack[_How]) -> Field:
    """A list of records."""
    return Field(name=name, label=label, type=Many(fields, most), **how)


FISCAL_YEAR: Final = Field(name="fiscal_year", label="年度", type=FiscalYear(), may_be=CERTAIN)
CALENDAR_YEAR: Final = Field(name="calendar_year", label="年", type=CalendarYear(), may_be=CERTAIN)
MONTH: Final = Field(name="month", label="対象月", type=Month(), may_be=CERTAIN)
