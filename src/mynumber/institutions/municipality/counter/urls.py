"""Routes of the counter for cards, under `<tenant:tenant>/`, and the address of the holders' devices, which has no town in it."""

from django.urls import path

from mynumber.institutions.municipality.counter import device, kiosk, reader_views, report_views, views
from mynumber.protocols.card_reader import STEPS_PATH

app_name = "counter"
device_urlpatterns = [path(STEPS_PATH.removeprefix("/"), device.take_step, name="card-reader-steps")]
urlpatterns = [
    path("cards", views.home, name="cards"),
    path("cards/look", views.look, name="cards-look"),
    path("cards/residents", views.residents, name="card-residents"),
    path("cards/residents/<str:addressee>", views.resident, name="card-resident"),
    path("cards/residents/<str:addressee>/apply", views.apply, name="card-apply"),
    path("cards/residents/<str:addressee>/form", views.application_form, name="card-form"),
    path("cards/residents/<str:addressee>/loss", report_views.loss, name="card-loss"),
    path("cards/residents/<str:addressee>/found", report_views.found, name="card-found"),
    path("cards/residents/<str:addressee>/return", report_views.take_back, name="card-return"),
    path("cards/residents/<str:addressee>/change", report_views.change, name="card-change"),
    path("cards/residents/<str:addressee>/begin/<str:kind>", reader_views.begin, name="card-begin"),
    path("cards/applications/<str:application_id>/notice", views.notice, name="card-notice"),
    path("cards/sessions/<uuid:ticket>", reader_views.session, name="card-session"),
    path("cards/sessions/<uuid:ticket>/cancel", reader_views.cancel, name="card-cancel"),
    path("kiosk", kiosk.start, name="kiosk"),
    path("kiosk/<uuid:ticket>", kiosk.session, name="kiosk-session"),
    path("kiosk/<uuid:ticket>/cancel", kiosk.cancel, name="kiosk-cancel"),
]
