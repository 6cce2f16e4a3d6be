"""The messages of `protocols.payments` at the payment agent."""

from __future__ import annotations

from datetime import UTC, datetime

from mynumber.foundation.numbers.local_government import LocalGovernmentCode
from mynumber.institutions.acquirer.payments import settling, taking
from mynumber.institutions.acquirer.payments.telling import payee_of, status_of
from mynumber.protocols.payments import (
    LOOK_UP,
    OPEN_CHECKOUT,
    REFUND,
    SETTLEMENTS,
    LookUp,
    OpenCheckout,
    PaymentStatus,
    Refund,
    Settlement,
    SettlementQuery,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question, message_routes, only


def answer_open(question: Question[OpenCheckout]) -> PaymentStatus:
    """A page for the browser. Raises Refused: for a payee who does not collect under this number."""
    if payee_of(question.body.numbers.collector) != question.body.payee:
        raise Refused(Hop.ACQUIRER, Reason.WRONG_INSTITUTION)
    return status_of(taking.open_checkout(question.sender, question.body, at=question.at))


def answer_look_up(question: Question[LookUp]) -> PaymentStatus:
    """What became of the sender's own checkout."""
    row, first = taking.look_up(question.sender, question.body, at=question.at)
    return status_of(row, is_return=first)


def answer_refund(question: Question[Refund]) -> PaymentStatus:
    """Money back, from who got it."""
    return status_of(taking.refund(question.sender, question.body, at=question.at))


def answer_settlements(question: Question[SettlementQuery]) -> Settlement:
    """The file of a day, of what the sender collects."""
    collector = LocalGovernmentCode.parse(question.sender.partition(".")[2]).jisx0402
    return settling.settle(
        question.sender, collector, question.body.source, question.body.day, now=datetime.now(UTC)
    )


routes = [
    *message_routes(OPEN_CHECKOUT, answer_open, hop=Hop.ACQUIRER, may_ask=only("portal")),
    *message_routes(LOOK_UP, answer_look_up, hop=Hop.ACQUIRER, may_ask=only("portal")),
    *message_routes(REFUND, answer_refund, hop=Hop.ACQUIRER, may_ask=only("municipality")),
    *message_routes(SETTLEMENTS, answer_settlements, hop=Hop.ACQUIRER, may_ask=only("municipality")),
]
