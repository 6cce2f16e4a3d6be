"""How certificates rest, go on and end. A phone's rests and falls with the card's of the same purpose (公的個人認証法 art. 16-2 ff., 35-2 ff.).

Every function works in the caller's transaction, locks what it changes and writes the event of each card. What a change means for lists
and for the status service is the database's business (triggers of migration 0004).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from mynumber.institutions.jlis.certification.models import Card, CardEvent, Certificate
from mynumber.institutions.jlis.certification.words import (
    CertificateReason,
    EventKind,
    StoredState,
)
from mynumber.institutions.jlis.entitlement import SYSTEM

LIVE: Final = (StoredState.GOOD, StoredState.SUSPENDED)


def revoke(certificates: QuerySet[Certificate], reason: CertificateReason, *, at: datetime, by: str) -> int:
    """Revoke what is in force among these, and the phones' that hang on it; how many. What is over by now is noted as over instead."""
    ended = _lock(certificates, LIVE)
    if not ended:
        return 0
    phones = _lock(_phones_of(ended), LIVE)
    _end(ended, reason, at=at, by=by)
    _end(phones, CertificateReason.CARD_CERTIFICATE_ENDED, at=at, by=by)
    return len(ended) + len(phones)


def suspend(certificates: QuerySet[Certificate], *, at: datetime) -> int:
    """Suspend what is good among these, and the phones' that hang on it, because the card was reported lost."""
    rest = _lock(certificates, [StoredState.GOOD])
    rest += _lock(_phones_of(rest), [StoredState.GOOD])
    return _set(rest, StoredState.SUSPENDED, CertificateReason.REPORTED_LOST, at=at)


def resume(certificates: QuerySet[Certificate], *, at: datetime) -> int:
    """Let those that were suspended by a report of loss go on, and the phones' with them."""
    lost = certificates.filter(reason=CertificateReason.REPORTED_LOST)
    back = _lock(lost, [StoredState.SUSPENDED])
    phones = _phones_of(back).filter(reason=CertificateReason.REPORTED_LOST)
    return _set([*back, *_lock(phones, [StoredState.SUSPENDED])], StoredState.GOOD, None, at=at)


def put_in_force(certificates: QuerySet[Certificate], *, at: datetime) -> int:
    """Let those of a card that is handed over count from now."""
    waiting = certificates.filter(reason=CertificateReason.NOT_HANDED_OVER)
    return _set(_lock(waiting, [StoredState.SUSPENDED]), StoredState.GOOD, None, at=at)


def note_expired(*, at: datetime, most: int) -> int:
    """Write down of certificates that are over that they are, so many at a time; how many."""
    over = Certificate.objects.filter(not_after__lt=at, state__in=LIVE).order_by("not_after")
    found = list(over.select_for_update(of=("self",), skip_locked=True)[:most])
    _end(found, CertificateReason.CARD_ENDED, at=at, by=SYSTEM)
    return len(found)


def note(
    card: Card,
    kind: EventKind,
    *,
    at: datetime,
    by: str,
    certificate_kind: str = "",
    reason: str = "",
    order_kind: str = "",
    identity_check: str = "",
) -> None:
    """Write an event of a card down."""
    CardEvent.objects.create(
        card=card,
        at=at,
        kind=kind,
        certificate_kind=certificate_kind,
        reason=reason,
        order_kind=order_kind,
        identity_check=identity_check,
        noted_by=by,
    )


def _phones_of(certificates: Sequence[Certificate]) -> QuerySet[Certificate]:
    """Those that hang on these and are not among them."""
    keys = [certificate.pk for certificate in certificates]
    return Certificate.objects.filter(parent__in=keys).exclude(pk__in=keys)


def _lock(certificates: QuerySet[Certificate], states: Iterable[StoredState]) -> list[Certificate]:
    return list(certificates.filter(state__in=list(states)).select_for_update(of=("self",)).order_by("pk"))


def _end(certificates: Sequence[Certificate], reason: CertificateReason, *, at: datetime, by: str) -> None:
    over = [certificate for certificate in certificates if certificate.not_after < at]
    ended = [certificate for certificate in certificates if certificate.not_after >= at]
    _set(over, StoredState.EXPIRED, None, at=at)
    _set(ended, StoredState.REVOKED, reason, at=at)
    CardEvent.objects.bulk_create(
        [
            CardEvent(
                card_id=certificate.card_id,
                at=at,
                kind=EventKind.CERTIFICATE_REVOKED if certificate in ended else EventKind.CERTIFICATE_EXPIRED,
                certificate_kind=certificate.kind,
                reason=reason if certificate in ended else "",
                noted_by=by,
            )
            for certificate in certificates
        ]
    )


def _set(
    certificates: Sequence[Certificate],
    state: StoredState,
    reason: CertificateReason | None,
    *,
    at: datetime,
) -> int:
    keys = [certificate.pk for certificate in certificates]
    if not keys:
        return 0
    return Certificate.objects.filter(pk__in=keys).update(state=state, state_since=at, reason=reason)
