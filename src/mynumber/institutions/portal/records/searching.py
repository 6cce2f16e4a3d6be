"""Searching the history: by words, institution, days, end and asker, over what the network discloses and nothing else.

The network leaves out what is not to be disclosed (不開示) before anything is counted or searched here: no number, page or file of this site can tell of it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from mynumber.institutions.portal.records import asking
from mynumber.institutions.portal.records.cores import AllChanges, AllRecords
from mynumber.institutions.portal.records.disclosures import ToldChange, tell_change
from mynumber.institutions.portal.records.telling import Told, tell
from mynumber.protocols.exchange import Outcome
from mynumber.webkit.face.language import say

MOST: Final = 2000
"""Records that words are searched in, and that a file holds: the newest."""


class Ending(StrEnum):
    """How an exchange ended, as people tell ends apart."""

    GIVEN = "given"
    NOTHING = "nothing"
    STOPPED = "stopped"
    OPEN = "open"

    @property
    def label(self) -> str:
        """As a choice, in the language in which it is shown."""
        return say(*_ENDINGS[self])


_ENDINGS: Final = {
    Ending.GIVEN: ("情報が提供された", "Provided", "わたした"),
    Ending.NOTHING: ("該当する情報がなかった", "No such information", "なかった"),
    Ending.STOPPED: ("止められた・中止された", "Stopped or given up", "止めた"),
    Ending.OPEN: ("途中", "Under way", "とちゅう"),
}
_OUTCOMES: Final = {
    Ending.GIVEN: frozenset({Outcome.PROVIDED, Outcome.LOST}),
    Ending.NOTHING: frozenset({Outcome.NO_DATA}),
    Ending.STOPPED: frozenset({Outcome.REFUSED, Outcome.ABANDONED}),
    Ending.OPEN: frozenset({Outcome.OPEN, Outcome.PERMITTED, Outcome.WAITING}),
}


class Asker(StrEnum):
    """Who asked."""

    INSTITUTION = "institution"
    SELF = "self"

    @property
    def label(self) -> str:
        """As a choice, in the language in which it is shown."""
        return (
            say("機関の照会", "An institution", "やくしょなど")
            if self is Asker.INSTITUTION
            else say("本人の求め（わたしの情報）", "Myself (My information)", "わたし")
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is empty does not narrow it."""

    q: str = ""
    since: date | None = None
    until: date | None = None
    inquirer: str = ""
    provider: str = ""
    outcome: Ending | None = None
    by: Asker | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return self != Search()

    @property
    def needs_reading(self) -> bool:
        """Whether the records have to be read here: the network itself narrows by days and institutions alone."""
        return bool(self.q.strip() or self.outcome or self.by)

    @property
    def about_changes(self) -> bool:
        """Whether told changes can fit: they have no end, and nobody asked for them."""
        return self.outcome is None and self.by is not Asker.SELF


@dataclass(frozen=True, slots=True)
class Found:
    """Exchanges that fit, the newest first."""

    told: tuple[Told, ...]
    """All of them, or one page of them."""
    total: int
    of: AllRecords
    is_cut: bool
    """Whether there are older records that were not read."""


@dataclass(frozen=True, slots=True)
class FoundChanges:
    """The same for told changes."""

    told: tuple[ToldChange, ...]
    total: int
    of: AllChanges
    is_cut: bool


def page_of(code: str, search: Search, *, offset: int, limit: int) -> Found:
    """One page of the exchanges that fit. Raises Refused."""
    if search.needs_reading:
        whole = every(code, search)
        return Found(whole.told[offset : offset + limit], whole.total, whole.of, whole.is_cut)
    of = _records(code, search, offset, limit)
    return Found(tuple(map(tell, of.records)), of.total, of, False)


def every(code: str, search: Search) -> Found:
    """All exchanges that fit among the newest :data:`MOST`. Raises Refused."""
    of = _records(code, search, 0, MOST)
    told = tuple(one for one in map(tell, of.records) if _fits(one, search))
    total = len(told) if search.needs_reading else of.total
    return Found(told, total, of, of.total > len(of.records))


def page_of_changes(code: str, search: Search, *, offset: int, limit: int) -> FoundChanges:
    """One page of the told changes that fit. Raises Refused."""
    if search.q.strip():
        whole = every_change(code, search)
        return FoundChanges(whole.told[offset : offset + limit], whole.total, whole.of, whole.is_cut)
    of = _changes(code, search, offset, limit)
    return FoundChanges(tuple(map(tell_change, of.records)), of.total, of, False)


def every_change(code: str, search: Search) -> FoundChanges:
    """All told changes that fit among the newest :data:`MOST`. Raises Refused."""
    of = _changes(code, search, 0, MOST)
    told = tuple(one for one in map(tell_change, of.records) if _words_fit(_words_of_change(one), search.q))
    total = len(told) if search.q.strip() else of.total
    return FoundChanges(told, total, of, of.total > len(of.records))


def _records(code: str, search: Search, offset: int, limit: int) -> AllRecords:
    return asking.records_of(
        code,
        since=search.since,
        until=search.until,
        inquirer=search.inquirer or None,
        provider=search.provider or None,
        offset=offset,
        limit=limit,
    )


def _changes(code: str, search: Search, offset: int, limit: int) -> AllChanges:
    return asking.changes_of(
        code,
        since=search.since,
        until=search.until,
        inquirer=search.inquirer or None,
        provider=search.provider or None,
        offset=offset,
        limit=limit,
    )


def _fits(told: Told, search: Search) -> bool:
    if search.outcome is not None and told.outcome not in _OUTCOMES[search.outcome]:
        return False
    if search.by is not None and told.is_own is not (search.by is Asker.SELF):
        return False
    record = told.record
    words = (
        *(record.inquirer_name, record.provider_name, record.organisation, str(record.request_id)),
        *(told.affair_words, told.item, told.information_label, told.outcome.label_ja, told.stopped_why),
    )
    return _words_fit(words, search.q)


def _words_of_change(told: ToldChange) -> Sequence[str]:
    record = told.record
    return (
        *(record.subscriber_name, record.publisher_name, record.kind.label_ja, told.information_label),
        *(ground.affair_words for ground in told.grounds),
    )


def _words_fit(words: Sequence[str], wanted: str) -> bool:
    """Whether every word occurs, whatever its width and case."""
    text = _plain("\n".join(words))
    return all(word in text for word in _plain(wanted).split())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
