"""Addresses of the gateway's pages."""

from django.urls import include, path

from mynumber.institutions.gateway.tenants import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("mynumber.webkit.urls")),
    path("<tenant:tenant>/", include("mynumber.webkit.staff.urls")),
    path("<tenant:tenant>/", include("mynumber.institutions.gateway.desk.urls")),
    path("<tenant:tenant>/", include("mynumber.institutions.gateway.files.urls")),
    path("<tenant:tenant>/", include("mynumber.institutions.gateway.corrections.urls")),
    path("<tenant:tenant>/", include("mynumber.institutions.gateway.information.urls")),
]
