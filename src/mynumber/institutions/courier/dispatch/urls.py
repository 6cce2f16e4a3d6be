"""Routes of dispatch: messages at the root, the desk below /desk/."""

from django.urls import URLPattern, path

from mynumber.institutions.courier.customers import links
from mynumber.institutions.courier.dispatch import sending, views
from mynumber.protocols.deliveries import LINK_ENDED, STANDING
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import message_routes, only

routes: list[URLPattern] = [
    *message_routes(STANDING, sending.take_standing, hop=Hop.PROVIDER, may_ask=only("portal")),
    *message_routes(LINK_ENDED, links.ended_there, hop=Hop.PROVIDER, may_ask=only("portal")),
]

urlpatterns: list[URLPattern] = [path("", views.desk, name="desk")]
