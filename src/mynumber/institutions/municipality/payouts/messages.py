"""What the bank tells: TELL_TRANSFERS, from the bank alone."""

from __future__ import annotations

from mynumber.institutions.municipality.payouts import receiving
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop
from mynumber.protocols.transfers import TELL_TRANSFERS, TransferResults
from mynumber.webkit.messages import Question, message_routes, only


def take_results(question: Question[TransferResults]) -> Acknowledged:
    """Results of transfers of the receiver."""
    return Acknowledged(count=sum(receiving.take(each) for each in question.body.results))


message_urlpatterns = message_routes(TELL_TRANSFERS, take_results, hop=Hop.BILLER, may_ask=only("acquirer"))
