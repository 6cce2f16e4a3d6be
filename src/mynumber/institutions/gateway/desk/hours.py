"""When a member's gateway answers. Outside, what is asked of it is refused with the time it opens again and the document that stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.hours import (
    QUERY_HOURS,
    Availability,
    AvailabilityQuery,
    Closed,
    Hours,
    Paper,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Caller, Question

JAPAN = ZoneInfo("Asia/Tokyo")
AHEAD = timedelta(days=400)
"""How far ahead an opening is looked for."""
REMEMBERED_SECONDS = 2.0
"""How long a process uses the hours it has read: a change applies so late."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The hours and closures of one member. Without hours it is open whenever it is not closed."""

    hours: tuple[Hours, ...] = ()
    closures: tuple[Closed, ...] = ()

    def opens_after(self, at: datetime) -> datetime | None:
        """``at`` itself when open then; else the next opening; None when there is none within AHEAD."""
        moment, end = at, at + AHEAD
        while moment < end:
            closure = next((one for one in self.closures if one.begins <= moment < one.ends), None)
            if closure is not None:
                moment = closure.ends
                continue
            opening = self._opening(moment)
            if opening is None or opening == moment:
                return opening
            moment = opening
        return None

    def is_open(self, at: datetime) -> bool:
        """Whether the gateway answers at a time."""
        return self.opens_after(at) == at

    def _opening(self, at: datetime) -> datetime | None:
        """By the hours alone."""
        if not self.hours:
            return at
        local = at.astimezone(JAPAN)
        for days in range(8):
            day = (local + timedelta(days=days)).date()
            for one in sorted(self.hours, key=lambda one: one.opens):
                if one.weekday != day.weekday():
                    continue
                opens = datetime.combine(day, one.opens, JAPAN)
                closes = datetime.combine(day, one.closes, JAPAN)
                if one.closes == time(0):
                    closes += timedelta(days=1)
                if at < closes:
                    return max(at, opens)
        return None


class OpeningHours:
    """The timetables of all members of this gateway, read again when they are a little old."""

    def __init__(self, node: Node, store: Store, caller: Caller) -> None:
        self._node = node
        self._store = store
        self._caller = caller
        self._known: dict[str, tuple[datetime, Timetable]] = {}

    async def is_open(self, gateway: str, at: datetime) -> bool:
        """Whether a member's gateway answers; asked for every presentation, so it rarely asks the database."""
        return (await self._timetable(gateway, at)).is_open(at)

    async def opens_at(self, gateway: str, at: datetime) -> datetime | None:
        """When it answers again."""
        return (await self._timetable(gateway, at)).opens_after(at)

    async def _timetable(self, gateway: str, at: datetime) -> Timetable:
        tenant = tenant_of(gateway)
        known = self._known.get(tenant)
        if known is None or at >= known[0] + timedelta(seconds=REMEMBERED_SECONDS):
            async with self._store.acting_as(tenant) as connection:
                known = self._known[tenant] = (at, await timetable_of(connection, tenant, at))
        return known[1]

    async def availability(self, question: Question[AvailabilityQuery]) -> Availability:
        """A member asks about a provider: its gateway is asked."""
        provider = question.body.provider
        if provider not in self._node.directory:
            raise Refused(Hop.INQUIRER_GATEWAY, Reason.UNKNOWN_PROVIDER)
        return await self._caller.call(
            QUERY_HOURS,
            question.body,
            sender=question.receiver,
            receiver=self._node.directory.gateway_of(provider),
            hop=Hop.INQUIRER_GATEWAY,
            unreachable=Reason.PROVIDER_UNREACHABLE,
        )

    async def tell(self, question: Question[AvailabilityQuery]) -> Availability:
        """Another gateway asks about this member; this is answered at all times."""
        provider = Directory.member_of(question.receiver)
        if question.body.provider != provider:
            raise Refused(Hop.PROVIDER_GATEWAY, Reason.WRONG_AUDIENCE)
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            timetable = await timetable_of(connection, tenant, question.at)
            papers = await connection.fetch(
                'SELECT information, name, "where" FROM paper_document WHERE tenant = $1 ORDER BY information',
                tenant,
            )
        is_open = timetable.is_open(question.at)
        return Availability(
            provider=provider,
            is_open=is_open,
            opens_at=None if is_open else timetable.opens_after(question.at),
            hours=timetable.hours,
            closures=timetable.closures,
            papers=tuple(
                Paper(information=row["information"], name=row["name"], where=row["where"]) for row in papers
            ),
        )


async def timetable_of(connection: Any, tenant: str, at: datetime) -> Timetable:
    """The hours, and the closures that have not ended."""
    hours: Sequence[Any] = await connection.fetch(
        "SELECT weekday, opens, closes FROM opening_hours WHERE tenant = $1 ORDER BY weekday, opens", tenant
    )
    closures: Sequence[Any] = await connection.fetch(
        "SELECT begins, ends, why FROM closure WHERE tenant = $1 AND ends > $2 ORDER BY begins", tenant, at
    )
    return Timetable(
        tuple(Hours(weekday=row["weekday"], opens=row["opens"], closes=row["closes"]) for row in hours),
        tuple(Closed(begins=row["begins"], ends=row["ends"], why=row["why"]) for row in closures),
    )
