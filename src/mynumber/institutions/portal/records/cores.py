"""Asking all cores of the network about a person, and merging what they say. A core that does not answer is named, never left out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.events import QUERY_EVENT_RECORDS, EventRecord, EventRecordQuery, EventRecords
from mynumber.protocols.node import Node
from mynumber.protocols.records import QUERY_RECORDS, ExchangeRecord, RecordQuery, Records
from mynumber.protocols.refusal import Hop, Reason, Refused

SYSTEM = "portal"
LARGEST_PAGE = 200
"""What a core gives at a time."""


@dataclass(frozen=True, slots=True)
class OfCore:
    """What one core covers."""

    core: str
    name: str
    total: int | None
    """Records that fit the question; None when the core did not answer."""
    covered_since: datetime | None


@dataclass(frozen=True, slots=True)
class _OfAllCores:
    """What the cores that answered say together."""

    total: int
    covered_since: datetime | None
    cores: tuple[OfCore, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Cores that did not answer: what they keep is not among the records."""
        return tuple(core.core for core in self.cores if core.total is None)

    @property
    def missing_names(self) -> str:
        """The same for people to read."""
        return "、".join(core.name for core in self.cores if core.total is None)


@dataclass(frozen=True, slots=True)
class AllRecords(_OfAllCores):
    """One page of the records of all cores that answered, newest first."""

    records: tuple[ExchangeRecord, ...]
    retention_years: int


@dataclass(frozen=True, slots=True)
class AllChanges(_OfAllCores):
    """One page of the changes that were told, of all cores that answered, newest first."""

    records: tuple[EventRecord, ...]


def ask_for_records(node: Node, query: RecordQuery) -> AllRecords:
    """Ask every core. Raises Refused when none answers, and UNKNOWN_CODE when one does not know the code any more."""
    answers = _ask_all(node, query, _records_of)
    said = [answer for answer in answers.values() if not isinstance(answer, Refused)]
    found = [
        msgspec.structs.replace(record, core=core)
        for core, answer in answers.items()
        if not isinstance(answer, Refused)
        for record in answer.records
    ]
    if len(answers) > 1:
        found.sort(key=_requested_at, reverse=True)
        found = found[query.offset : query.offset + query.limit]
    return AllRecords(
        records=tuple(found),
        total=sum(answer.total for answer in said),
        covered_since=min((one.covered_since for one in said if one.covered_since), default=None),
        retention_years=max(answer.retention_years for answer in said),
        cores=tuple(_coverage(node, core, answer) for core, answer in answers.items()),
    )


def ask_for_changes(node: Node, query: EventRecordQuery) -> AllChanges:
    """The same for the changes that were told. An index names an entry of one log: ask `ask_for_change`."""
    answers = _ask_all(node, query, _changes_of)
    said = [answer for answer in answers.values() if not isinstance(answer, Refused)]
    found = [
        msgspec.structs.replace(record, core=core)
        for core, answer in answers.items()
        if not isinstance(answer, Refused)
        for record in answer.records
    ]
    if len(answers) > 1:
        found.sort(key=_disclosed_at, reverse=True)
        found = found[query.offset : query.offset + query.limit]
    return AllChanges(
        records=tuple(found),
        total=sum(answer.total for answer in said),
        covered_since=min((one.covered_since for one in said if one.covered_since), default=None),
        cores=tuple(_coverage(node, core, answer) for core, answer in answers.items()),
    )


def ask_for_change(node: Node, query: EventRecordQuery, core: str) -> EventRecord | None:
    """The change at an index of the log of one core; None if there is none about this person. Raises Refused."""
    records = _changes_of(node, query, core).records
    return msgspec.structs.replace(records[0], core=core) if records else None


Q = TypeVar("Q", RecordQuery, EventRecordQuery)
A = TypeVar("A", Records, EventRecords)


def _ask_all(node: Node, query: Q, ask: Callable[[Node, Q, str], A]) -> dict[str, A | Refused]:
    """What each core says. A page of all begins somewhere in the pages of each: each is asked for what stands before it, too."""
    cores = node.directory.cores
    reach = (
        query
        if len(cores) == 1
        else msgspec.structs.replace(query, offset=0, limit=query.offset + query.limit)
    )
    with ThreadPoolExecutor(len(cores)) as threads:
        answers = list(threads.map(partial(_paged, node, reach, ask), cores))
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    for refused in refusals:
        if len(refusals) == len(answers) or refused.reason is Reason.UNKNOWN_CODE:
            raise refused
    return dict(zip(cores, answers, strict=True))


def _paged(node: Node, query: Q, ask: Callable[[Node, Q, str], A], core: str) -> A | Refused:
    """What a core has from ``offset`` on, asked in pages that it gives."""
    parts: list[A] = []
    try:
        for start in range(0, max(query.limit, 1), LARGEST_PAGE):
            limit = min(LARGEST_PAGE, max(query.limit - start, 1))
            part = ask(node, msgspec.structs.replace(query, offset=query.offset + start, limit=limit), core)
            parts.append(part)
            if len(part.records) < limit:
                break
    except Refused as refused:
        return refused
    records = tuple(record for part in parts for record in part.records)
    return msgspec.structs.replace(parts[-1], records=records, total=parts[0].total)


def _records_of(node: Node, query: RecordQuery, core: str) -> Records:
    return wire.call(
        node,
        QUERY_RECORDS,
        query,
        sender=SYSTEM,
        receiver=core,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )


def _changes_of(node: Node, query: EventRecordQuery, core: str) -> EventRecords:
    return wire.call(
        node,
        QUERY_EVENT_RECORDS,
        query,
        sender=SYSTEM,
        receiver=core,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )


def _coverage(node: Node, core: str, answer: Records | EventRecords | Refused) -> OfCore:
    name = node.directory.name(core)
    if isinstance(answer, Refused):
        return OfCore(core, name, None, None)
    return OfCore(core, name, answer.total, answer.covered_since)


def _requested_at(record: ExchangeRecord) -> datetime:
    return min((event.at for event in record.events), default=datetime.min.replace(tzinfo=UTC))


def _disclosed_at(record: EventRecord) -> datetime:
    return record.disclosed_at
