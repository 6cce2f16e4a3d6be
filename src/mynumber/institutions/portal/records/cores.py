"""Asking all cores of the network for the records about a person, and merging what they say. A core that does not answer is named, never left out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import msgspec

from mynumber.protocols import wire
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
class AllRecords:
    """One page of the records of all cores that answered, newest first."""

    records: tuple[ExchangeRecord, ...]
    total: int
    covered_since: datetime | None
    retention_years: int
    cores: tuple[OfCore, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Cores that did not answer: what they keep is not among the records."""
        return tuple(core.core for core in self.cores if core.total is None)

    @property
    def missing_names(self) -> str:
        """The same for people to read."""
        return "、".join(core.name for core in self.cores if core.total is None)


def ask_for_records(node: Node, query: RecordQuery) -> AllRecords:
    """Ask every core. Raises Refused when none answers, and UNKNOWN_CODE when one does not know the code any more."""
    cores = node.directory.cores
    # a page of all begins somewhere in the pages of each: each is asked for what stands before it, too
    reach = query if len(cores) == 1 else msgspec.structs.replace(query, offset=0)
    with ThreadPoolExecutor(len(cores)) as threads:
        answers = list(threads.map(partial(_ask, node, reach, query.offset + query.limit), cores))
    said = [answer for answer in answers if not isinstance(answer, Refused)]
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    for refused in refusals:
        if not said or refused.reason is Reason.UNKNOWN_CODE:
            raise refused
    found = [
        msgspec.structs.replace(record, core=core)
        for core, answer in zip(cores, answers, strict=True)
        if not isinstance(answer, Refused)
        for record in answer.records
    ]
    if len(cores) > 1:
        found.sort(key=_requested_at, reverse=True)
        found = found[query.offset : query.offset + query.limit]
    return AllRecords(
        records=tuple(found),
        total=sum(answer.total for answer in said),
        covered_since=min((one.covered_since for one in said if one.covered_since), default=None),
        retention_years=max(answer.retention_years for answer in said),
        cores=tuple(_coverage(node, core, answer) for core, answer in zip(cores, answers, strict=True)),
    )


def _coverage(node: Node, core: str, answer: Records | Refused) -> OfCore:
    name = node.directory.name(core)
    if isinstance(answer, Refused):
        return OfCore(core, name, None, None)
    return OfCore(core, name, answer.total, answer.covered_since)


def _ask(node: Node, query: RecordQuery, reach: int, core: str) -> Records | Refused:
    """The records of one core, from the first in the question up to ``reach`` of them."""
    if query.offset:
        pages = [query]
    else:
        starts = range(0, max(reach, 1), LARGEST_PAGE)
        pages = [
            msgspec.structs.replace(query, offset=start, limit=min(LARGEST_PAGE, max(reach - start, 1)))
            for start in starts
        ]
    records: list[ExchangeRecord] = []
    answer: Records | None = None
    try:
        for page in pages:
            answer = wire.call(
                node,
                QUERY_RECORDS,
                page,
                sender=SYSTEM,
                receiver=core,
                hop=Hop.PORTAL,
                now=partial(datetime.now, UTC),
            )
            records += answer.records
            if len(answer.records) < page.limit:
                break
    except Refused as refused:
        return refused
    if answer is None:
        raise ValueError("a question has a page")
    return msgspec.structs.replace(answer, records=tuple(records))


def _requested_at(record: ExchangeRecord) -> datetime:
    return min((event.at for event in record.events), default=datetime.min.replace(tzinfo=UTC))
