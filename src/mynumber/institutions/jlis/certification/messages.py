"""The messages of certification and of cards in use (docs/protocols/certification.md)."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from mynumber.institutions.jlis.certification import cards, consents
from mynumber.institutions.jlis.certification.checks import check_status, link_serials
from mynumber.institutions.jlis.certification.desk import lock_card, lock_lost_card, person_of
from mynumber.institutions.jlis.certification.lists import trust
from mynumber.institutions.jlis.certification.orders import Ordering, certify_key, sign_order
from mynumber.institutions.jlis.certification.phones import issue_for_phone
from mynumber.institutions.jlis.certification.standings import standing_of, standings_of
from mynumber.institutions.jlis.certification.verifiers import PURPOSE_OF, count_use, registered
from mynumber.institutions.jlis.certification.words import UseKind
from mynumber.institutions.jlis.doors import door
from mynumber.protocols.card_life import (
    ISSUE_CERTIFICATE,
    QUERY_CARDS,
    REPORT_FOUND,
    REPORT_LOSS,
    REQUEST_ORDER,
    RETURN_CARD,
    CardOrder,
    CardStanding,
    CardStandings,
    IssueCertificate,
    IssuedCertificate,
    QueryCards,
    ReportFound,
    ReportLoss,
    RequestOrder,
    ReturnCard,
)
from mynumber.protocols.certification import (
    APPLY_FOR_PHONE,
    CHECK_STATUS,
    LATEST_ATTRIBUTES,
    LINK_SERIALS,
    QUERY_TRUST,
    REGISTER_CONSENT,
    WITHDRAW_CONSENT,
    ApplyForPhone,
    ConsentRegistered,
    ConsentWithdrawn,
    LatestAttributes,
    LatestAttributesQuestion,
    LinkAnswer,
    LinkQuestion,
    PhoneCertificates,
    RegisterConsent,
    StatusAnswer,
    StatusQuestion,
    Trust,
    TrustQuery,
    WithdrawConsent,
)
from mynumber.webkit.messages import Question, this_node

Q = TypeVar("Q", bound=msgspec.Struct)

# --- verifiers ----------------------------------------------------------------------------------------------


def answer_query_trust(question: Question[TrustQuery]) -> Trust:
    """Roots and revocation lists for a registered verifier."""
    purpose = question.body.purpose
    verifier = registered(question.sender, PURPOSE_OF[purpose])
    answer = trust(purpose, this_node().keyring, at=question.at)
    count_use(verifier, UseKind.REVOCATION_LIST, at=question.at)
    return answer


def answer_status(question: Question[StatusQuestion]) -> StatusAnswer:
    """Whether certificates are good now."""
    return check_status(question.body, question.sender, at=question.at)


def answer_link(question: Question[LinkQuestion]) -> LinkAnswer:
    """Which serial numbers belong to one holder."""
    return link_serials(question.body, question.sender, at=question.at)


def answer_register_consent(question: Question[RegisterConsent]) -> ConsentRegistered:
    """A consent that the holder signed."""
    return consents.register_consent(question.body, question.sender, at=question.at)


def answer_withdraw_consent(question: Question[WithdrawConsent]) -> ConsentWithdrawn:
    """A consent ends."""
    return consents.withdraw_consent(question.body, question.sender, at=question.at)


def answer_latest_attributes(question: Question[LatestAttributesQuestion]) -> LatestAttributes:
    """What became of attributes since the consent."""
    return consents.latest_attributes(question.body, question.sender, at=question.at)


# --- cards in use -------------------------------------------------------------------------------------------


def answer_request_order(question: Question[RequestOrder]) -> CardOrder:
    """An order to one card, for the municipality that has it on its reader."""
    card = lock_card(question.sender, question.body.card_serial)
    order = sign_order(card, question.body, _ordering(question), keyring=this_node().keyring)
    return CardOrder(order=order)


def answer_issue_certificate(question: Question[IssueCertificate]) -> IssuedCertificate:
    """The certificate for a key that a card has made."""
    card = lock_card(question.sender, question.body.card_serial)
    return certify_key(card, question.body, _ordering(question), keyring=this_node().keyring)


def answer_report_loss(question: Question[ReportLoss]) -> CardStanding:
    """A card is lost: its certificates rest when this is answered."""
    card = lock_lost_card(question.sender, question.body)
    cards.report_lost(card, at=question.at, by=question.sender)
    return standing_of(card, at=question.at)


def answer_report_found(question: Question[ReportFound]) -> CardStanding:
    """A card is back with its holder."""
    card = lock_card(question.sender, question.body.card_serial)
    cards.report_found(card, check=question.body.check, at=question.at, by=question.sender)
    return standing_of(card, at=question.at)


def answer_return_card(question: Question[ReturnCard]) -> CardStanding:
    """A card is given back, or will not be found."""
    card = lock_card(question.sender, question.body.card_serial)
    cards.take_back(card, question.body.reason, at=question.at, by=question.sender)
    return standing_of(card, at=question.at)


def answer_query_cards(question: Question[QueryCards]) -> CardStandings:
    """How a person's cards stand."""
    return standings_of(person_of(question.sender, question.body), at=question.at)


def answer_apply_for_phone(question: Question[ApplyForPhone]) -> PhoneCertificates:
    """Certificates for a phone, handed on by the portal."""
    return issue_for_phone(
        question.body, keyring=this_node().keyring, through=question.sender, at=question.at
    )


def _ordering(question: Question[Q]) -> Ordering:
    return Ordering(question.sender, question.received.header.message_id, question.at)


routes = [
    *door(QUERY_TRUST, answer_query_trust),
    *door(CHECK_STATUS, answer_status),
    *door(LINK_SERIALS, answer_link),
    *door(REGISTER_CONSENT, answer_register_consent),
    *door(WITHDRAW_CONSENT, answer_withdraw_consent),
    *door(LATEST_ATTRIBUTES, answer_latest_attributes),
    *door(REQUEST_ORDER, answer_request_order),
    *door(ISSUE_CERTIFICATE, answer_issue_certificate),
    *door(REPORT_LOSS, answer_report_loss),
    *door(REPORT_FOUND, answer_report_found),
    *door(RETURN_CARD, answer_return_card),
    *door(QUERY_CARDS, answer_query_cards),
    *door(APPLY_FOR_PHONE, answer_apply_for_phone),
]
