"""Routes of corrections, under `<tenant:tenant>/`."""

from django.urls import path

from mynumber.institutions.gateway.corrections import views

app_name = "corrections"
urlpatterns = [
    path("corrections", views.corrections_page, name="corrections"),
    path("corrections/<str:provider>/<uuid:correction>/<uuid:request_id>/seen", views.seen, name="seen"),
]
