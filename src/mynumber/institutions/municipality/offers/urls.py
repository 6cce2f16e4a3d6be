"""Routes of the offers, under `<tenant:tenant>/offers/`."""

from django.urls import path

from mynumber.institutions.municipality.offers import views

app_name = "offers"
urlpatterns = [
    path("", views.home, name="home"),
    path("batches/<int:number>", views.batch, name="batch"),
    path("batches/<int:number>/<slug:what>", views.act, name="act"),
    path("<slug:name>", views.cause, name="cause"),
]
