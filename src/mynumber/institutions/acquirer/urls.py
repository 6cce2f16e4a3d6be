"""Routes of the payment agent."""

from django.urls import include, path

from mynumber.institutions.acquirer.payments.messages import routes
from mynumber.institutions.acquirer.transfers.messages import routes as transfer_routes
from mynumber.webkit.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *routes,
    *transfer_routes,
    path("", include("mynumber.webkit.urls")),
    path("bank/", include("mynumber.institutions.acquirer.transfers.urls")),
    path("", include("mynumber.institutions.acquirer.payments.urls")),
]
