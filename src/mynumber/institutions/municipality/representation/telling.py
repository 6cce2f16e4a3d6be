"""What the portal is told of claims: each decision, until it has it. The worker runs beside the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from typing import Final

from django.db.models import F

from mynumber.institutions.municipality.applications.identifying import key_of
from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.representation.models import Claim, Kind, State
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols import wire
from mynumber.protocols.refusal import Hop, Refused
from mynumber.protocols.representation import DECIDE_REPRESENTATION, ClaimStanding, DecidedRepresentation
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import acting_as
from mynumber.webkit.turns import one_after_another, take_turns

LOOK_EVERY_SECONDS: Final = 5.0
MOST: Final = 100

_woken = Event()


def wake() -> None:
    """Something is to be told: look at once."""
    _woken.set()


def decided_of(claim: Claim) -> DecidedRepresentation:
    """What is told of a claim as it stands. Nothing of the person but with a confirmation."""
    is_confirmed = claim.state == State.CONFIRMED and claim.person is not None
    return DecidedRepresentation(
        claim=claim.reference,
        number=claim.number,
        standing=ClaimStanding(claim.state),
        at=claim.ended_at or claim.decided_at or claim.arrived_at,
        office=town(claim.tenant),
        # What a clerk saw is for the office; why not is for the representative.
        reason="" if is_confirmed else claim.words,
        person=claim.person.four_attributes() if is_confirmed and claim.person else None,
        reference=key_of(claim.person) if is_confirmed and claim.person else "",
        until=claim.until if is_confirmed and claim.kind == Kind.GUARDIAN else None,
    )


def send(code: str) -> int:
    """Tell what waits in a municipality; how many were taken. Raises Refused, when the others were tried."""
    with acting_as(code):
        waiting = [
            (claim.pk, claim.sender, decided_of(claim))
            for claim in Claim.objects.filter(told__lt=F("number"))
            .select_related("person")
            .order_by("pk")[:MOST]
        ]
    sent, refused = 0, None
    for ident, receiver, decided in waiting:
        try:
            wire.call(
                this_node(),
                DECIDE_REPRESENTATION,
                decided,
                sender=member_id(code),
                receiver=receiver,
                hop=Hop.PORTAL,
                now=partial(datetime.now, UTC),
            )
        except Refused as error:
            refused = error
            continue
        with acting_as(code):
            Claim.objects.filter(pk=ident, told__lt=decided.number).update(told=decided.number)
        sent += 1
    if refused is not None:
        raise refused
    return sent


def start(codes: Callable[[], Iterable[str]]) -> Thread:
    """Tell for these municipalities as long as the process lives."""
    name = "claims of representation"
    return take_turns(
        name, lambda: one_after_another(name, codes(), send), every=LOOK_EVERY_SECONDS, woken=_woken
    )
