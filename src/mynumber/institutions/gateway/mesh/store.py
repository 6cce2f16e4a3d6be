"""SQL of the mesh at a gateway; every function runs inside a transaction of one tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from mynumber.protocols.events import (
    RETENTION,
    ChangeEvent,
    CodedEntry,
    CodedEvent,
    EventKind,
    EventRefusal,
    EventResult,
    Ground,
    ReceivedEntries,
    ReceivedEntry,
    Topic,
)
from mynumber.protocols.refusal import Hop, Reason, Refused

CHANNEL = "gateway_mesh"
"""Where processes of the gateway tell each other that a tenant has something to send or to fetch; the payload is the tenant."""

_grounds = msgspec.json.Decoder(tuple[Ground, ...]).decode


async def codes_of(connection: Any, tenant: str, addressees: Sequence[str]) -> dict[str, str]:
    """The member's codes for addressees."""
    rows = await connection.fetch(
        "SELECT addressee, code FROM addressee_code WHERE tenant = $1 AND addressee = ANY($2::text[])",
        tenant,
        list(addressees),
    )
    return {row["addressee"]: row["code"] for row in rows}


# publishing ---------------------------------------------------------------------------------------------------------------


async def put_out(
    connection: Any, tenant: str, events: Sequence[ChangeEvent], at: datetime
) -> dict[int, EventRefusal]:
    """Write events into the outbox; returns the refused ones by position. The same event again has no second effect."""
    codes = await codes_of(connection, tenant, [event.addressee for event in events])
    refused = {
        position: EventRefusal.NO_CODE_HELD
        for position, event in enumerate(events)
        if event.addressee not in codes
    }
    first: dict[UUID, ChangeEvent] = {}
    for position, event in enumerate(events):
        if position not in refused:
            first.setdefault(event.event_id, event)
    new = list(first.values())
    inserted = {
        row["event_id"]
        for row in await connection.fetch(
            """
            INSERT INTO outgoing_event (tenant, event_id, addressee, kind, information, occurred_at, digest, published_at)
            SELECT $1, *, $8 FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bytea[])
            ON CONFLICT (tenant, event_id) DO NOTHING RETURNING event_id
            """,
            tenant,
            [event.event_id for event in new],
            [event.addressee for event in new],
            [event.kind.value for event in new],
            [event.information for event in new],
            [event.occurred_at for event in new],
            [_digest(event) for event in new],
            at,
        )
    }
    digests = {event_id: _digest(event) for event_id, event in first.items() if event_id in inserted}
    if len(inserted) < len(first):
        for row in await connection.fetch(
            "SELECT event_id, digest FROM outgoing_event WHERE tenant = $1 AND event_id = ANY($2::uuid[])",
            tenant,
            [event_id for event_id in first if event_id not in inserted],
        ):
            digests[row["event_id"]] = bytes(row["digest"])
    for position, event in enumerate(events):
        if position not in refused and digests[event.event_id] != _digest(event):
            refused[position] = EventRefusal.DUPLICATE_EVENT
    if inserted:
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, tenant)
    return refused


def _digest(event: ChangeEvent) -> bytes:
    return sha256(msgspec.json.encode(event)).digest()


async def waiting(connection: Any, tenant: str, limit: int) -> list[tuple[int, CodedEvent]]:
    """The first events that the core has not answered, in the order in which they were published.

    The code is that of now, not of when it was published: a rotation of keys may lie between.
    """
    rows = await connection.fetch(
        """
        SELECT id, event_id, kind, information, occurred_at, code FROM outgoing_event
        JOIN addressee_code USING (tenant, addressee)
        WHERE tenant = $1 AND settled_at IS NULL ORDER BY id LIMIT $2
        """,
        tenant,
        limit,
    )
    return [
        (
            row["id"],
            CodedEvent(
                event_id=row["event_id"],
                code=row["code"],
                kind=EventKind(row["kind"]),
                information=row["information"],
                occurred_at=row["occurred_at"],
            ),
        )
        for row in rows
    ]


async def settle(
    connection: Any, tenant: str, answered: Sequence[tuple[int, EventResult]], at: datetime
) -> None:
    """Record what the core answered: refused, or to whom it disclosed."""
    await connection.execute(
        """
        UPDATE outgoing_event AS event SET settled_at = $5, refusal = answer.refusal, receivers = answer.receivers
        FROM unnest($2::bigint[], $3::text[], $4::text[]) AS answer(id, refusal, receivers)
        WHERE event.tenant = $1 AND event.id = answer.id AND event.settled_at IS NULL
        """,
        tenant,
        [number for number, _ in answered],
        [result.refused.value if result.refused else None for _, result in answered],
        [msgspec.json.encode(result.receivers).decode() for _, result in answered],
        at,
    )


# receiving ----------------------------------------------------------------------------------------------------------------


async def keep_topics(connection: Any, tenant: str, topics: Sequence[Topic]) -> None:
    """Remember what the member is subscribed to, as the core listed it."""
    await connection.execute("DELETE FROM event_topic WHERE tenant = $1", tenant)
    await connection.execute(
        """
        INSERT INTO event_topic (tenant, affair, provider_kind, information)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING
        """,
        tenant,
        [topic.affair for topic in topics],
        [topic.provider_kind for topic in topics],
        [topic.information for topic in topics],
    )
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, tenant)


async def receives(connection: Any, tenant: str) -> bool:
    """Whether there may be events for the member: it is subscribed to something."""
    return bool(
        await connection.fetchval("SELECT EXISTS (SELECT FROM event_topic WHERE tenant = $1)", tenant)
    )


async def fetched(connection: Any, tenant: str) -> int:
    """Up to which place the member's events are stored here."""
    return await connection.fetchval("SELECT fetched FROM event_position WHERE tenant = $1", tenant) or 0


async def take_in(
    connection: Any, tenant: str, entries: Sequence[CodedEntry], oldest: int, at: datetime
) -> int:
    """Store the entries that follow without a gap on what is stored; returns up to where everything is stored now.

    What comes twice is left out, by its place and by its name. An entry after a gap is left for later, unless what
    is missing cannot be fetched any more (``oldest``).
    """
    await connection.execute(
        "INSERT INTO event_position (tenant, fetched, acknowledged) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING",
        tenant,
    )
    place: int = await connection.fetchval(
        "SELECT fetched FROM event_position WHERE tenant = $1 FOR UPDATE", tenant
    )
    following = []
    for entry in entries:
        if entry.sequence > place:
            if entry.sequence != max(place + 1, oldest):
                break
            following.append(entry)
            place = entry.sequence
    if not following:
        return place
    addressees = {
        row["code"]: row["addressee"]
        for row in await connection.fetch(
            # a page may have been sealed before the keys of codes changed
            "SELECT asked.code, min(held.addressee) AS addressee FROM unnest($2::text[]) AS asked(code)"
            " JOIN addressee_code AS held ON held.tenant = $1 AND held.code = current_code(asked.code) GROUP BY asked.code",
            tenant,
            [entry.code for entry in following if entry.code is not None],
        )
    }
    await connection.execute(
        """
        INSERT INTO incoming_event (tenant, sequence, publisher, event_id, addressee, kind, information, occurred_at,
            grounds, received_at)
        SELECT $1, *, $10 FROM unnest($2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[],
            $8::timestamptz[], $9::text[])
        ON CONFLICT DO NOTHING
        """,
        tenant,
        [entry.sequence for entry in following],
        [entry.publisher for entry in following],
        [entry.event_id for entry in following],
        [addressees.get(entry.code or "") for entry in following],
        [entry.kind.value for entry in following],
        [entry.information for entry in following],
        [entry.occurred_at for entry in following],
        [msgspec.json.encode(entry.grounds).decode() for entry in following],
        at,
    )
    await connection.execute("UPDATE event_position SET fetched = $2 WHERE tenant = $1", tenant, place)
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, tenant)
    return place


async def received(connection: Any, tenant: str, after: int, limit: int, at: datetime) -> ReceivedEntries:
    """The member's events after a place, and that it has those before. Raises Refused for a place that was never given out."""
    position = await connection.fetchrow(
        """
        SELECT fetched, acknowledged, coalesce(
            (SELECT sequence FROM incoming_event WHERE tenant = $1 AND received_at >= $2
                ORDER BY received_at, sequence LIMIT 1),
            fetched + 1) AS oldest
        FROM event_position WHERE tenant = $1
        """,
        tenant,
        at - RETENTION,
    )
    latest, oldest = (position["fetched"], position["oldest"]) if position else (0, 1)
    if after > latest:
        raise Refused(Hop.INQUIRER_GATEWAY, Reason.UNKNOWN_RECORD, "no event has this place yet")
    if position and after > position["acknowledged"]:
        await connection.execute(
            "UPDATE event_position SET acknowledged = $2 WHERE tenant = $1 AND acknowledged < $2",
            tenant,
            after,
        )
    rows = await connection.fetch(
        """
        SELECT * FROM incoming_event WHERE tenant = $1 AND sequence > $2 AND sequence >= $3 AND sequence <= $4
        ORDER BY sequence LIMIT $5
        """,
        tenant,
        after,
        oldest,
        latest,
        limit,
    )
    return ReceivedEntries(
        entries=tuple(
            ReceivedEntry(
                sequence=row["sequence"],
                publisher=row["publisher"],
                event_id=row["event_id"],
                addressee=row["addressee"],
                kind=EventKind(row["kind"]),
                information=row["information"],
                occurred_at=row["occurred_at"],
                received_at=row["received_at"],
                grounds=_grounds(row["grounds"]),
            )
            for row in rows
        ),
        oldest=oldest,
        latest=latest,
    )
