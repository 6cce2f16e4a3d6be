"""Routes of private delivery, below /deliveries/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mynumber.institutions.portal.deliveries import receiving, registering, views
from mynumber.institutions.portal.deliveries.models import Provider
from mynumber.protocols.deliveries import ASK_SENDERS, DELIVER, SENDER_TRUST
from mynumber.protocols.refusal import Hop
from mynumber.webkit.messages import message_routes


def _is_body(sender: str, _: str) -> bool:
    return sender.startswith("municipality.")


def _is_provider(sender: str, _: str) -> bool:
    return Provider.objects.filter(pk=sender, is_active=True).exists()


routes: list[URLPattern] = [
    *message_routes(DELIVER, receiving.take, hop=Hop.PORTAL, may_ask=_is_provider),
    *message_routes(SENDER_TRUST, registering.take_trust, hop=Hop.PORTAL, may_ask=_is_provider),
    *message_routes(ASK_SENDERS, registering.answer_senders, hop=Hop.PORTAL, may_ask=_is_body),
]
"""Messages stand at the root of the portal."""

urlpatterns: list[URLPattern] = [
    path("", views.inbox, name="deliveries"),
    path("<uuid:ident>/", views.document, name="delivery"),
    path("<uuid:ident>/file", views.download, name="delivery-file"),
    path("<uuid:ident>/delete", views.delete, name="delivery-delete"),
    path("providers/<slug:key>/", views.provider, name="delivery-provider"),
    path("providers/<slug:key>/end", views.end, name="delivery-end"),
]
