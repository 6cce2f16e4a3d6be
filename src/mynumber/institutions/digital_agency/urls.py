"""Addresses of デジタル庁: the registry of accounts asks and registers over messages; the check of signatures is for everybody."""

from django.urls import include, path

from mynumber.institutions.digital_agency.accounts import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500
from mynumber.webkit.face.language import choose_language

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("mynumber.institutions.digital_agency.validation.urls")),
    path("language", choose_language, name="language"),
    path("", include("mynumber.webkit.urls")),
]
