"""What the portal is told: each step of an application, in order, at least once.

A step is written in the transaction of what it tells. `send` takes what waits to the sender of the application, oldest first; who gets a step twice knows it
by its number. The worker runs beside the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import partial
from threading import Event
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Max

from mynumber.protocols import wire
from mynumber.protocols.applications import TELL, MarkedField, Step, Tell, Told
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.examination.models import Application, ToldStep, rows_of
from mynumber.webkit.examination.words import office_of
from mynumber.webkit.messages import this_node

WORKER: Final = "steps of applications"
LOOK_EVERY_SECONDS: Final = 5.0
MOST_STEPS: Final = 100
MOST_BYTES: Final = 1_500_000
"""Of the steps of one message; sealed and written as text it stays below its limit."""

woken = Event()
"""Set when a step was written."""


def tell(
    application: Application,
    step: Step,
    *,
    at: datetime,
    holder: str = "",
    expected_by: date | None = None,
    words: str = "",
    fields: Sequence[MarkedField] = (),
    grounds: Sequence[str] = (),
    objection: str = "",
    amount: int | None = None,
    account: str = "",
    letter: bytes | None = None,
) -> None:
    """Write the next step into the outbox. The caller holds the application's row, so that numbers have no gaps. holder: "" the office."""
    last = application.steps.aggregate(last=Max("number"))["last"] or 0
    told = Told(
        application=application.reference,
        number=last + 1,
        step=step,
        at=at,
        holder=(holder or office_of(application))[:100],
        expected_by=expected_by,
        words=words,
        fields=tuple(fields),
        grounds=tuple(grounds),
        objection=objection,
        amount=amount,
        account=account,
        letter=letter,
    )
    application.steps.create(number=told.number, step=step.value, at=at, body=msgspec.json.encode(told))
    transaction.on_commit(woken.set)


def read(row: ToldStep) -> Told:
    """The step as it is told."""
    return msgspec.json.decode(bytes(row.body), type=Told)


def send(steps: type[ToldStep], *, sender: str, at_work: Callable[[], AbstractContextManager[None]]) -> int:
    """Send what waits; how many were taken. Raises Refused, then the rest waits. at_work: opens the body's tables.

    A sender that will never take a step (it does not know the application) holds up no other: its steps stay unsent and are tried again.
    """
    sent = 0
    held: set[int] = set()
    refused: Refused | None = None
    while True:
        with at_work():
            waiting = list(
                rows_of(steps)
                .filter(sent_at=None)
                # Of what nobody follows in a portal there is nobody to tell.
                .exclude(application__sender="")
                .exclude(application__in=held)
                .select_related("application")
                .order_by("pk")[:MOST_STEPS]
            )
        if not waiting:
            break
        receiver = waiting[0].application.sender
        batch = _fitting(row for row in waiting if row.application.sender == receiver)
        post = partial(_send, steps, sender=sender, receiver=receiver, at_work=at_work)
        try:
            post(batch)
        except Refused as error:
            refused = error
            if len(batch) == 1 or error.reason in (Reason.UNREACHABLE, Reason.UNAVAILABLE):
                held |= {row.application_id for row in batch}
                continue
            # One of them is not taken: each goes alone, so that it holds up nobody else's.
            for row in batch:
                if row.application_id in held:
                    continue
                try:
                    post([row])
                    sent += 1
                except Refused as again:
                    refused = again
                    held.add(row.application_id)
            continue
        sent += len(batch)
    if refused is not None:
        raise refused
    return sent


def _fitting(rows: Iterable[ToldStep]) -> list[ToldStep]:
    batch: list[ToldStep] = []
    size = 0
    for row in rows:
        size += len(row.body)
        if batch and size > MOST_BYTES:
            break
        batch.append(row)
    return batch


def _send(
    steps: type[ToldStep],
    batch: Sequence[ToldStep],
    *,
    sender: str,
    receiver: str,
    at_work: Callable[[], AbstractContextManager[None]],
) -> None:
    wire.call(
        this_node(),
        TELL,
        Tell(steps=tuple(read(row) for row in batch)),
        sender=sender,
        receiver=receiver,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
    with at_work():
        rows_of(steps).filter(pk__in=[row.pk for row in batch]).update(sent_at=datetime.now(UTC))
