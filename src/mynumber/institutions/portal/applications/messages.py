"""The messages that bodies send to the portal about applications (`protocols.applications`, `protocols.counter_drafts`)."""

from __future__ import annotations

from mynumber.institutions.portal.applications import counter, steps
from mynumber.protocols.applications import TELL
from mynumber.protocols.counter_drafts import HANDED_IN, RETURN_DRAFT, TAKE_DRAFT
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import message_routes


def _of_a_body(sender: str, _: str) -> bool:
    """Everybody in the directory may: whose application it is decides (`body`)."""
    return bool(sender)


routes = [
    *message_routes(TELL, steps.take, hop=Hop.PORTAL, may_ask=_of_a_body),
    *message_routes(TAKE_DRAFT, counter.take, hop=Hop.PORTAL, may_ask=_of_a_body),
    *message_routes(RETURN_DRAFT, counter.returned, hop=Hop.PORTAL, may_ask=_of_a_body),
    *message_routes(HANDED_IN, counter.handed_in, hop=Hop.PORTAL, may_ask=_of_a_body),
]
