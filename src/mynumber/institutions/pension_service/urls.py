"""Addresses of 日本年金機構: it asks and registers over messages, and receives none."""

from django.urls import include, path

from mynumber.institutions.pension_service.pensions import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("mynumber.webkit.urls")),
]
