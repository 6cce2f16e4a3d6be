"""Routes of the resident's device."""

from django.urls import include, path

from mynumber.wallet import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.my_cards, name="my-cards"),
    path("sign-in", views.sign_in_page, name="sign-in"),
    path("", include("mynumber.webkit.urls")),
]
