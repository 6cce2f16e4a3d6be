"""最新の利用者情報提供サービス: what the four attributes are now, for a verifier to whom the holder consented with the signature key.

The verifier hands the consent in, signed by the holder's certificate, and asks from then on by its serial number. (公的個人認証法 art. 18(3) ff.)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from mynumber.institutions.jlis.certification.faces import attributes_digest, lives_abroad
from mynumber.institutions.jlis.certification.holders import check_serial
from mynumber.institutions.jlis.certification.models import AttributeConsent
from mynumber.institutions.jlis.certification.proofs import believe
from mynumber.institutions.jlis.certification.rules import day_in_japan
from mynumber.institutions.jlis.certification.verifiers import count_use, registered
from mynumber.institutions.jlis.certification.words import UseKind, VerifierPurpose
from mynumber.institutions.jlis.residents.models import Person, Status
from mynumber.protocols.certification import (
    CertificateKind,
    ConsentRegistered,
    ConsentWithdrawn,
    LatestAttributes,
    LatestAttributesQuestion,
    LatestAttributesState,
    RegisterConsent,
    WithdrawConsent,
    consent_digest,
    consent_statement,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes

LONGEST: Final = timedelta(days=10 * 366)
"""A consent lasts as long as a card at most. This project's choice."""
FRESH: Final = timedelta(days=1)
"""How old a consent may be when it is handed in. This project's choice."""
AHEAD: Final = timedelta(minutes=5)
_SIGNING: Final = (CertificateKind.SIGNATURE, CertificateKind.PHONE_SIGNATURE)
_PORTAL: Final = "portal"


def register_consent(given: RegisterConsent, sender: str, *, at: datetime) -> ConsentRegistered:
    """Take a consent in; a newer one to the same verifier takes the place of the older.

    Raises Refused: NOT_ENTITLED for a sender that is not registered for this or is not the verifier that the holder named, and for a
    certificate that is not good now; MALFORMED for terms that make no sense; BAD_SIGNATURE.
    """
    verifier = registered(sender, VerifierPurpose.LATEST_ATTRIBUTES)
    consent = given.consent
    if (consent.verifier, consent.verifier_name) != (verifier.identifier, verifier.name):
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the consent names another verifier")
    if not at - FRESH <= consent.given_at <= at + AHEAD:
        raise Refused(Hop.JLIS, Reason.EXPIRED, "the consent was not given just now")
    if not at < consent.valid_until <= consent.given_at + LONGEST:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "the term of the consent makes no sense")
    shown = believe(
        given.certificate,
        digest=consent_digest(consent),
        signature=given.signature,
        kinds=_SIGNING,
        at=at,
    )
    AttributeConsent.objects.filter(
        verifier=verifier, certificate=shown.row, withdrawn_at__isnull=True
    ).update(withdrawn_at=at)
    AttributeConsent.objects.create(
        verifier=verifier,
        certificate=shown.row,
        person_id=shown.row.person_id,
        purpose=consent.purpose,
        statement=consent_statement(consent),
        signature=given.signature,
        attributes_digest=shown.row.attributes_digest,
        given_at=consent.given_at,
        valid_until=consent.valid_until,
        registered_at=at,
    )
    return ConsentRegistered(serial=shown.row.serial)


def withdraw_consent(withdrawal: WithdrawConsent, sender: str, *, at: datetime) -> ConsentWithdrawn:
    """End a consent: the sender's own, or, for the portal on behalf of its visitor, that to any verifier it names (None: to all).

    Repeated, it changes nothing. The portal may name the holder by any of their certificates. Raises Refused.
    """
    check_serial(withdrawal.serial)
    if sender == _PORTAL:
        ended = AttributeConsent.objects.filter(person__certificates__serial=withdrawal.serial)
        if withdrawal.verifier is not None:
            ended = ended.filter(verifier__identifier=withdrawal.verifier)
    else:
        verifier = registered(sender, VerifierPurpose.LATEST_ATTRIBUTES)
        if withdrawal.verifier not in (None, verifier.identifier):
            raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "a verifier gives back its own consents only")
        ended = AttributeConsent.objects.filter(certificate__serial=withdrawal.serial, verifier=verifier)
    keys = list(ended.filter(withdrawn_at__isnull=True).values_list("pk", flat=True))
    AttributeConsent.objects.filter(pk__in=keys).update(withdrawn_at=at)
    return ConsentWithdrawn(serial=withdrawal.serial)


def latest_attributes(question: LatestAttributesQuestion, sender: str, *, at: datetime) -> LatestAttributes:
    """What became of the attributes since the consent. Without a consent in force nothing is told, not even whether the serial number exists.

    Raises Refused(NOT_ENTITLED) for whoever is not registered for this, MALFORMED.
    """
    verifier = registered(sender, VerifierPurpose.LATEST_ATTRIBUTES)
    check_serial(question.serial)
    consent = (
        AttributeConsent.objects.select_related("person")
        .filter(
            verifier=verifier,
            certificate__serial=question.serial,
            withdrawn_at__isnull=True,
            valid_until__gt=at,
        )
        .first()
    )
    count_use(verifier, UseKind.LATEST_ATTRIBUTES, at=at)
    if consent is None:
        return LatestAttributes(state=LatestAttributesState.NO_CONSENT)
    return _latest(consent, consent.person, at=at)


def _latest(consent: AttributeConsent, person: Person, *, at: datetime) -> LatestAttributes:
    today = day_in_japan(at)
    if person.status == Status.REMOVED:
        return LatestAttributes(state=LatestAttributesState.DIED)
    if lives_abroad(person, on=today):
        return LatestAttributes(state=LatestAttributesState.LEFT)
    if attributes_digest(person, on=today) == bytes(consent.attributes_digest):
        return LatestAttributes(state=LatestAttributesState.UNCHANGED)
    attributes = FourAttributes(
        name=person.name, address=person.address, birth_date=person.birth_date, sex=person.sex
    )
    return LatestAttributes(state=LatestAttributesState.CHANGED, attributes=attributes)
