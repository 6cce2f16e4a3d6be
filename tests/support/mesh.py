"""The mesh of a running exchange, as its members' own systems use it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from mynumber.foundation.law import InformationKind, InstitutionKind
from mynumber.protocols.events import (
    PUBLISH,
    RECEIVED,
    SUBSCRIPTIONS,
    WATCHES,
    ChangeEvent,
    ChangeSubscriptions,
    ChangeWatches,
    EventKind,
    EventsPublished,
    EventsSince,
    PublishEvents,
    ReceivedEntries,
    ReceivedEntry,
    Subscriptions,
    Topic,
    WatchesChanged,
)
from tests.support.exchange import ALLOWANCE, CITY, FORMER_CITY, PENSION, Exchange, resident_code
from tests.support.nats import running_nats
from tests.support.waiting import PATIENCE_SECONDS, eventually

AWARDS = Topic(
    affair=ALLOWANCE,
    provider_kind=InstitutionKind.PENSION_SERVICE.value,
    information=InformationKind.PUBLIC_PENSION_BENEFIT.value,
)
"""児童扶養手当: a public pension excludes or reduces it, so the city wants to hear of one (row 81-1-4)."""
RESIDENTS = Topic(
    affair=ALLOWANCE,
    provider_kind=InstitutionKind.MUNICIPALITY.value,
    information=InformationKind.RESIDENT_RECORD.value,
)
"""Row 81-1-3."""


@dataclass(slots=True)
class Mesh:
    """A running exchange; people are numbered, and each member knows them under an addressee number of its own."""

    exchange: Exchange
    _people: int = 0

    def people(self, count: int) -> list[int]:
        """New people, for whom both cities and the pension service hold codes."""
        new = list(range(self._people, self._people + count))
        self._people += count
        self.exchange.give_codes(
            {resident_code(): {m: addressee(m, n) for m in (CITY, FORMER_CITY, PENSION)} for n in new}
        )
        return new

    def subscribe(self, member: str, *begin: Topic, end: Sequence[Topic] = ()) -> Subscriptions:
        return self.exchange.call(
            SUBSCRIPTIONS,
            ChangeSubscriptions(begin=begin, end=tuple(end)),
            sender=member,
            receiver=f"gateway.{member}",
        )

    def watch(
        self, member: str, topic: Topic, watch: Sequence[int] = (), unwatch: Sequence[int] = ()
    ) -> WatchesChanged:
        return self.exchange.call(
            WATCHES,
            ChangeWatches(
                topic=topic,
                watch=tuple(addressee(member, n) for n in watch),
                unwatch=tuple(addressee(member, n) for n in unwatch),
            ),
            sender=member,
            receiver=f"gateway.{member}",
        )

    def publish(self, member: str, *events: ChangeEvent) -> EventsPublished:
        return self.exchange.call(
            PUBLISH, PublishEvents(events=events), sender=member, receiver=f"gateway.{member}"
        )

    def received(self, member: str, after: int = 0, *, limit: int = 500, wait: float = 0) -> ReceivedEntries:
        return self.exchange.call(
            RECEIVED,
            EventsSince(after=after, limit=limit, wait_seconds=wait),
            sender=member,
            receiver=f"gateway.{member}",
        )

    def place(self, member: str) -> int:
        """Up to where the member's row goes now; what follows is the test's own."""
        return self.received(member).latest

    def wait_for(self, member: str, after: int, count: int) -> list[ReceivedEntry]:
        """The member's next entries, as its system would fetch them."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        entries: list[ReceivedEntry] = []
        while len(entries) < count:
            assert time.monotonic() < deadline, f"{len(entries)} of {count} events arrived"
            page = self.received(member, entries[-1].sequence if entries else after, wait=5)
            entries += page.entries
        return entries

    def outcome(self, member: str, event_id: UUID) -> tuple[str | None, str]:
        """How the core answered a published event, from the publisher's own record: refusal, receivers."""
        query = "SELECT refusal, receivers FROM outgoing_event WHERE event_id = %s AND settled_at IS NOT NULL"
        refusal, receivers = eventually(lambda: self._row(member, query, event_id), "the core's answer")
        return refusal, receivers

    def _row(self, member: str, query: str, *values: object) -> tuple[Any, ...] | None:
        url = self.exchange.gateway_database.tenant_urls[member.replace(".", "_")]
        with psycopg.connect(url) as connection:
            return connection.execute(query.encode(), values).fetchone()


def addressee(member: str, person: int) -> str:
    return f"{member[:3].upper()}-{'F' if member == FORMER_CITY else 'C'}-{person}"


def award(person: int, *, event_id: UUID | None = None, member: str = PENSION) -> ChangeEvent:
    """A public pension is awarded."""
    return change(person, EventKind.BENEFIT_AWARDED, InformationKind.PUBLIC_PENSION_BENEFIT, member, event_id)


def change(
    person: int,
    kind: EventKind,
    information: InformationKind,
    member: str = FORMER_CITY,
    event_id: UUID | None = None,
) -> ChangeEvent:
    return ChangeEvent(
        event_id=event_id or uuid4(),
        addressee=addressee(member, person),
        kind=kind,
        information=information.value,
        occurred_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    )


@contextmanager
def transport(name: str, folder: Path) -> Iterator[None]:
    """Inside, processes that are started use this transport: ``outbox`` or ``nats``."""
    if name == "outbox":
        yield
        return
    with running_nats(folder) as (server,), pytest.MonkeyPatch.context() as environment:
        environment.setenv("MESH_URL", server.url)
        yield
