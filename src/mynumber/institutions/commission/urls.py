"""Addresses of 個人情報保護委員会: what its monitor saw. Witness and monitor themselves are raw ASGI processes (`api.py`, `monitoring.py`)."""

from django.urls import include, path

from mynumber.institutions.commission.monitor import views
from mynumber.institutions.commission.sameness import messages as sameness
from mynumber.webkit.errors import handler400, handler403, handler404, handler500
from mynumber.webkit.face.language import choose_language

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *sameness.routes,
    path("", views.home, name="home"),
    path("alarms/<int:number>", views.alarm, name="alarm"),
    path("policy", views.policy, name="policy"),
    path("", include("mynumber.institutions.commission.supervision.urls")),
    path("", include("mynumber.institutions.commission.own_use.urls")),
    path("", include("mynumber.webkit.staff.urls")),
    path("language", choose_language, name="language"),
    path("", include("mynumber.webkit.urls")),
]
