"""CLAIM_REPRESENTATION at a municipality, from the portal alone."""

from __future__ import annotations

from mynumber.institutions.municipality.representation import claims
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop
from mynumber.protocols.representation import CLAIM_REPRESENTATION, ClaimedRepresentation
from mynumber.webkit.messages import Question, message_routes, only


def take(question: Question[ClaimedRepresentation]) -> Acknowledged:
    """A claim waits for a clerk."""
    claims.take(question.body, sender=question.sender, at=question.at)
    return Acknowledged(count=1)


message_urlpatterns = message_routes(CLAIM_REPRESENTATION, take, hop=Hop.PROVIDER, may_ask=only("portal"))
