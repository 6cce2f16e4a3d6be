"""Representation by law (法定代理): a parent or guardian asks a municipality to confirm it, and a clerk looks at the register.

::

    portal       -- CLAIM_REPRESENTATION --> municipality   who says that they represent whom
    municipality -- DECIDE_REPRESENTATION -> portal         confirmed, refused, or over: once for each number, out of the municipality's outbox

Both may be sent again. Until it is confirmed nobody acts. What a proxy then files says by what right (`Representation`); a municipality that confirmed it
itself looks again at each application (`institutions/municipality/representation`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import KindName, Message, Moment, SerialText, ShortText, SystemId
from mynumber.protocols.residents import FourAttributes

LONGEST_REASON = 400

_Words = Annotated[str, msgspec.Meta(max_length=LONGEST_REASON)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class RepresentationKind(StrEnum):
    """Why somebody may act for another."""

    VOLUNTARY = "voluntary"
    """任意代理 (民法第99条): the person entrusted it with their card."""
    PARENT = "parent"
    """親権者 (民法第818条, 第824条): of a child until the day before the eighteenth birthday."""
    GUARDIAN = "guardian"
    """成年後見人 (民法第8条, 第859条)."""

    @property
    def is_by_law(self) -> bool:
        """法定代理"""
        return self is not RepresentationKind.VOLUNTARY


class Representation(_Body, frozen=True, kw_only=True):
    """By what right a proxy acts for an applicant (代理権を示すもの), as the portal has it."""

    grant: UUID
    """The grant or the claim at the portal."""
    kind: RepresentationKind
    since: date
    until: date
    """The last day."""
    procedures: Annotated[tuple[KindName, ...], msgspec.Meta(max_length=100)] = ()
    """What may be applied for; empty where the law gives all."""
    confirmed_by: SystemId | None = None
    """The system whose clerk confirmed it; None: the applicant entrusted it with their card."""


class ClaimedRepresentation(_Body, frozen=True, kw_only=True):
    """A representative's claim, with the card just shown."""

    claim: UUID
    kind: RepresentationKind
    representative: FourAttributes
    """From the signature certificate."""
    certificate: SerialText
    """Of the authentication certificate of the visit."""
    person_name: ShortText
    """As the representative wrote it."""
    person_birth: date
    asked_at: Moment


class ClaimStanding(StrEnum):
    """What became of a claim."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    ENDED = "ended"
    """What was confirmed is over: custody ended, another guardian was appointed, somebody died."""


class DecidedRepresentation(_Body, frozen=True, kw_only=True):
    """What a clerk decided about a claim."""

    claim: UUID
    number: Annotated[int, msgspec.Meta(ge=1, le=2)]
    """1: confirmed or refused; 2: over."""
    standing: ClaimStanding
    at: Moment
    office: ShortText
    """Who looked, for people."""
    reason: _Words = ""
    person: FourAttributes | None = None
    """The represented person as the register has them; with a confirmation alone."""
    reference: Annotated[str, msgspec.Meta(max_length=60)] = ""
    """The office's own name for that person, which says nothing elsewhere: two representatives of one person have the same."""
    until: date | None = None
    """The last day of a guardian's; a parent's follows from the birthday."""


CLAIM_REPRESENTATION = Message("representation-claim.v1", ClaimedRepresentation, Acknowledged, sealed=True)
DECIDE_REPRESENTATION = Message(
    "representation-decision.v1", DecidedRepresentation, Acknowledged, sealed=True
)
