"""The key of a fact: kind of information, layout and time, so that copies of several years stand beside each other.

``local_tax.local_tax.fy2026`` · ``medical_insurance_benefit.sickness_allowance.now`` · ``job_training_benefit.job_training_benefit.2026-04``
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from mynumber.foundation.facts.choosing import UnknownLayout, layout_named
from mynumber.foundation.facts.language import Axis, Layout
from mynumber.foundation.facts.types import FIRST_YEAR, LAST_YEAR, Fact
from mynumber.foundation.law import InformationKind
from mynumber.foundation.people import Wareki

_PERIOD: Final = re.compile(r"now|(fy|cy)([0-9]{4})|([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


class MalformedKey(ValueError):
    """The text is not a key of facts."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time of a fact: now (the state at the copy's moment), a fiscal year, a calendar year, or a month."""

    axis: Axis
    year: int = 0
    month: int = 0

    def __post_init__(self) -> None:
        dated = self.axis is not Axis.AS_OF
        if (FIRST_YEAR <= self.year <= LAST_YEAR) is not dated or (not dated and self.year):
            raise MalformedKey("a year where there is none, or none where there is one")
        if (1 <= self.month <= 12) is not (self.axis is Axis.MONTH) or (
            self.axis is not Axis.MONTH and self.month
        ):
            raise MalformedKey("a month where there is none, or none where there is one")

    @classmethod
    def now(cls) -> Self:
        """The current state."""
        return cls(Axis.AS_OF)

    @classmethod
    def fiscal_year(cls, year: int) -> Self:
        """年度."""
        return cls(Axis.FISCAL_YEAR, year)

    @classmethod
    def calendar_year(cls, year: int) -> Self:
        """暦年."""
        return cls(Axis.CALENDAR_YEAR, year)

    @classmethod
    def of_month(cls, year: int, month: int) -> Self:
        """One month."""
        return cls(Axis.MONTH, year, month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``now``, ``fy2026``, ``cy2025`` or ``2026-04``. Raises MalformedKey."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise MalformedKey("not a period")
        prefix, year, month_year, month = match.groups()
        if prefix:
            return cls(Axis.FISCAL_YEAR if prefix == "fy" else Axis.CALENDAR_YEAR, int(year))
        return cls(Axis.MONTH, int(month_year), int(month)) if month else cls(Axis.AS_OF)

    @property
    def text(self) -> str:
        """What :meth:`parse` reads."""
        match self.axis:
            case Axis.AS_OF:
                return "now"
            case Axis.FISCAL_YEAR:
                return f"fy{self.year:04d}"
            case Axis.CALENDAR_YEAR:
                return f"cy{self.year:04d}"
            case Axis.MONTH:
                return f"{self.year:04d}-{self.month:02d}"

    @property
    def label_ja(self) -> str:
        """令和8年度（2026年度）, or 現在."""
        match self.axis:
            case Axis.AS_OF:
                return "現在"
            case Axis.FISCAL_YEAR:
                return f"{Wareki.of(date(self.year, 4, 1)).year_text}度（{self.year}年度）"
            case Axis.CALENDAR_YEAR:
                return f"{Wareki.of(date(self.year, 12, 31)).year_text}（{self.year}年）"
            case Axis.MONTH:
                return f"{Wareki.of(date(self.year, self.month, 1)).year_text}{self.month}月（{self.year}年）"


@dataclass(frozen=True, slots=True)
class FactKey:
    """What a copy is kept under, beside tenant and code."""

    kind: InformationKind
    layout: Layout
    period: Period

    def __post_init__(self) -> None:
        if self.period.axis is not self.layout.axis:
            raise MalformedKey("the layout is told in another time")

    @property
    def text(self) -> str:
        """What :meth:`parse` reads; at most 120 ASCII characters, of a to z, 0 to 9, ``_ . -``."""
        return f"{self.kind.value}.{self.layout.id}.{self.period.text}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key strictly. Raises MalformedKey."""
        words = text.split(".")
        if len(words) != 3:
            raise MalformedKey("not a kind, a layout and a period")
        try:
            kind, layout = InformationKind.named(words[0]), layout_named(words[1])
        except (ValueError, UnknownLayout):
            raise MalformedKey("no such kind or layout") from None
        key = cls(kind, layout, Period.parse(words[2]))
        if key.text != text:
            raise MalformedKey("not in the one form of a key")
        return key


def fact_key(kind: InformationKind, layout: Layout, period: Period) -> str:
    """The text of a key. Raises MalformedKey if the layout is told in another time than the period."""
    return FactKey(kind, layout, period).text


def period_of(fact: Fact) -> Period:
    """The time a fact speaks of; its own fields say so."""
    values: Any = fact
    match fact.layout.axis:
        case Axis.AS_OF:
            return Period.now()
        case Axis.FISCAL_YEAR:
            return Period.fiscal_year(values.fiscal_year)
        case Axis.CALENDAR_YEAR:
            return Period.calendar_year(values.calendar_year)
        case Axis.MONTH:
            year, month = values.month.split("-")
            return Period.of_month(int(year), int(month))


def period_text(fact: Fact) -> str:
    """The text of the period that a fact speaks of; empty for one that tells the state of its day. Quick: copies come by the million.

    Raises MalformedKey for a month that no period can be.
    """
    values: Any = fact
    match fact.layout.axis:
        case Axis.AS_OF:
            return ""
        case Axis.FISCAL_YEAR:
            return f"fy{values.fiscal_year}"
        case Axis.CALENDAR_YEAR:
            return f"cy{values.calendar_year}"
        case Axis.MONTH:
            return period_of(fact).text


def key_of(kind: InformationKind, fact: Fact) -> FactKey:
    """The key under which a copy of this fact belongs."""
    return FactKey(kind, fact.layout, period_of(fact))
