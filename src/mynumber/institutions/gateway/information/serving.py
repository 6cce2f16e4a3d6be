"""What a gateway takes from the portal, for the person at the other side."""

from __future__ import annotations

from collections.abc import Callable

from mynumber.institutions.gateway.desk.hours import OpeningHours
from mynumber.institutions.gateway.information.answering import Answering
from mynumber.institutions.gateway.information.receiving import Receiving
from mynumber.institutions.gateway.tenants.outbox import Outbox
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.protocols.information import OPEN_CASE, PORTAL, QUERY_INVENTORY, QUERY_OWN_RECORD
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.webkit.asgi import MessageApp


class OwnInformation:
    """The two sides of it: answers, and cases."""

    def __init__(self, node: Node, store: Store, hours: OpeningHours, outbox: Outbox) -> None:
        self.answering = Answering(node, store, hours, outbox)
        self.receiving = Receiving(store)


def register(application: MessageApp, running: Callable[[], OwnInformation]) -> None:
    """Answer the portal, and nobody else."""

    def portal(sender: str, _receiver: str) -> bool:
        return sender == PORTAL

    answer, here = application.answer, Hop.PROVIDER_GATEWAY
    answer(QUERY_INVENTORY, lambda q: running().answering.inventory(q), may_ask=portal, hop=here)
    answer(QUERY_OWN_RECORD, lambda q: running().answering.record(q), may_ask=portal, hop=here)
    answer(OPEN_CASE, lambda q: running().receiving.open(q), may_ask=portal, hop=here)
