"""Routes of help, and of devices that many use."""

from django.urls import path

from mynumber.institutions.portal.account import self_views

urlpatterns = [
    path("kiosk", self_views.kiosk_page, name="kiosk"),
    path("kiosk/card-removed/<str:request_id>", self_views.card_removed, name="kiosk-card-removed"),
]
