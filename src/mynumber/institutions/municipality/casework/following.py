"""Hearing of changes while a case is open: other towns, the pension service and the registry of accounts announce them (公共サービスメッシュ).

What is followed is what the table lets the affair ask (Act art. 19(viii), Provision Order art. 2), of the applicant alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from mynumber.foundation.law import InformationKind, UnknownAffair, legal_basis
from mynumber.institutions.municipality.casework.allowed import kinds_of
from mynumber.institutions.municipality.casework.models import Case
from mynumber.institutions.municipality.systems import directory, member_id
from mynumber.protocols.directory import Directory
from mynumber.protocols.events import EventKind, Topic
from mynumber.webkit.mesh.following import follow
from mynumber.webkit.mesh.models import HeardEvent

FOLLOWED: Final = frozenset(
    {
        InformationKind.RESIDENT_RECORD,
        InformationKind.LOCAL_TAX,
        InformationKind.PENSION_BENEFIT,
        InformationKind.PUBLIC_PENSION_BENEFIT,
        InformationKind.RECEIVING_ACCOUNT,
    }
)
"""What institutions of this platform may announce changes of."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A change as the page of a case tells it: that it happened, and what to do. The value is asked for as always."""

    what: str
    information: str
    publisher: str
    occurred_at: datetime


def topics_of(systems: Directory, code: str, affair_id: str, *, at: datetime) -> tuple[Topic, ...]:
    """What a municipality follows in an affair: each information that the table lets it ask there, at the kinds of members that there are."""
    try:
        affair = legal_basis(timezone.localdate(at)).affair(affair_id)
    except UnknownAffair:
        return ()
    others = [system.id for system in systems.members() if system.id != member_id(code)]
    here = frozenset().union(*(kinds_of(systems, other) for other in others)) if others else frozenset()
    return tuple(
        dict.fromkeys(
            Topic(affair=affair_id, provider_kind=kind.value, information=information.value)
            for provision in affair.provisions
            for information in sorted(provision.information_kinds & FOLLOWED)
            for kind in sorted(provision.provider_kinds & here)
        )
    )


def follow_case(case: Case, *, at: datetime) -> None:
    """Follow the applicant of a case that was opened; in its transaction."""
    follow(case.applicant.addressee, topics_of(directory(), case.tenant, case.affair, at=at), at=at)


def heard_of(case: Case) -> Sequence[Heard]:
    """What was heard about the applicant in this affair since the case was opened, newest first."""
    systems = directory()
    events = HeardEvent.objects.filter(
        addressee=case.applicant.addressee,
        heard_at__gte=case.opened_at,
        affairs__contains=f'"affair":"{case.affair}"',
    ).order_by("-occurred_at", "-sequence")[:20]
    return [
        Heard(
            EventKind(event.kind).label_ja,
            InformationKind.named(event.information).label_ja,
            systems.name(event.publisher),
            event.occurred_at,
        )
        for event in events
    ]
