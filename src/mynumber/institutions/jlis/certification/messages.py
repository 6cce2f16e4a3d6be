"""The messages of certification (docs/protocols/residents.md)."""

from __future__ import annotations

from django.db import transaction

from mynumber.institutions.jlis.certification.authority import Generation, current_authority
from mynumber.institutions.jlis.certification.cards import issue_card, parse_pin
from mynumber.institutions.jlis.certification.revocation import revoke, trust
from mynumber.institutions.jlis.inbox.endpoint import Question, accept_once, endpoint, this_node
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


def answer_issue_card(question: Question[IssueCard]) -> IssuedCard:
    """A card for a resident of the sender."""
    number, pin = parse_number(question.body.individual_number), parse_pin(question.body.authentication_pin)
    with transaction.atomic():
        accept_once(question)
        return issue_card(number, pin, question.sender, generation=_authority(), at=question.at)


def answer_revoke(question: Question[RevokeCertificate]) -> Revoked:
    """A card was lost or returned."""
    serial = question.body.certificate_serial
    with transaction.atomic():
        accept_once(question)
        revoke(serial, question.body.reason, question.sender, generation=_authority(), at=question.at)
    return Revoked(certificate_serial=serial)


def answer_query_trust(question: Question[TrustQuery]) -> Trust:
    """Roots and revocation list for a registered verifier."""
    with transaction.atomic():
        accept_once(question)
        return trust(_authority(), at=question.at)


def _authority() -> Generation:
    return current_authority(this_node().keyring)


issue = endpoint(ISSUE_CARD, answer_issue_card)
revocation = endpoint(REVOKE_CERTIFICATE, answer_revoke)
query_trust = endpoint(QUERY_TRUST, answer_query_trust)
