"""The rows of the table as a page shows them: with their status on a day, and what words are looked for in (:mod:`.searching`).

All of it is made from :mod:`mynumber.foundation.law` once a text and kept: a visitor costs a walk over some hundred rows in memory.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from mynumber.foundation import law
from mynumber.foundation.law import (
    Affair,
    DetailedAffair,
    Item,
    LegalBasis,
    NotInForce,
    Provision,
    Status,
)
from mynumber.foundation.law.basis import committed_history
from mynumber.foundation.law.former import FORMER_SINCE, FORMER_TEXT


@dataclass(frozen=True, slots=True)
class TableRow:
    """One rule in the wording that applies on the day asked about; of a rule that does not apply then, the first or last wording."""

    provision: Provision
    affair: Affair
    basis: LegalBasis
    status: Status
    since: date
    """First day it is known to apply."""
    until: date | None
    """First day it no longer applies."""
    haystack: str
    """Everything that words are looked for in, folded."""

    @property
    def items(self) -> tuple[Item, ...]:
        """The detailed items of the rule in that wording; none in the former table."""
        return self.basis.items_of(self.provision.id)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the rule, its affair, and its exact affairs and items."""
        of_items = (one for item in self.items for one in (item.id, item.detail_id))
        return frozenset((self.provision.id, self.affair.id, *of_items))

    @property
    def details(self) -> Iterator[tuple[DetailedAffair, tuple[Item, ...]]]:
        """The items by the exact affair that may ask for them, in the order of the article."""
        by_detail: dict[str, list[Item]] = {}
        for item in self.items:
            by_detail.setdefault(item.detail_id, []).append(item)
        for detail in self.basis.details_of(self.affair.id):
            if detail.id in by_detail:
                yield detail, tuple(by_detail[detail.id])


def folded(words: str) -> str:
    """Words as they are compared: full and half width, capitals and small letters are the same."""
    return unicodedata.normalize("NFKC", words).casefold()


def text_days() -> tuple[date, ...]:
    """The days from which each known text applies, the former table's first."""
    return (FORMER_SINCE, *committed_history().texts)


def text_day(on: date) -> date:
    """The first day of the text that applies on a day. Raises NotInForce before the former table."""
    place = bisect.bisect_right(text_days(), on)
    if not place:
        raise NotInForce(on, FORMER_SINCE)
    return text_days()[place - 1]


def rows_on(on: date) -> tuple[TableRow, ...]:
    """Every known rule, in the order of the table of the day; those not yet or no longer in force behind. Raises NotInForce."""
    # Between two texts no status changes: all days of one share their rows.
    return _rows_of(text_day(on))


@cache
def _rows_of(on: date) -> tuple[TableRow, ...]:
    basis = law.legal_basis(on)
    inside = [_row(basis, provision, Status.IN_FORCE) for provision in basis.provisions]
    outside = [
        row
        for day in text_days()
        for provision in law.legal_basis(day).provisions
        if basis.provision(provision.id) is None and (row := _outside(provision, day, on)) is not None
    ]
    return (*inside, *sorted(outside, key=lambda row: row.since, reverse=True))


def _outside(provision: Provision, day: date, on: date) -> TableRow | None:
    """A rule of the text of `day` that does not apply on the day, in its first wording if it is to come, in its last if it is over."""
    other = law.legal_basis(day)
    since, until = _days(provision.id)
    if since > on:
        return _row(other, provision, Status.NOT_YET) if day == since else None
    if until is not None and law.legal_basis(until - timedelta(days=1)) is other:
        return _row(other, provision, Status.REPEALED)
    return None


def _days(provision_id: str) -> tuple[date, date | None]:
    dated = law.dated_rows()[provision_id]
    # The former table is known in its last wording only, and answers for all its days.
    return (FORMER_SINCE if dated.since == FORMER_TEXT else dated.since), dated.until


def _row(basis: LegalBasis, provision: Provision, status: Status) -> TableRow:
    affair = basis.affair(provision.affair_id)
    since, until = _days(provision.id)
    return TableRow(provision, affair, basis, status, since, until, _haystack(basis, affair, provision))


def _haystack(basis: LegalBasis, affair: Affair, provision: Provision) -> str:
    kinds = (*affair.inquirer_kinds, *provision.provider_kinds, *provision.information_kinds)
    return folded(
        "\n".join(
            (
                provision.article_label,
                affair.inquirer_words,
                affair.words,
                provision.provider_words,
                provision.information_words,
                *(f"{kind.label_ja}\n{kind.label_en}" for kind in kinds),
                *(f"{item.label}\n{item.words}" for item in basis.items_of(provision.id)),
            )
        )
    )


def row_of(provision_id: str, on: date) -> TableRow | None:
    """The row of this id, whatever its status on the day. Raises NotInForce."""
    return _by_id(text_day(on)).get(provision_id)


@cache
def _by_id(on: date) -> dict[str, TableRow]:
    return {row.provision.id: row for row in _rows_of(on)}


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a rule from a day up to but not including another."""

    affair: Affair
    provision: Provision
    since: date
    until: date | None


def wordings(provision_id: str) -> tuple[Wording, ...]:
    """All wordings that a rule ever had, newest first."""
    known: dict[tuple[str, ...], Wording] = {}
    for day in text_days():
        basis = law.legal_basis(day)
        provision = basis.provision(provision_id)
        if provision is None:
            continue
        affair = basis.affair(provision.affair_id)
        words = (
            affair.inquirer_words,
            affair.words,
            provision.provider_words,
            provision.information_words,
            provision.valid_from.isoformat(),
        )
        since = max(affair.valid_from, provision.valid_from)
        ends = [one for one in (affair.valid_until, provision.valid_until) if one is not None]
        known[words] = Wording(affair, provision, since, min(ends, default=None))
    return tuple(reversed(known.values()))
