"""The messages about payments that the portal takes: the payment agent's news, the billers' standings."""

from __future__ import annotations

from mynumber.institutions.portal.payments import paying
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.payments import TELL_PAYMENTS, TELL_STANDINGS, BillStandings, Payments
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import Question, message_routes, only


def take_payments(question: Question[Payments]) -> Acknowledged:
    """News of the portal's own checkouts; of others nothing is kept."""
    return Acknowledged(count=sum(paying.take(each) for each in question.body.payments))


def take_standings(question: Question[BillStandings]) -> Acknowledged:
    """Standings of the sender's own bills: kept under its name, so that nobody speaks of another's."""
    heard = (paying.hear(question.sender, each, now=question.at) for each in question.body.standings)
    return Acknowledged(count=sum(heard))


def _of_a_biller(sender: str, _: str) -> bool:
    """Everybody in the directory may: whose bill it is decides."""
    return bool(sender)


routes = [
    *message_routes(TELL_PAYMENTS, take_payments, hop=Hop.PORTAL, may_ask=only("acquirer")),
    *message_routes(TELL_STANDINGS, take_standings, hop=Hop.PORTAL, may_ask=_of_a_biller),
]
