"""Routes of 民間送達サービス: customers, the OpenID provider, operators, and the messages it receives."""

from django.urls import include, path

from mynumber.institutions.courier.customers import urls as customers
from mynumber.institutions.courier.dispatch import urls as dispatch
from mynumber.webkit.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *dispatch.routes,
    path("", include(customers)),
    path("desk/", include(dispatch)),
    path("", include("mynumber.webkit.urls")),
    path("", include("mynumber.webkit.staff.urls")),
]
