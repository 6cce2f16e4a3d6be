"""The messages that the portal receives (docs/protocols/records.md)."""

from __future__ import annotations

from mynumber.institutions.portal.account.acquisition import take_delivery
from mynumber.protocols.acquisition import DELIVER_CODES
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import message_routes, only

routes = message_routes(DELIVER_CODES, take_delivery, hop=Hop.PORTAL, may_ask=only("network"))
