"""What the portal is told: each step of an application, in order, at least once.

A step is written in the transaction of what it tells. `send` takes what waits to the sender of the application, oldest first; who gets a step twice knows it
by its number. The worker runs beside the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from threading import Event, Thread
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Max

from mynumber.institutions.pension_service.exemptions.models import Application, ToldStep
from mynumber.institutions.pension_service.systems import MEMBER
from mynumber.protocols import wire
from mynumber.protocols.applications import TELL, MarkedField, Step, Tell, Told
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 5.0
MOST_STEPS: Final = 20
"""Of one message: each may carry a letter of a few ten kilobytes."""

_woken = Event()
_log = logs.get_logger(__name__)


def tell(
    application: Application,
    step: Step,
    *,
    at: datetime,
    holder: str,
    expected_by: date | None = None,
    words: str = "",
    fields: Sequence[MarkedField] = (),
    grounds: Sequence[str] = (),
    objection: str = "",
    letter: bytes | None = None,
) -> ToldStep:
    """Write the next step into the outbox. The caller holds the application's row, so that numbers have no gaps."""
    last = application.steps.aggregate(last=Max("number"))["last"] or 0
    told = Told(
        application=application.reference,
        number=last + 1,
        step=step,
        at=at,
        holder=holder[:100],
        expected_by=expected_by,
        words=words,
        fields=tuple(fields),
        grounds=tuple(grounds),
        objection=objection,
        letter=letter,
    )
    row = ToldStep.objects.create(
        application=application,
        number=told.number,
        step=step.value,
        at=at,
        body=msgspec.json.encode(told),
    )
    transaction.on_commit(_woken.set)
    return row


def read(row: ToldStep) -> Told:
    """The step as it is told."""
    return msgspec.json.decode(bytes(row.body), type=Told)


def send() -> int:
    """Send what waits; how many were taken. Raises Refused, then the rest waits.

    An application of which the sender will never take a step holds up no other: its steps stay unsent and are tried again.
    """
    sent = 0
    held: set[int] = set()
    refused: Refused | None = None
    while True:
        waiting = list(
            ToldStep.objects.filter(sent_at=None)
            .exclude(application__in=held)
            .select_related("application")
            .order_by("pk")[:MOST_STEPS]
        )
        if not waiting:
            break
        receiver = waiting[0].application.sender
        batch = [row for row in waiting if row.application.sender == receiver]
        try:
            _send(receiver, batch)
            sent += len(batch)
        except Refused as error:
            refused = error
            away = error.reason in (Reason.UNREACHABLE, Reason.UNAVAILABLE)
            for row in batch:
                if away or len(batch) == 1:
                    held.add(row.application_id)
                elif row.application_id not in held:
                    # One of them is not taken: each goes alone, so that it holds up nobody else's.
                    try:
                        _send(receiver, [row])
                        sent += 1
                    except Refused as again:
                        refused = again
                        held.add(row.application_id)
    if refused is not None:
        raise refused
    return sent


def _send(receiver: str, batch: Sequence[ToldStep]) -> None:
    wire.call(
        this_node(),
        TELL,
        Tell(steps=tuple(read(row) for row in batch)),
        sender=MEMBER,
        receiver=receiver,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
    ToldStep.objects.filter(pk__in=[row.pk for row in batch]).update(sent_at=datetime.now(UTC))


def start() -> Thread:
    """Send as long as the process lives. What was under way is sent again by the next process."""
    return take_turns("steps of applications", _turn, every=LOOK_EVERY_SECONDS, woken=_woken)


def _turn() -> None:
    try:
        send()
    except Refused as refused:
        _log.info(
            "work waits",
            action="steps of applications",
            hop=refused.hop.value,
            reason=refused.reason.value,
        )
