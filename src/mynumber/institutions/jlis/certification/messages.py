"""The messages of certification (docs/protocols/certification.md)."""

from __future__ import annotations

from mynumber.institutions.jlis.certification import first_cards
from mynumber.institutions.jlis.certification.lists import trust
from mynumber.institutions.jlis.certification.verifiers import PURPOSE_OF, count_use, registered
from mynumber.institutions.jlis.certification.words import UseKind
from mynumber.institutions.jlis.entitlement import door
from mynumber.institutions.jlis.residents.messages import parse_number
from mynumber.protocols.certification import (
    ISSUE_CARD,
    QUERY_TRUST,
    REVOKE_CERTIFICATE,
    IssueCard,
    IssuedCard,
    RevokeCertificate,
    Revoked,
    Trust,
    TrustQuery,
)
from mynumber.webkit.messages import Question, this_node


def answer_issue_card(question: Question[IssueCard]) -> IssuedCard:
    """A card for a resident of the sender."""
    number = parse_number(question.body.individual_number)
    pin = first_cards.parse_pin(question.body.authentication_pin)
    return first_cards.issue_card(number, pin, question.sender, keyring=this_node().keyring, at=question.at)


def answer_revoke(question: Question[RevokeCertificate]) -> Revoked:
    """A card was lost or returned."""
    serial = question.body.certificate_serial
    first_cards.revoke(serial, question.body.reason, question.sender, at=question.at)
    return Revoked(certificate_serial=serial)


def answer_query_trust(question: Question[TrustQuery]) -> Trust:
    """Roots and revocation lists for a registered verifier."""
    purpose = question.body.purpose
    verifier = registered(question.sender, PURPOSE_OF[purpose])
    answer = trust(purpose, this_node().keyring, at=question.at)
    count_use(verifier, UseKind.REVOCATION_LIST, at=question.at)
    return answer


routes = [
    *door(ISSUE_CARD, answer_issue_card),
    *door(REVOKE_CERTIFICATE, answer_revoke),
    *door(QUERY_TRUST, answer_query_trust),
]
