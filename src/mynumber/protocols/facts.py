"""Facts that copies carry: the layouts of :mod:`mynumber.foundation.facts`, one main layout a kind of information.

The structs here are the typed way to write the facts that institutions of this platform hold; a test proves that what they write is of
their layout. Reading gives the struct made from the layout, in which any value may be 不明 or 未申告.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import msgspec

from mynumber.foundation.facts import (
    Fact,
    Layout,
    MalformedFact,
    MalformedKey,
    Period,
    UnknownLayout,
    fact_type,
    has_layout,
    layout_of,
    layouts_of,
    period_text,
    read_fact,
)
from mynumber.foundation.law import InformationKind

__all__ = [
    "FACTS",
    "HELD",
    "Fact",
    "LocalTaxFact",
    "MalformedFact",
    "PensionBenefitFact",
    "PensionBenefitsFact",
    "ReceivingAccountFact",
    "UnknownLayout",
    "WrongPeriod",
    "decode_fact",
    "may_be_of",
    "period_of_copy",
    "read_copy",
    "read_deletion",
]


class WrongPeriod(ValueError):
    """A fact that does not belong to the period under which it came. The message holds no value."""


Words = Annotated[str, msgspec.Meta(max_length=100)]
Year = Annotated[int, msgspec.Meta(ge=1900, le=9999)]
People = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Yen = Annotated[int, msgspec.Meta(ge=0, le=10**13)]


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the facts that institutions write."""


class LocalTaxFact(Written, frozen=True, kw_only=True):
    """地方税関係情報: income and tax that a municipality assessed for one fiscal year (layout ``local_tax``)."""

    fiscal_year: Year
    total_income: Yen
    """総所得金額等, yen."""
    income_levy: Yen
    """市町村民税所得割額, yen."""
    dependants: People
    """扶養親族等の数."""


class PensionBenefitFact(Written, frozen=True, kw_only=True):
    """年金給付関係情報: one public pension in payment."""

    kind: Words
    """老齢基礎年金, 遺族基礎年金, 障害基礎年金 ..."""
    annual_amount: Yen
    """年金額, yen a year."""
    paid_since: date


class PensionBenefitsFact(Written, frozen=True, kw_only=True):
    """All public pensions of a person; empty means: none is paid (layout ``pension_benefits``)."""

    benefits: Annotated[tuple[PensionBenefitFact, ...], msgspec.Meta(max_length=100)]


class ReceivingAccountFact(Written, frozen=True, kw_only=True):
    """公的給付支給等口座登録簿関係情報: the account a person registered for public payments (layout ``receiving_account``)."""

    bank_code: Words
    branch_code: Words
    account_type: Words
    """普通, 当座 or 貯蓄."""
    account_number: Words
    holder_kana: Words
    registered_on: date


FACTS: Final[dict[InformationKind, type[Fact]]] = {
    kind: fact_type(layout_of(kind)) for kind in InformationKind if has_layout(kind)
}
"""The struct of a fact of each kind that names no layout."""

HELD: Final = frozenset(
    {
        InformationKind.LOCAL_TAX,
        InformationKind.PENSION_BENEFIT,
        InformationKind.PUBLIC_PENSION_BENEFIT,
        InformationKind.RECEIVING_ACCOUNT,
    }
)
"""Kinds of which institutions of this platform register copies."""


def read_copy(information: InformationKind, body: bytes, period: str | None) -> str:
    """Read the fact of a copy strictly; the period under which it is kept, empty for a kind that tells the state of a day.

    Raises what :func:`decode_fact` raises, and :class:`WrongPeriod` if ``period`` is stated and not the fact's own.
    """
    try:
        own = period_text(decode_fact(information, body))
    except MalformedKey:
        raise WrongPeriod(f"{information.value}: no period") from None
    if period is not None and period != own:
        raise WrongPeriod(f"{information.value}: the fact is of another period than the copy says")
    return own


def period_of_copy(information: str, fact: str) -> str | None:
    """The period of a fact that was read before; None of a kind that tells the state of a day."""
    return read_copy(InformationKind.named(information), fact.encode(), None) or None


def read_deletion(information: InformationKind, period: str | None) -> str:
    """The period of a copy to be taken away. Raises :class:`WrongPeriod` unless it is of the time in which the kind is told, UnknownLayout."""
    layout_of(information)
    if not may_be_of(information, period):
        raise WrongPeriod(f"{information.value} is told in another time")
    return period or ""


def may_be_of(information: InformationKind, period: str | None) -> bool:
    """Whether a fact of this kind can be of this period (None: of the state of a day)."""
    return (
        has_layout(information)
        and (Period.parse(period) if period else Period.now()).axis is layout_of(information).axis
    )


def decode_fact(information: InformationKind, body: bytes, layout: Layout | None = None) -> Fact:
    """Read a fact strictly; ``layout`` is the kind's main one unless the key of the fact names another.

    Raises :class:`UnknownLayout` if the kind is not told in that layout, :class:`MalformedFact` (a ``msgspec.DecodeError``) for anything
    out of shape, with the faults of each field.
    """
    if layout is not None and layout not in layouts_of(information):
        raise UnknownLayout(f"{information.value} is not told in {layout.id}")
    return read_fact(layout or layout_of(information), body)
