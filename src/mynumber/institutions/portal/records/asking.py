"""Asking the network for the records about a person (Act art. 23(3)): with the portal's code, and nothing else about the person.

Nothing of what comes back is stored.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import msgspec

from mynumber.institutions.portal.records.cores import (
    SYSTEM,
    AllChanges,
    AllRecords,
    ask_for_change,
    ask_for_changes,
    ask_for_records,
)
from mynumber.protocols import wire
from mynumber.protocols.directory import FIRST_CORE
from mynumber.protocols.events import EventRecord, EventRecordQuery
from mynumber.protocols.message import Message
from mynumber.protocols.records import (
    QUERY_RECEIPT,
    ExchangeRecord,
    ReceiptQuery,
    RecordQuery,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import this_node

LARGEST_OFFSET = 100_000

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


class ReceiptNotReady(Exception):
    """The entry is recorded, but no signed checkpoint of the log covers it yet: within about a second one will."""


def records_of(
    code: str,
    *,
    since: date | None = None,
    until: date | None = None,
    inquirer: str | None = None,
    provider: str | None = None,
    offset: int = 0,
    limit: int,
) -> AllRecords:
    """One page of the records about a person, newest first; days are days in Japan, both included. Raises Refused when no core answers."""
    return ask_for_records(
        this_node(),
        RecordQuery(
            code=code,
            since=since,
            until=until,
            inquirer=inquirer,
            provider=provider,
            offset=min(offset, LARGEST_OFFSET),
            limit=limit,
        ),
    )


def record_of(code: str, inquirer: str, request_id: UUID) -> ExchangeRecord | None:
    """One exchange about the person; None also for an exchange about somebody else. Raises Refused."""
    found = ask_for_records(
        this_node(), RecordQuery(code=code, inquirer=inquirer, request_id=request_id, limit=1)
    )
    if not found.records and found.missing:  # it may be at one of those
        raise Refused(Hop.NETWORK, Reason.UNAVAILABLE, "a core did not answer")
    return found.records[0] if found.records else None


def changes_of(
    code: str,
    *,
    since: date | None = None,
    until: date | None = None,
    inquirer: str | None = None,
    provider: str | None = None,
    offset: int = 0,
    limit: int,
) -> AllChanges:
    """One page of the changes about a person that were told, newest first. Raises Refused when no core answers.

    ``inquirer`` is who was told, and ``provider`` who told: whose right to ask and whose information it is.
    """
    return ask_for_changes(
        this_node(),
        EventRecordQuery(
            code=code,
            since=since,
            until=until,
            subscriber=inquirer,
            publisher=provider,
            offset=min(offset, LARGEST_OFFSET),
            limit=limit,
        ),
    )


def change_of(code: str, index: int, *, core: str = FIRST_CORE) -> EventRecord | None:
    """One such disclosure in the log of a core; None also for one about somebody else. Raises Refused."""
    if not this_node().directory.is_core(core):
        return None
    return ask_for_change(this_node(), EventRecordQuery(code=code, index=index, limit=1), core)


def receipt_of(code: str, index: int, *, core: str = FIRST_CORE) -> str | None:
    """The receipt of one entry about the person in the log of a core; None if there is no such entry. Raises ReceiptNotReady, Refused."""
    if not this_node().directory.is_core(core):
        return None
    try:
        return _ask(QUERY_RECEIPT, ReceiptQuery(code=code, index=index), core=core).text
    except Refused as refused:
        if (refused.hop, refused.reason) == (Hop.NETWORK, Reason.UNKNOWN_RECORD):
            return None
        if (refused.hop, refused.reason) == (Hop.NETWORK, Reason.UNAVAILABLE):
            raise ReceiptNotReady from None
        raise


def _ask(message: Message[Q, A], question: Q, *, core: str = FIRST_CORE) -> A:
    return wire.call(
        this_node(),
        message,
        question,
        sender=SYSTEM,
        receiver=core,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
