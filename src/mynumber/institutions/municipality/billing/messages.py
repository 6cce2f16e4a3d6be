"""The messages of `protocols.payments` at who made the bills: LOOK_UP_BILL and news of payments, from the payment agent alone."""

from __future__ import annotations

from mynumber.institutions.municipality.billing import counting
from mynumber.institutions.municipality.billing.issuing import collector_of
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.payments import LOOK_UP_BILL, TELL_PAYMENTS, BillFound, LookUpBill, Payments
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question, message_routes, only


def _code(receiver: str) -> str:
    return receiver.removeprefix("municipality.")


def answer_look_up(question: Question[LookUpBill]) -> BillFound:
    """Whether a bill is to be paid this moment."""
    return counting.look_up(_code(question.receiver), question.body.numbers, at=question.at)


def take_payments(question: Question[Payments]) -> Acknowledged:
    """News of payments. Raises Refused for what another collects."""
    tenant = _code(question.receiver)
    own = collector_of(tenant)
    if any(each.collector != own for each in question.body.payments):
        raise Refused(Hop.BILLER, Reason.WRONG_INSTITUTION)
    for each in question.body.payments:
        counting.take(tenant, each, at=question.at)
    return Acknowledged(count=len(question.body.payments))


message_urlpatterns = [
    *message_routes(LOOK_UP_BILL, answer_look_up, hop=Hop.BILLER, may_ask=only("acquirer")),
    *message_routes(TELL_PAYMENTS, take_payments, hop=Hop.BILLER, may_ask=only("acquirer")),
]
