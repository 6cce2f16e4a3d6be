"""SQL of the mesh at the core: one durable transaction a batch, and nothing is told before it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from mynumber.foundation import tlog
from mynumber.foundation.envelope import Header
from mynumber.foundation.law import InstitutionKind, LegalBasis
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.decision import kinds_of
from mynumber.institutions.network.core.publication import published
from mynumber.institutions.network.core.recording import SEEN_MARGIN
from mynumber.institutions.network.mesh.deciding import Judged, Kinds, codes_of, entitling
from mynumber.protocols.directory import Directory
from mynumber.protocols.events import (
    PAGE_EVENTS,
    RETENTION,
    WATCH_VALIDITY,
    CodedEntries,
    CodedEntry,
    EventKind,
    EventRecord,
    EventRecordQuery,
    EventRecords,
    EventRefusal,
    EventResult,
    Ground,
    Receiver,
    Subscription,
    Topic,
)
from mynumber.protocols.refusal import Hop, Reason, Refused

CHANNEL = "network_mesh"
"""Where processes of the core tell each other that a subscriber has news; the payload is the subscriber."""

_grounds = msgspec.json.Decoder(tuple[Ground, ...]).decode
Days = tuple[datetime | None, datetime | None]
_Key = tuple[str, UUID]
_TOPIC = "(affair, provider_kind, information) = ($2, $3, $4)"


@dataclass(frozen=True, slots=True)
class Incoming:
    """The events of one message, judged."""

    publisher: str
    kinds: Kinds
    judged: Sequence[Judged]
    basis: LegalBasis
    at: datetime


@dataclass(frozen=True, slots=True)
class _New:
    """An event that comes for the first time, and who hears of it."""

    incoming: Incoming
    judged: Judged
    heard_by: dict[str, dict[str, str]]
    """subscriber -> affair -> provision."""

    @property
    def key(self) -> _Key:
        return self.incoming.publisher, self.judged.event.event_id


class MeshStore:
    """Over the pool of the core. ``directory`` and ``codes`` are asked each time: both may change while the process runs."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        directory: Callable[[], Directory],
        codes: Callable[[], CodeRing],
        appended: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._directory = directory
        self._ring = codes
        self._appended = appended

    # publishing -----------------------------------------------------------------------------------------------------------

    async def record_events(self, batch: Sequence[Incoming]) -> list[list[EventResult]]:
        """Write events and lay each ready for whoever may hear of it; results in the order of the batch and of its events."""
        async with self._pool.acquire() as connection, connection.transaction():
            known = await _issued(
                connection,
                {
                    (message.publisher, judged.event.code)
                    for message in batch
                    for judged in message.judged
                    if judged.refusal is None
                },
            )
            first: dict[_Key, _New] = {}
            for message in batch:
                for judged in message.judged:
                    if judged.refusal is None and (message.publisher, judged.event.code) in known:
                        first.setdefault(
                            (message.publisher, judged.event.event_id), _New(message, judged, {})
                        )
            inserted = await _insert_published(connection, first)
            fresh = [new for key, new in first.items() if key in inserted]
            await self._find_subscribers(connection, fresh)
            await _append(connection, fresh, self._directory())
            told = {new.key: new.heard_by for new in fresh}
            stored = await _stored(connection, [key for key in first if key not in inserted])
        if any(told.values()):
            self._appended()
        results = []
        for message in batch:
            answers = []
            for judged in message.judged:
                key = (message.publisher, judged.event.event_id)
                if judged.refusal is not None:
                    answers.append(EventResult(refused=judged.refusal))
                elif (message.publisher, judged.event.code) not in known:
                    answers.append(EventResult(refused=EventRefusal.UNKNOWN_CODE))
                elif stored.get(key, digest_of(first[key].judged)) != digest_of(judged):
                    answers.append(EventResult(refused=EventRefusal.DUPLICATE_EVENT))
                else:
                    answers.append(EventResult(receivers=_receivers(told.get(key, {}))))
            results.append(answers)
        return await self._with_receivers_of_before(batch, results, stored.keys())

    async def _with_receivers_of_before(
        self, batch: Sequence[Incoming], results: list[list[EventResult]], before: Any
    ) -> list[list[EventResult]]:
        """Answer an event that came before as it was answered then."""
        if not before:
            return results
        rows = await self._pool.fetch(
            """
            SELECT publisher, event_id, subscriber, grounds FROM event_entry
            JOIN unnest($1::text[], $2::uuid[]) AS asked(publisher, event_id) USING (publisher, event_id)
            ORDER BY subscriber
            """,
            [publisher for publisher, _ in before],
            [event_id for _, event_id in before],
        )
        heard: dict[_Key, dict[str, dict[str, str]]] = {}
        for row in rows:
            heard.setdefault((row["publisher"], row["event_id"]), {})[row["subscriber"]] = {
                ground.affair: ground.provision for ground in _grounds(row["grounds"])
            }
        return [
            [
                EventResult(receivers=_receivers(heard.get(key, {})))
                if result.refused is None and (key := (message.publisher, judged.event.event_id)) in before
                else result
                for judged, result in zip(message.judged, answers, strict=True)
            ]
            for message, answers in zip(batch, results, strict=True)
        ]

    async def _find_subscribers(self, connection: Any, fresh: Sequence[_New]) -> None:
        """Who watches the person, in an affair for which today's table lets them ask exactly this of this publisher."""
        of_person: dict[str, list[_New]] = {}
        for new in fresh:
            for person in new.judged.persons:
                of_person.setdefault(person, []).append(new)
        if not of_person:
            return
        directory = self._directory()
        rows = await connection.fetch(
            """
            SELECT person, subscriber, affair, provider_kind, information, until FROM event_watch
            WHERE person = ANY($1::text[])
            """,
            list(of_person),
        )
        for row in rows:
            topic = Topic(
                affair=row["affair"], provider_kind=row["provider_kind"], information=row["information"]
            )
            for new in of_person[row["person"]]:
                message = new.incoming
                if (
                    row["information"] != new.judged.event.information
                    or row["subscriber"] == message.publisher
                    or row["until"] <= message.at
                    or InstitutionKind.named(row["provider_kind"]) not in message.kinds
                ):
                    continue
                provision = entitling(message.basis, kinds_of(directory, row["subscriber"]), topic)
                if provision is not None:
                    new.heard_by.setdefault(row["subscriber"], {})[topic.affair] = provision

    # subscribing ----------------------------------------------------------------------------------------------------------

    async def change_subscriptions(
        self,
        subscriber: str,
        header: Header,
        begin: Sequence[tuple[Topic, str]],
        end: Sequence[Topic],
        at: datetime,
    ) -> tuple[Subscription, ...]:
        """Begin (topics with the provision that entitles each) and end; with the end of a subscription its watches end. Returns what stands."""
        async with self._pool.acquire() as connection, connection.transaction():
            if begin or end:
                await _once(connection, header)
            for topic in end:
                for table in ("event_watch", "event_subscription"):
                    await connection.execute(
                        f"DELETE FROM {table} WHERE subscriber = $1 AND {_TOPIC}",  # noqa: S608 - constants
                        subscriber,
                        topic.affair,
                        topic.provider_kind,
                        topic.information,
                    )
            await connection.execute(
                """
                INSERT INTO event_subscription (subscriber, affair, provider_kind, information, provision, since)
                SELECT $1, *, $6 FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
                ON CONFLICT DO NOTHING
                """,
                subscriber,
                [topic.affair for topic, _ in begin],
                [topic.provider_kind for topic, _ in begin],
                [topic.information for topic, _ in begin],
                [provision for _, provision in begin],
                at,
            )
            rows = await connection.fetch(
                "SELECT * FROM event_subscription WHERE subscriber = $1 ORDER BY affair, provider_kind, information",
                subscriber,
            )
        return tuple(
            Subscription(
                topic=Topic(
                    affair=row["affair"], provider_kind=row["provider_kind"], information=row["information"]
                ),
                provision=row["provision"],
                since=row["since"],
            )
            for row in rows
        )

    async def change_watches(
        self,
        subscriber: str,
        header: Header,
        topic: Topic,
        watch: Sequence[tuple[str, tuple[str, ...]]],
        unwatch: Sequence[tuple[str, tuple[str, ...]]],
        at: datetime,
    ) -> tuple[EventRefusal | None, frozenset[str], int]:
        """Watch and unwatch people, each a code of the subscriber with the person's codes of the records.

        Returns the refusal of all, the codes to watch that were never issued to the subscriber, and how many are not watched any more.
        """
        of_topic = (topic.affair, topic.provider_kind, topic.information)
        async with self._pool.acquire() as connection, connection.transaction():
            await _once(connection, header)
            subscribed = await connection.fetchval(
                # the row is locked: the end of the subscription waits, and then finds these watches too
                f"SELECT 1 FROM event_subscription WHERE subscriber = $1 AND {_TOPIC} FOR SHARE",  # noqa: S608 - constants
                subscriber,
                *of_topic,
            )
            if not subscribed:
                return EventRefusal.NOT_SUBSCRIBED, frozenset(), 0
            gone = await connection.fetch(
                f"DELETE FROM event_watch WHERE subscriber = $1 AND {_TOPIC} AND person = ANY($5::text[]) RETURNING 1",  # noqa: S608
                subscriber,
                *of_topic,
                [person for _, persons in unwatch for person in persons],
            )
            known = await _issued(connection, {(subscriber, code) for code, _ in watch})
            await connection.execute(
                """
                INSERT INTO event_watch (subscriber, affair, provider_kind, information, person, since, until)
                SELECT $1, $2, $3, $4, person, $6, $7 FROM unnest($5::text[]) AS new(person)
                ON CONFLICT (person, subscriber, affair, provider_kind, information) DO UPDATE SET until = excluded.until
                """,
                subscriber,
                *of_topic,
                sorted({persons[0] for code, persons in watch if (subscriber, code) in known}),
                at,
                at + WATCH_VALIDITY,
            )
        return None, frozenset(code for code, _ in watch if (subscriber, code) not in known), len(gone)

    # telling --------------------------------------------------------------------------------------------------------------

    async def entries(
        self, subscriber: str, after: int, limit: int, at: datetime, *, acknowledges: bool = True
    ) -> CodedEntries:
        """A subscriber's entries after a place. Raises Refused for a place that was never given out: then one side has lost its memory.

        ``acknowledges``: the subscriber itself asks, and so says that it has everything up to there.
        """
        async with self._pool.acquire() as connection:
            queue = await connection.fetchrow(
                """
                SELECT latest, acknowledged, coalesce(
                    (SELECT sequence FROM event_entry WHERE subscriber = $1 AND disclosed_at >= $2
                        ORDER BY disclosed_at, sequence LIMIT 1),
                    latest + 1) AS oldest
                FROM event_queue WHERE subscriber = $1
                """,
                subscriber,
                at - RETENTION,
            )
            latest, oldest = (queue["latest"], queue["oldest"]) if queue else (0, 1)
            if after > latest:
                raise Refused(Hop.NETWORK, Reason.UNKNOWN_RECORD, "no event has this place yet")
            if acknowledges and queue and after > queue["acknowledged"]:
                await _acknowledge(connection, subscriber, after, at)
            rows = await connection.fetch(
                """
                SELECT * FROM event_entry WHERE subscriber = $1 AND sequence > $2 AND sequence >= $3
                ORDER BY sequence LIMIT $4
                """,
                subscriber,
                after,
                oldest,
                limit,
            )
            codes = await self._codes(connection, subscriber, {row["person"] for row in rows})
        return CodedEntries(
            entries=tuple(
                CodedEntry(
                    sequence=row["sequence"],
                    publisher=row["publisher"],
                    event_id=row["event_id"],
                    code=codes.get(row["person"]),
                    kind=EventKind(row["kind"]),
                    information=row["information"],
                    occurred_at=row["occurred_at"],
                    grounds=_grounds(row["grounds"]),
                )
                for row in rows
            ),
            oldest=oldest,
            latest=latest,
        )

    async def _codes(self, connection: Any, subscriber: str, persons: set[str]) -> dict[str, str]:
        """The code that the subscriber holds for each person: converted now, kept nowhere."""
        ring = self._ring()
        possible = {person: codes_of(ring, person, subscriber) for person in persons}
        held = await _issued(
            connection, {(subscriber, code) for codes in possible.values() for code in codes}
        )
        return {
            person: next(code for code in codes if (subscriber, code) in held)
            for person, codes in possible.items()
            if any((subscriber, code) in held for code in codes)
        }

    async def unpublished(self) -> list[tuple[str, int]]:
        """Subscribers with entries that NATS does not have yet, and the last place that it has."""
        rows = await self._pool.fetch(
            "SELECT subscriber, published FROM event_queue WHERE published < latest ORDER BY subscriber"
        )
        return [(row["subscriber"], row["published"]) for row in rows]

    async def published(self, subscriber: str, last: int) -> None:
        """NATS has everything up to this place."""
        await self._pool.execute(
            "UPDATE event_queue SET published = $2 WHERE subscriber = $1 AND published < $2", subscriber, last
        )

    # records --------------------------------------------------------------------------------------------------------------

    async def records(self, persons: Sequence[str], query: EventRecordQuery, days: Days) -> EventRecords:
        """Disclosures of events about a person, newest first; ``days`` are the moments at which the period begins and ends."""
        async with self._pool.acquire() as connection:
            shown = await published(connection)
            rows = await connection.fetch(
                """
                SELECT entry.*, count(*) OVER () AS total, (
                    SELECT at FROM event_acknowledgement AS had
                    WHERE had.subscriber = entry.subscriber AND had.last >= entry.sequence ORDER BY had.last LIMIT 1
                ) AS fetched_at
                FROM event_entry AS entry
                WHERE person = ANY($1::text[])
                  AND ($2::timestamptz IS NULL OR disclosed_at >= $2) AND ($3::timestamptz IS NULL OR disclosed_at < $3)
                  AND ($4::text IS NULL OR subscriber = $4) AND ($5::text IS NULL OR publisher = $5)
                  AND ($6::bigint IS NULL OR index = $6)
                ORDER BY disclosed_at DESC, index DESC OFFSET $7 LIMIT $8
                """,
                list(persons),
                *days,
                query.subscriber,
                query.publisher,
                query.index,
                query.offset,
                min(query.limit, PAGE_EVENTS),
            )
            covered = await connection.fetchval("SELECT disclosed_at FROM event_entry ORDER BY index LIMIT 1")
        size = shown.size if shown else 0
        return EventRecords(
            records=tuple(
                EventRecord(
                    index=row["index"],
                    integrated=row["index"] < size,
                    subscriber=row["subscriber"],
                    subscriber_name=row["subscriber_name"],
                    publisher=row["publisher"],
                    publisher_name=row["publisher_name"],
                    kind=EventKind(row["kind"]),
                    information=row["information"],
                    grounds=_grounds(row["grounds"]),
                    occurred_at=row["occurred_at"],
                    disclosed_at=row["disclosed_at"],
                    fetched_at=row["fetched_at"],
                )
                for row in rows
            ),
            total=rows[0]["total"] if rows else 0,
            covered_since=covered,
        )

    async def forget(self, at: datetime) -> None:
        """Delete lapsed watches. What was told goes after seven years with the other records (``forget_records``)."""
        await self._pool.execute("DELETE FROM event_watch WHERE until < $1", at)


def digest_of(judged: Judged) -> bytes:
    """What the same event has in common however often it comes: its content without the code, which a rotation of keys changes."""
    event = judged.event
    said = (event.event_id, event.kind, event.information, event.occurred_at)
    return sha256(msgspec.json.encode(said)).digest()


def _receivers(heard_by: dict[str, dict[str, str]]) -> tuple[Receiver, ...]:
    return tuple(
        Receiver(subscriber=subscriber, affairs=tuple(sorted(affairs)))
        for subscriber, affairs in sorted(heard_by.items())
    )


async def _issued(connection: Any, pairs: set[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Which of the codes were issued to whom (Cabinet Order art. 26(6))."""
    if not pairs:
        return frozenset()
    members, codes = zip(*pairs, strict=True)
    rows = await connection.fetch(
        """
        SELECT member, code FROM issued_code
        JOIN unnest($1::text[], $2::text[]) AS asked(member, code) USING (member, code)
        """,
        list(members),
        list(codes),
    )
    return frozenset((row["member"], row["code"]) for row in rows)


async def _insert_published(connection: Any, first: dict[_Key, _New]) -> frozenset[_Key]:
    """Write events; returns those that come for the first time."""
    if not first:
        return frozenset()
    # in one order everywhere: two transactions with the same events wait for each other instead of blocking each other
    ordered = sorted(first)
    rows = await connection.fetch(
        """
        INSERT INTO published_event (publisher, event_id, digest, received_at)
        SELECT * FROM unnest($1::text[], $2::uuid[], $3::bytea[], $4::timestamptz[])
        ON CONFLICT DO NOTHING RETURNING publisher, event_id
        """,
        [publisher for publisher, _ in ordered],
        [event_id for _, event_id in ordered],
        [digest_of(first[key].judged) for key in ordered],
        [first[key].incoming.at for key in ordered],
    )
    return frozenset((row["publisher"], row["event_id"]) for row in rows)


async def _stored(connection: Any, keys: Sequence[_Key]) -> dict[_Key, bytes]:
    if not keys:
        return {}
    rows = await connection.fetch(
        """
        SELECT publisher, event_id, digest FROM published_event
        JOIN unnest($1::text[], $2::uuid[]) AS asked(publisher, event_id) USING (publisher, event_id)
        """,
        [publisher for publisher, _ in keys],
        [event_id for _, event_id in keys],
    )
    return {(row["publisher"], row["event_id"]): bytes(row["digest"]) for row in rows}


async def _append(connection: Any, fresh: Sequence[_New], directory: Directory) -> None:
    """Give places in the rows of the subscribers and in the log, and write the entries. The rows are locked in one order until the commit.

    The row of ``log_state``, for which every exchange waits, is locked last, with the statement that writes.
    """
    subscribers = sorted({subscriber for new in fresh for subscriber in new.heard_by})
    if not subscribers:
        return
    await connection.execute(
        """
        INSERT INTO event_queue (subscriber, latest, acknowledged, published)
        SELECT subscriber, 0, 0, 0 FROM unnest($1::text[]) AS new(subscriber) ON CONFLICT DO NOTHING
        """,
        subscribers,
    )
    rows = await connection.fetch(
        "SELECT subscriber, latest FROM event_queue WHERE subscriber = ANY($1::text[]) ORDER BY subscriber FOR UPDATE",
        subscribers,
    )
    latest: dict[str, int] = {row["subscriber"]: row["latest"] for row in rows}
    columns: list[tuple[Any, ...]] = []
    for new in fresh:
        event = new.judged.event
        for subscriber, affairs in sorted(new.heard_by.items()):
            latest[subscriber] += 1
            grounds = tuple(
                Ground(affair=affair, provision=provision) for affair, provision in sorted(affairs.items())
            )
            columns.append(
                (
                    subscriber,
                    latest[subscriber],
                    new.incoming.publisher,
                    event.event_id,
                    new.judged.persons[0],
                    event.kind.value,
                    event.information,
                    event.occurred_at,
                    msgspec.json.encode(grounds).decode(),
                    new.incoming.at,
                    directory.name(subscriber),
                    directory.name(new.incoming.publisher),
                    tlog.new_salt(),
                )
            )
    await connection.execute(
        """
        UPDATE event_queue SET latest = now.latest
        FROM unnest($1::text[], $2::bigint[]) AS now(subscriber, latest) WHERE event_queue.subscriber = now.subscriber
        """,
        list(latest),
        list(latest.values()),
    )
    await connection.execute(
        "SELECT pg_notify($1, subscriber) FROM unnest($2::text[]) AS told(subscriber)", CHANNEL, subscribers
    )
    await connection.execute(
        """
        WITH slot AS (
            UPDATE log_state SET next_index = next_index + $1 WHERE id = 1 RETURNING next_index - $1 AS first
        )
        INSERT INTO event_entry (subscriber, sequence, publisher, event_id, person, kind, information, occurred_at,
            grounds, disclosed_at, subscriber_name, publisher_name, salt, index)
        SELECT new.*, slot.first + row_number() OVER () - 1
        FROM slot, unnest($2::text[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
            $9::timestamptz[], $10::text[], $11::timestamptz[], $12::text[], $13::text[], $14::bytea[]) AS new
        """,
        len(columns),
        *map(list, zip(*columns, strict=True)),
    )


async def _acknowledge(connection: Any, subscriber: str, last: int, at: datetime) -> None:
    async with connection.transaction():
        moved = await connection.fetchval(
            """
            UPDATE event_queue SET acknowledged = $2 WHERE subscriber = $1 AND acknowledged < $2 AND latest >= $2
            RETURNING 1
            """,
            subscriber,
            last,
        )
        if moved:
            await connection.execute(
                "INSERT INTO event_acknowledgement (subscriber, last, at) VALUES ($1, $2, $3)",
                subscriber,
                last,
                at,
            )


async def _once(connection: Any, header: Header) -> None:
    """Remember the message in the transaction of its effect. Raises Refused(REPLAYED) the second time."""
    fresh = await connection.fetchval(
        """
        INSERT INTO seen_message (sender, message_id, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING 1
        """,
        header.issuer,
        header.message_id,
        header.expires_at + SEEN_MARGIN,
    )
    if not fresh:
        raise Refused(Hop.NETWORK, Reason.REPLAYED)
