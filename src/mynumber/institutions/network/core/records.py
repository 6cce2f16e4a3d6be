"""What the log commits to: the one spelling of an entry, computed from the columns of its rows.

Nothing but the columns goes in, so a changed column changes the commitment, and the audit finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from heapq import merge
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec

from mynumber.foundation import tlog
from mynumber.protocols.wire import to_text

RECORD_DOMAIN = "network.records"
"""Domain of the code by which records name a person (Act art. 23(3))."""
RETENTION_YEARS = 7
"""Cabinet Order art. 30."""


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry about an exchange as the resident's receipt shows it. ``person`` binds the entry to the person without naming them.

    The members stand in the order of their names, which is the order of the one spelling.
    """

    affair: str
    at: str
    format: str = "mynumber-exchange-record.v1"
    hop: str | None
    index: int
    information: str
    inquirer: str
    inquirer_name: str
    non_disclosure: bool
    organisation: str
    outcome: str
    permit_digest: str | None
    person: str | None
    provider: str
    provider_name: str
    provision: str | None
    reason: str | None
    request_digest: str
    request_id: UUID
    requested_at: str
    side: str


class DisclosureEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry about an event of the mesh that was disclosed to one subscriber; as above."""

    at: str
    event_id: UUID
    format: str = "mynumber-event-record.v1"
    grounds: msgspec.Raw
    """Affairs and provisions that entitled the subscriber at that moment."""
    index: int
    information: str
    kind: str
    occurred_at: str
    person: str | None
    publisher: str
    publisher_name: str
    sequence: int
    """The place in the row of the subscriber."""
    subscriber: str
    subscriber_name: str


def person_mark(record_code: str | None, salt: bytes) -> str | None:
    """A salted hash of the record code: only who knows code and salt can say whose entry it is."""
    if record_code is None:
        return None
    return to_text(sha256(b"mynumber record person v1\n" + salt + record_code.encode()).digest())


def entry_bytes(row: Mapping[str, Any]) -> bytes:
    """The one spelling of an entry. ``row``: the columns of exchange_event joined with its exchange, or those of event_entry."""
    if "event_id" in row:
        return _disclosure_bytes(row)
    permit_digest: bytes | None = row["permit_digest"]
    return _encode(
        LogEntry(
            index=row["index"],
            request_id=row["request_id"],
            at=_time(row["at"]),
            side=row["side"],
            outcome=row["outcome"],
            hop=row["hop"],
            reason=row["reason"],
            inquirer=row["inquirer"],
            inquirer_name=row["inquirer_name"],
            provider=row["provider"],
            provider_name=row["provider_name"],
            organisation=row["organisation"],
            affair=row["affair"],
            provision=row["provision"],
            information=row["information"],
            non_disclosure=row["non_disclosure"],
            requested_at=_time(row["requested_at"]),
            request_digest=bytes(row["request_digest"]).hex(),
            permit_digest=bytes(permit_digest).hex() if permit_digest is not None else None,
            person=person_mark(row["record_code"], bytes(row["salt"])),
        )
    )


def _disclosure_bytes(row: Mapping[str, Any]) -> bytes:
    return _encode(
        DisclosureEntry(
            index=row["index"],
            at=_time(row["disclosed_at"]),
            event_id=row["event_id"],
            grounds=msgspec.Raw(row["grounds"].encode()),
            information=row["information"],
            kind=row["kind"],
            occurred_at=_time(row["occurred_at"]),
            person=person_mark(row["person"], bytes(row["salt"])),
            publisher=row["publisher"],
            publisher_name=row["publisher_name"],
            sequence=row["sequence"],
            subscriber=row["subscriber"],
            subscriber_name=row["subscriber_name"],
        )
    )


_encode = msgspec.json.Encoder().encode
"""As :func:`tlog.canonical_record` spells: the members of an entry are in order, and none of them is a float."""


def leaf_of(row: Mapping[str, Any]) -> bytes:
    """The leaf hash of an entry's commitment."""
    return tlog.leaf_hash(tlog.commitment(entry_bytes(row), bytes(row["salt"])))


@lru_cache(maxsize=4096)  # the requests of one message share theirs
def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


ENTRY_COLUMNS = """
    event.index, event.at, event.side, event.outcome, event.hop, event.reason, event.salt,
    exchange.inquirer, exchange.request_id, exchange.inquirer_name, exchange.provider, exchange.provider_name,
    exchange.organisation, exchange.affair, exchange.provision, exchange.information, exchange.non_disclosure,
    exchange.requested_at, exchange.request_digest, exchange.permit_digest, exchange.record_code
"""
ENTRY_TABLES = "exchange_event AS event JOIN exchange USING (inquirer, request_id)"
DISCLOSURE_COLUMNS = """
    index, salt, subscriber, subscriber_name, sequence, publisher, publisher_name, event_id, person, kind, information,
    occurred_at, grounds, disclosed_at
"""
"""Of ``event_entry``, a table of the mesh: its rows are entries of the same log."""


async def entries_from(connection: Any, first: int, limit: int) -> list[Any]:
    """The entries of the log from an index on, of exchanges and of events, in their order.

    Indices are given out under a lock that ends with the commit, so below ``next_index`` nothing is under way: two statements see one log.
    """
    end = min(await connection.fetchval("SELECT next_index FROM log_state WHERE id = 1"), first + limit)
    exchanges = await connection.fetch(
        f"SELECT {ENTRY_COLUMNS} FROM {ENTRY_TABLES} WHERE event.index >= $1 AND event.index < $2 ORDER BY event.index",  # noqa: S608 - constants
        first,
        end,
    )
    disclosures = await connection.fetch(
        f"SELECT {DISCLOSURE_COLUMNS} FROM event_entry WHERE index >= $1 AND index < $2 ORDER BY index",  # noqa: S608 - constants
        first,
        end,
    )
    return list(merge(exchanges, disclosures, key=itemgetter("index"))) if disclosures else list(exchanges)
