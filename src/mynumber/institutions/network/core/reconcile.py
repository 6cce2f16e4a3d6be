"""Reconciliation: the records of an exchange at the core, the inquirer and the provider are compared by request id.

Act art. 23 makes all three record it. A difference that time will not settle is an incident.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import groupby
from uuid import UUID

from django.db import connection

from mynumber.institutions.network.siblings.own import this_core
from mynumber.protocols import wire
from mynumber.protocols.exchange import PERMIT_VALIDITY, Outcome
from mynumber.protocols.node import Node
from mynumber.protocols.records import QUERY_SIDE, SideQuery, SideRecord, SideRecords
from mynumber.protocols.refusal import Hop, Reason, Refused

BATCH = 500
SETTLED_AFTER = PERMIT_VALIDITY + timedelta(minutes=2)
"""Until then an exchange may still be under way."""


@dataclass(frozen=True, slots=True)
class CoreRecord:
    """What the core knows of an exchange: its final outcome, and whether a permit was given."""

    inquirer: str
    request_id: UUID
    provider: str
    requested_at: datetime
    permit_digest: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Difference:
    """An exchange whose records do not agree."""

    request_id: UUID
    inquirer: str
    provider: str
    core: Outcome
    inquirer_says: Outcome | None
    provider_says: Outcome | None


@dataclass(slots=True)
class Reconciliation:
    """Counts and differences."""

    compared: int = 0
    under_way: int = 0
    unreachable: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def agree(core: Outcome, *, permitted: bool, inquirer: Outcome | None, provider: Outcome | None) -> bool:
    """Whether three records tell one story.

    Without a permit nothing reached the provider. With one, provider and inquirer say the same, except that an answer may be lost on its way,
    and that an inquirer which stopped before presenting has abandoned a permit nobody used. The core was told that story, or nothing yet.
    """
    if not permitted:
        return (
            core is Outcome.REFUSED and provider is None and inquirer in {Outcome.REFUSED, Outcome.ABANDONED}
        )
    told = Outcome.final(said for said in (Outcome.PERMITTED, inquirer, provider) if said is not None)
    if core not in (Outcome.PERMITTED, told):
        return False
    if provider is None or provider is Outcome.ABANDONED:
        return inquirer in {Outcome.ABANDONED, Outcome.REFUSED}
    if inquirer is Outcome.LOST:
        return provider is Outcome.PROVIDED
    return inquirer is provider


class Standing(Enum):
    """What three records of an exchange amount to."""

    AGREE = "agree"
    UNDER_WAY = "under_way"
    DIFFER = "differ"


def standing(
    record: CoreRecord, *, inquirer: Outcome | None, provider: Outcome | None, at: datetime
) -> Standing:
    """Whether the records tell one story, and whether it has ended; a story that should have ended, and of which the core was not told, differs."""
    permitted = record.permit_digest is not None
    agreed = agree(record.outcome, permitted=permitted, inquirer=inquirer, provider=provider)
    is_recent = at - record.requested_at < SETTLED_AFTER
    if agreed and inquirer is Outcome.WAITING:  # a person at the provider answers within days
        return Standing.UNDER_WAY
    if agreed and (is_recent or record.outcome is not Outcome.PERMITTED):
        return Standing.AGREE
    return Standing.UNDER_WAY if inquirer is Outcome.OPEN and is_recent else Standing.DIFFER


def reconcile(node: Node, *, since: datetime, now: Callable[[], datetime]) -> Reconciliation:
    """Compare every exchange since a moment. Asks each gateway over messages; no database but its own is opened."""
    result = Reconciliation()
    differences: list[Difference] = []
    unreachable: set[str] = set()
    for batch in _core_records(since):
        # inquirers make the ids: two of them may have used the same one
        sides: dict[tuple[str, str, str, UUID], SideRecord] = {}
        for member in {record.inquirer for record in batch} | {record.provider for record in batch}:
            asked = tuple(
                record.request_id for record in batch if member in (record.inquirer, record.provider)
            )
            try:
                found = _ask(node, member, asked, now)
            except Refused:
                unreachable.add(member)
                continue
            for side in found.records:
                sides[member, side.side, side.inquirer, side.request_id] = side
        for record in batch:
            if {record.inquirer, record.provider} & unreachable:
                continue
            result.compared += 1
            asker = sides.get((record.inquirer, "inquirer", record.inquirer, record.request_id))
            giver = sides.get((record.provider, "provider", record.inquirer, record.request_id))
            asker_says = asker.outcome if asker else None
            giver_says = giver.outcome if giver else None
            match standing(record, inquirer=asker_says, provider=giver_says, at=now()):
                case Standing.UNDER_WAY:
                    result.under_way += 1
                case Standing.DIFFER:
                    differences.append(
                        Difference(
                            record.request_id,
                            record.inquirer,
                            record.provider,
                            record.outcome,
                            asker_says,
                            giver_says,
                        )
                    )
    result.differences = tuple(differences)
    result.unreachable = tuple(sorted(unreachable))
    return result


@dataclass(frozen=True, slots=True)
class CoreEvent:
    """One entry of the log about an exchange."""

    index: int
    at: datetime
    side: str
    """Who reported it: ``network``, ``provider`` or ``inquirer``."""
    outcome: Outcome
    hop: Hop | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ThreeSides:
    """The three records of one exchange, side by side."""

    core: CoreRecord
    events: tuple[CoreEvent, ...]
    inquirer: SideRecord | None
    provider: SideRecord | None

    @property
    def agree(self) -> bool:
        """Whether they tell one story of one permit."""
        core = self.core
        sides = [side for side in (self.inquirer, self.provider) if side is not None]
        return agree(
            core.outcome,
            permitted=core.permit_digest is not None,
            inquirer=self.inquirer.outcome if self.inquirer else None,
            provider=self.provider.outcome if self.provider else None,
        ) and all(side.permit_digest in (None, core.permit_digest) for side in sides)


def sides_of(node: Node, request_id: UUID, *, now: Callable[[], datetime]) -> list[ThreeSides]:
    """What each side holds of the exchanges with this id, one an inquirer (who makes the ids). Raises Refused when a gateway does not answer."""
    found = []
    for record, events in _exchanges(request_id):
        asker, giver = (
            next(
                (
                    one
                    for one in _ask(node, member, (request_id,), now).records
                    if (one.side, one.inquirer) == (side, record.inquirer)
                ),
                None,
            )
            for member, side in ((record.inquirer, "inquirer"), (record.provider, "provider"))
        )
        found.append(ThreeSides(record, events, asker, giver))
    return found


def _ask(node: Node, member: str, request_ids: tuple[UUID, ...], now: Callable[[], datetime]) -> SideRecords:
    return wire.call(
        node,
        QUERY_SIDE,
        SideQuery(request_ids=request_ids),
        sender=this_core(),
        receiver=node.directory.gateway_of(member),
        hop=Hop.NETWORK,
        now=now,
    )


def _core_records(since: datetime) -> Iterator[Sequence[CoreRecord]]:
    after: tuple[datetime, str, UUID] | None = None
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT inquirer, request_id, provider, requested_at, permit_digest, array_agg(event.outcome)
                FROM exchange JOIN exchange_event AS event USING (inquirer, request_id)
                WHERE requested_at >= %s
                  AND (%s::timestamptz IS NULL OR (requested_at, inquirer, request_id) > (%s::timestamptz, %s::text, %s::uuid))
                GROUP BY inquirer, request_id ORDER BY requested_at, inquirer, request_id LIMIT %s
                """,
                [since, after[0] if after else None, *(after or (None, None, None)), BATCH],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        yield [
            CoreRecord(
                inquirer,
                request_id,
                provider,
                requested_at,
                bytes(permit_digest).hex() if permit_digest else None,
                Outcome.final(Outcome(outcome) for outcome in outcomes),
            )
            for inquirer, request_id, provider, requested_at, permit_digest, outcomes in rows
        ]
        last = rows[-1]
        after = (last[3], last[0], last[1])


def _exchanges(request_id: UUID) -> list[tuple[CoreRecord, tuple[CoreEvent, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT inquirer, provider, requested_at, permit_digest, index, at, side, outcome, hop, reason
            FROM exchange JOIN exchange_event AS event USING (inquirer, request_id)
            WHERE request_id = %s ORDER BY inquirer, index
            """,
            [request_id],
        )
        rows = cursor.fetchall()
    found = []
    for (inquirer, provider, requested_at, permit_digest), group in groupby(rows, key=lambda row: row[:4]):
        events = tuple(
            CoreEvent(
                index,
                at,
                side,
                Outcome(outcome),
                Hop(hop) if hop else None,
                Reason(reason) if reason else None,
            )
            for *_, index, at, side, outcome, hop, reason in group
        )
        digest = bytes(permit_digest).hex() if permit_digest else None
        final = Outcome.final(event.outcome for event in events)
        found.append((CoreRecord(inquirer, request_id, provider, requested_at, digest, final), events))
    return found
