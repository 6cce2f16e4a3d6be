"""Routes of representation, under `<tenant:tenant>/representation/`."""

from django.urls import path

from mynumber.institutions.municipality.representation import views

app_name = "representation"
urlpatterns = [
    path("", views.home, name="home"),
    path("<int:claim_id>", views.claim, name="claim"),
    path("<int:claim_id>/confirm", views.confirm, name="confirm"),
    path("<int:claim_id>/<slug:what>", views.close, name="close"),
]
