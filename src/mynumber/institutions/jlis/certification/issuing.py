"""Issuing certificates (公的個人認証法 art. 3, 22; for phones art. 16-2, 35-2) into the tables, each linked to the one before it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.people import legal_age
from mynumber.foundation.pki import (
    JAPAN,
    IssueReason,
    IssueRefused,
    Medium,
    certificate_expiry,
    end_of_day,
    new_serial,
    serial_text,
)
from mynumber.institutions.jlis.certification.authority import Generation, current_authority
from mynumber.institutions.jlis.certification.changes import LIVE, note
from mynumber.institutions.jlis.certification.faces import (
    attributes_digest,
    holder_of_signature,
    municipality_of,
)
from mynumber.institutions.jlis.certification.lists import Scope, ensure_list
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.institutions.jlis.certification.rules import day_in_japan, rules_on
from mynumber.institutions.jlis.certification.words import (
    HIERARCHY_OF,
    PHONE_KINDS,
    CertificateReason,
    EventKind,
    StoredState,
)
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.certification import CertificateKind, Purpose
from mynumber.protocols.refusal import Hop, Reason, Refused

_OUR_REASONS = (IssueReason.ALREADY_OVER, IssueReason.OUTLIVES_AUTHORITY, IssueReason.WRONG_HIERARCHY)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate as the table knows it, and as it goes to the card."""

    row: Certificate
    certificate: bytes = field(repr=False)
    """X.509 DER."""
    ca_certificate: bytes = field(repr=False)


def issue(
    kind: CertificateKind,
    public_key: rsa.RSAPublicKey,
    card: Card,
    person: Person,
    *,
    keyring: KeyRing,
    through: str,
    at: datetime,
    suspended: bool = False,
    parent: Certificate | None = None,
    device: str = "",
) -> Issued:
    """Issue a certificate in the caller's transaction, which holds the person's row; the caller has ended what it replaces.

    suspended: until the card is handed over. parent: for a phone's, the card's of the same purpose; it lasts as long as that.
    Raises Refused: MALFORMED for a key that no certificate takes, NOT_ENTITLED for a holder too young to sign, UNAVAILABLE when the CA cannot issue.
    """
    today = day_in_japan(at)
    purpose = HIERARCHY_OF[kind]
    if purpose is Purpose.SIGNATURE:
        require_old_enough(person, today)
    before = last_of(person, kind)
    last_day = _last_day(person, card, before, parent, at, purpose)
    generation = current_authority(keyring, purpose)
    serial = new_serial()
    certificate = _certificate(kind, public_key, person, generation, serial=serial, last_day=last_day, at=at)
    municipality = municipality_of(person.municipality)
    row = Certificate.objects.create(
        serial=serial_text(serial),
        kind=kind,
        hierarchy=purpose,
        generation=generation.number,
        municipality_code=municipality.code.digits,
        person=person,
        card=card,
        parent=parent,
        device=device,
        attributes_digest=attributes_digest(person, on=today) if purpose is Purpose.SIGNATURE else None,
        replaces=before,
        issued_through=through,
        issued_at=at.replace(microsecond=0),
        not_after=end_of_day(last_day),
        state=StoredState.SUSPENDED if suspended else StoredState.GOOD,
        state_since=at,
        reason=CertificateReason.NOT_HANDED_OVER if suspended else None,
    )
    ensure_list(Scope(purpose, generation.number, municipality.code.digits), keyring, at=at)
    note(card, EventKind.CERTIFICATE_ISSUED, at=at, by=through, certificate_kind=kind)
    return Issued(row, certificate, generation.authority.certificate_der())


def may_sign(person: Person, today: date) -> bool:
    """Whether the person is old enough for a signature certificate."""
    return legal_age(person.birth_date, today) >= rules_on(today).signature_from_age


def require_old_enough(person: Person, today: date) -> None:
    """Raises Refused(NOT_ENTITLED)."""
    if not may_sign(person, today):
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the holder is too young for a signature certificate")


def last_of(person: Person, kind: CertificateKind) -> Certificate | None:
    """The newest certificate of a kind that nothing has replaced yet, whatever became of it."""
    return (
        Certificate.objects.filter(person=person, kind=kind, replaced_by__isnull=True)
        .order_by("-issued_at", "-pk")
        .first()
    )


def parse_key(public_key: bytes) -> rsa.RSAPublicKey:
    """A SubjectPublicKeyInfo, DER. Raises Refused(MALFORMED)."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not a public key") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not an RSA key")
    return key


def _last_day(
    person: Person,
    card: Card,
    before: Certificate | None,
    parent: Certificate | None,
    at: datetime,
    purpose: Purpose,
) -> date:
    """The certificate's last day: the 5th birthday after issue, the 6th when renewed in time; never past the card, the authentication
    certificate beside it, or a phone's past the card's. What replaces one that never came onto the card lasts as long as that."""
    if parent is not None:
        return _day(parent)
    replaced = (
        before
        if before is not None and before.card_id == card.pk and before.reason == CertificateReason.SUPERSEDED
        else None
    )
    beside = None
    if purpose is Purpose.SIGNATURE:
        beside = Certificate.objects.filter(
            card=card, kind=CertificateKind.AUTHENTICATION, state__in=LIVE, not_after__gte=at
        ).first()
    today = day_in_japan(at)
    last = certificate_expiry(
        today,
        person.birth_date,
        renews=_day(replaced) if replaced else None,
        card_expiry=card.expires_on,
        authentication_expiry=_day(beside) if beside else None,
    )
    return max(last, _day(replaced)) if replaced and _day(replaced) > today else last


def _day(certificate: Certificate) -> date:
    return certificate.not_after.astimezone(JAPAN).date()


def _certificate(
    kind: CertificateKind,
    public_key: rsa.RSAPublicKey,
    person: Person,
    generation: Generation,
    *,
    serial: int,
    last_day: date,
    at: datetime,
) -> bytes:
    medium = Medium.PHONE if kind in PHONE_KINDS else Medium.CARD
    common_name = secrets.token_hex(16).upper()
    municipality = municipality_of(person.municipality)
    try:
        if generation.purpose is Purpose.AUTHENTICATION:
            return generation.authority.issue_authentication(
                public_key,
                common_name=common_name,
                serial=serial,
                issued_at=at,
                expires_on=last_day,
                municipality=municipality,
                medium=medium,
            )
        return generation.authority.issue_signature(
            public_key,
            holder=holder_of_signature(person, on=day_in_japan(at)),
            municipality=municipality,
            common_name=common_name,
            serial=serial,
            issued_at=at,
            expires_on=last_day,
            medium=medium,
        )
    except IssueRefused as refused:
        reason = Reason.UNAVAILABLE if refused.reason in _OUR_REASONS else Reason.MALFORMED
        raise Refused(Hop.JLIS, reason, f"the CA does not issue: {refused.reason.value}") from None
