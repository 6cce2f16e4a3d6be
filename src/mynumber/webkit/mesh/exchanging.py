"""Announcing changes to the own gateway, and hearing of others': each in order, each at least once, nothing lost when a process dies.

    with acting_as(code):                       # the transaction of the change itself
        ...
        announce(person.addressee, EventKind.DEATH, InformationKind.RESIDENT_RECORD, occurred_at=..., at=...)

What is announced is sent by :func:`send`, which the worker beside the pages calls (:mod:`.worker`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import msgspec
from django.db import transaction
from django.db.models import Max

from mynumber.foundation.law import InformationKind
from mynumber.protocols import wire
from mynumber.protocols.events import (
    PAGE_EVENTS,
    PUBLISH,
    RECEIVED,
    ChangeEvent,
    EventKind,
    EventsSince,
    PublishEvents,
    is_about,
)
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.webkit.mesh import worker
from mynumber.webkit.mesh.models import Announcement, HeardEvent
from mynumber.webkit.tenancy import acting_as

BATCH = 250

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the mesh sees it. ``tenant`` is its tenant in this institution's database; empty where there are none.

    ``refresh`` is called with addressee numbers before their announcements are sent: whoever hears of a change asks, and
    must not be answered from a copy (副本) of before. Raises Refused; then the announcements wait.
    """

    id: str
    tenant: str = ""
    refresh: Callable[[Sequence[str]], None] = lambda addressees: None

    def place(self) -> AbstractContextManager[None]:
        """A transaction in which the member's rows are seen."""
        return acting_as(self.tenant) if self.tenant else transaction.atomic()


def announce(
    addressee: str, kind: EventKind, information: InformationKind, *, occurred_at: datetime, at: datetime
) -> Announcement:
    """Write an announcement into the transaction of the change: with the change it stays or goes. Raises ValueError for what does not belong together."""
    if not is_about(kind, information):
        raise ValueError(f"{kind.value} is no change of {information.value}")
    announcement = Announcement.objects.create(
        addressee=addressee,
        kind=kind.value,
        information=information.value,
        occurred_at=occurred_at,
        announced_at=at,
    )
    transaction.on_commit(worker.wake)
    return announcement


def send(node: Node, member: Member) -> int:
    """Send what waits, oldest first; how many the gateway has now. Raises Refused, then the rest waits.

    Two processes at once would send the same twice, which has no second effect, and never a later one before an earlier.
    """
    sent = 0
    while True:
        with member.place():
            waiting = list(Announcement.objects.filter(sent_at=None).order_by("pk")[:BATCH])
        if not waiting:
            return sent
        member.refresh(list(dict.fromkeys(one.addressee for one in waiting)))
        answer = ask_gateway(
            node,
            member,
            PUBLISH,
            PublishEvents(
                events=tuple(
                    ChangeEvent(
                        event_id=one.event_id,
                        addressee=one.addressee,
                        kind=EventKind(one.kind),
                        information=one.information,
                        occurred_at=one.occurred_at,
                    )
                    for one in waiting
                )
            ),
            Hop.PROVIDER_GATEWAY,
        )
        refused = {item.position: item.reason.value for item in answer.refused}
        for position, one in enumerate(waiting):
            one.sent_at, one.refusal = datetime.now(UTC), refused.get(position, "")
        with member.place():
            Announcement.objects.bulk_update(waiting, ["sent_at", "refusal"])
        sent += len(waiting)


def hear(node: Node, member: Member) -> int:
    """Fetch what the member has not heard yet, in order, and keep it; how many. Raises Refused."""
    heard = 0
    with member.place():
        last = HeardEvent.objects.aggregate(last=Max("sequence"))["last"] or 0
    while True:
        page = ask_gateway(
            node, member, RECEIVED, EventsSince(after=last, limit=PAGE_EVENTS), Hop.INQUIRER_GATEWAY
        )
        if not page.entries:
            return heard
        with member.place():
            HeardEvent.objects.bulk_create(
                [
                    HeardEvent(
                        sequence=entry.sequence,
                        publisher=entry.publisher,
                        event_id=entry.event_id,
                        addressee=entry.addressee or "",
                        kind=entry.kind.value,
                        information=entry.information,
                        affairs=msgspec.json.encode(entry.grounds).decode(),
                        occurred_at=entry.occurred_at,
                        heard_at=datetime.now(UTC),
                    )
                    for entry in page.entries
                ],
                ignore_conflicts=True,
            )
        last = page.entries[-1].sequence
        heard += len(page.entries)


def ask_gateway(node: Node, member: Member, message: Message[Q, A], question: Q, hop: Hop) -> A:
    """Ask the member's own gateway, as the member. Raises Refused."""
    return wire.call(
        node,
        message,
        question,
        sender=member.id,
        receiver=node.directory.gateway_of(member.id),
        hop=hop,
        now=partial(datetime.now, UTC),
    )
