"""Addresses of デジタル庁: it asks and registers over messages, and receives none."""

from django.urls import include, path

from mynumber.institutions.digital_agency.accounts import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("mynumber.webkit.urls")),
]
