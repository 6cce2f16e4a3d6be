"""Addresses of the network's pages and of its public log (C2SP tlog-tiles below ``/log/``)."""

from django.urls import include, path

from mynumber.institutions.network.core import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500
from mynumber.webkit.face.language import choose_language

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("log/key", views.log_key, name="log-key"),
    path("log/checkpoint", views.checkpoint, name="checkpoint"),
    path("log/tile/<path:place>", views.tile, name="tile"),
    path("", include("mynumber.institutions.network.table.urls")),
    path("", include("mynumber.institutions.network.statistics.urls")),
    path("language", choose_language, name="language"),
    path("", include("mynumber.webkit.urls")),
]
