"""Revocation of authentication certificates, and the list that tells verifiers (公的個人認証法 art. 28-35, 37)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Max

from mynumber.foundation import pki
from mynumber.foundation.pki import Revocation, parse_serial
from mynumber.institutions.jlis.certification.authority import Generation
from mynumber.institutions.jlis.certification.holders import check_serial
from mynumber.institutions.jlis.certification.models import (
    AuthenticationCertificate,
    RevocationList,
    RevocationReason,
    RootCertificate,
)
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.certification import Trust
from mynumber.protocols.refusal import Hop, Reason, Refused

REASONS_OF_MUNICIPALITIES: Final = frozenset(
    {RevocationReason.LOST, RevocationReason.RETURNED, RevocationReason.COMPROMISED}
)
_REASON_IN_LIST: Final = {
    RevocationReason.LOST: pki.RevocationReason.LOST,
    RevocationReason.COMPROMISED: pki.RevocationReason.LOST,
    RevocationReason.RETURNED: pki.RevocationReason.RETURNED,
    RevocationReason.SUPERSEDED: pki.RevocationReason.SUPERSEDED,
}


def revoke(serial: str, reason: str, municipality: str, *, generation: Generation, at: datetime) -> None:
    """Revoke a certificate that this municipality issued, or whose holder lives there now, and publish a new list.

    A certificate that is revoked already stays as it was. Raises Refused: MALFORMED, and UNKNOWN_RECORD alike for a serial number that does not
    exist and for one that is none of the sender's business.
    """
    check_serial(serial)
    if reason not in REASONS_OF_MUNICIPALITIES:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a reason for revocation")
    certificate = (
        AuthenticationCertificate.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(serial=serial)
        .first()
    )
    if certificate is None or municipality not in (
        certificate.issued_through,
        certificate.person.municipality,
    ):
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    if certificate.revoked_at is None:
        certificate.revoked_at, certificate.revocation_reason = at, reason
        certificate.save(update_fields=["revoked_at", "revocation_reason"])
        publish(generation, at=at)


def revoke_all_of(person: Person, *, generation: Generation, at: datetime) -> None:
    """Revoke what the person holds, because a new card is issued; publishes only when something was in force."""
    revoked = AuthenticationCertificate.objects.filter(person=person, revoked_at__isnull=True).update(
        revoked_at=at, revocation_reason=RevocationReason.SUPERSEDED
    )
    if revoked:
        publish(generation, at=at)


def publish(generation: Generation, *, at: datetime) -> RevocationList:
    """Sign a new list of everything revoked and not yet over, in the caller's transaction; one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('revocation list', 0))")
    earlier = RevocationList.objects.filter(generation=generation.number).aggregate(last=Max("number"))
    number = (earlier["last"] or 0) + 1
    this_update = at.replace(microsecond=0)
    revoked = AuthenticationCertificate.objects.filter(
        generation=generation.number, revoked_at__isnull=False, not_after__gte=at
    )
    revocations = [
        Revocation(parse_serial(serial), revoked_at, _REASON_IN_LIST[RevocationReason(reason)])
        for serial, revoked_at, reason in revoked.order_by("revoked_at", "pk").values_list(
            "serial", "revoked_at", "revocation_reason"
        )
        if revoked_at and reason  # as the table's constraint says
    ]
    return RevocationList.objects.create(
        generation=generation.number,
        number=number,
        this_update=this_update,
        next_update=this_update + generation.authority.profile.revocation_list_validity,
        content=generation.authority.revocation_list(revocations, number=number, now=this_update),
    )


def current_list(generation: Generation, *, at: datetime) -> RevocationList:
    """The newest list; a new one when half its time is over, so that no verifier is left with a stale one."""
    newest = RevocationList.objects.filter(generation=generation.number).order_by("-number").first()
    if newest is None or at >= newest.this_update + (newest.next_update - newest.this_update) / 2:
        return publish(generation, at=at)
    return newest


def trust(generation: Generation, *, at: datetime) -> Trust:
    """What a registered verifier needs: the roots that are valid, and the current list."""
    roots = RootCertificate.objects.filter(not_after__gte=at).order_by("-generation")
    return Trust(
        roots=tuple(bytes(root.certificate) for root in roots),
        revocation_lists=(bytes(current_list(generation, at=at).content),),
    )
