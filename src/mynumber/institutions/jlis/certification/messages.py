"""The messages of certification (docs/protocols/residents.md)."""

from __future__ import annotations

from mynumber.institutions.jlis.certification.authority import Generation, current_authority
from mynumber.institutions.jlis.certification.cards import issue_card, parse_pin
from mynumber.institutions.jlis.certification.revocation import revoke, trust
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
    number, pin = parse_number(question.body.individual_number), parse_pin(question.body.authentication_pin)
    return issue_card(number, pin, question.sender, generation=_authority(), at=question.at)


def answer_revoke(question: Question[RevokeCertificate]) -> Revoked:
    """A card was lost or returned."""
    serial = question.body.certificate_serial
    revoke(serial, question.body.reason, question.sender, generation=_authority(), at=question.at)
    return Revoked(certificate_serial=serial)


def answer_query_trust(question: Question[TrustQuery]) -> Trust:
    """Roots and revocation list for a registered verifier."""
    return trust(_authority(), at=question.at)


def _authority() -> Generation:
    return current_authority(this_node().keyring)


routes = [
    *door(ISSUE_CARD, answer_issue_card),
    *door(REVOKE_CERTIFICATE, answer_revoke),
    *door(QUERY_TRUST, answer_query_trust),
]
