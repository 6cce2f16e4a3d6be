"""Addresses of 日本年金機構: its public page, its case work, and the messages of applications."""

from django.urls import include, path

from mynumber.institutions.pension_service.exemptions.messages import message_urlpatterns
from mynumber.institutions.pension_service.pensions import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    *message_urlpatterns,
    path("applications/", include("mynumber.institutions.pension_service.exemptions.urls")),
    path("offers/", include("mynumber.institutions.pension_service.offers.urls")),
    path("", include("mynumber.webkit.urls")),
    path("", include("mynumber.webkit.staff.urls")),
]
