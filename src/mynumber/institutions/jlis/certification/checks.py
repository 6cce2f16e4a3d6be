"""What registered verifiers are told of certificates: whether they are good, and which belong together (公的個人認証法 art. 18, 37).

Each answer is counted in its own transaction: no answer without its count. (The same over OCSP: `jlis.status`.)
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from mynumber.institutions.jlis.certification.holders import check_serial, state_of
from mynumber.institutions.jlis.certification.models import Certificate
from mynumber.institutions.jlis.certification.verifiers import CHECK_OF, PURPOSE_OF, count_use, registered
from mynumber.institutions.jlis.certification.words import StoredState, UseKind, VerifierPurpose
from mynumber.protocols.certification import (
    CertificateKind,
    CertificateState,
    CertificateStatus,
    Link,
    LinkAnswer,
    LinkQuestion,
    StatusAnswer,
    StatusQuestion,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.prepared import Prepared, given

MOST_SERIALS: Final = 1000
_ONE: Final = Prepared(
    lambda: Certificate.objects.filter(serial=given("serial"), hierarchy=given("hierarchy"))
)
MOST_PREDECESSORS: Final = 100
_CHANGED: Final = (CertificateState.SUSPENDED, CertificateState.REVOKED)
_PAIR: Final = {
    CertificateKind.AUTHENTICATION: CertificateKind.SIGNATURE,
    CertificateKind.SIGNATURE: CertificateKind.AUTHENTICATION,
    CertificateKind.PHONE_AUTHENTICATION: CertificateKind.PHONE_SIGNATURE,
    CertificateKind.PHONE_SIGNATURE: CertificateKind.PHONE_AUTHENTICATION,
}
"""A card's with a card's, a phone's with a phone's."""
_SIGNING: Final = frozenset({CertificateKind.SIGNATURE, CertificateKind.PHONE_SIGNATURE})
_FROM: Final = {
    Link.SIGNATURE_OF_AUTHENTICATION: (CertificateKind.AUTHENTICATION, CertificateKind.PHONE_AUTHENTICATION),
    Link.CARD_OF_PHONE: (CertificateKind.PHONE_AUTHENTICATION,),
    Link.AUTHENTICATION_OF_SIGNATURE: (CertificateKind.SIGNATURE, CertificateKind.PHONE_SIGNATURE),
}


def check_status(question: StatusQuestion, sender: str, *, at: datetime) -> StatusAnswer:
    """How certificates stand, in the order of the question; a serial number of the other hierarchy is unknown in this one.

    Raises Refused: NOT_ENTITLED for whoever is not registered for the purpose, MALFORMED for texts that are no serial numbers.
    """
    verifier = registered(sender, PURPOSE_OF[question.purpose])
    for serial in question.serials:
        check_serial(serial)
    rows = _rows(question)
    count_use(verifier, CHECK_OF[question.purpose], at=at, number=len(question.serials))
    return StatusAnswer(
        statuses=tuple(_status(serial, rows.get(serial), at=at) for serial in question.serials)
    )


def link_serials(question: LinkQuestion, sender: str, *, at: datetime) -> LinkAnswer:
    """シリアル番号の紐付け: the serial numbers that belong to the same holder as this one; empty when there are none, or it is not known.

    Of two kinds: between the hierarchies (the one in force of the same card, or of phones), and along time (renewal, a new card). Raises Refused as
    `check_status`.
    """
    verifier = registered(sender, VerifierPurpose.LINKS)
    check_serial(question.serial)
    certificate = Certificate.objects.filter(serial=question.serial).first()
    found = _linked(certificate, question.link, at=at) if certificate else []
    count_use(verifier, UseKind.LINK, at=at)
    return LinkAnswer(serials=tuple(found))


def _rows(question: StatusQuestion) -> dict[str, Certificate]:
    if len(question.serials) == 1:  # as every sign-in asks
        row = _ONE.first(serial=question.serials[0], hierarchy=question.purpose.value)
        return {row.serial: row} if row else {}
    found = Certificate.objects.filter(serial__in=question.serials, hierarchy=question.purpose)
    return {row.serial: row for row in found}


def _status(serial: str, row: Certificate | None, *, at: datetime) -> CertificateStatus:
    if row is None:
        return CertificateStatus(serial=serial, state=CertificateState.UNKNOWN)
    state = state_of(row, at=at)
    return CertificateStatus(serial=serial, state=state, since=row.state_since if state in _CHANGED else None)


def _linked(certificate: Certificate, link: Link, *, at: datetime) -> Sequence[str]:
    kind = CertificateKind(certificate.kind)
    of_holder = Certificate.objects.filter(person=certificate.person_id)
    in_force = of_holder.filter(state=StoredState.GOOD, not_after__gte=at)
    if link is Link.PREDECESSORS:
        return _earlier(certificate)
    if link is Link.SUCCESSOR:
        later = in_force.filter(kind=kind).exclude(pk=certificate.pk)
        return list(later.values_list("serial", flat=True))
    if kind not in _FROM[link]:
        raise Refused(Hop.JLIS, Reason.MALFORMED, "the serial number is one of the other hierarchy")
    if link is Link.CARD_OF_PHONE:
        wanted: tuple[CertificateKind, ...] = (CertificateKind.AUTHENTICATION,)
    elif link is Link.SIGNATURE_OF_AUTHENTICATION:
        # One may sign in with the card and sign with the phone.
        wanted = (_PAIR[kind], *_SIGNING - {_PAIR[kind]})
    else:
        wanted = (_PAIR[kind],)
    found = dict(in_force.filter(kind__in=wanted).values_list("kind", "serial"))
    return [found[each] for each in wanted if each in found]


def _earlier(certificate: Certificate) -> list[str]:
    """Along `replaces`, newest first."""
    serials: list[str] = []
    before = certificate.replaces
    while before is not None and len(serials) < MOST_PREDECESSORS:
        serials.append(before.serial)
        before = before.replaces
    return serials
