"""Routes of the offers, under `offers/`."""

from django.urls import path

from mynumber.institutions.pension_service.offers import views

app_name = "offers"
urlpatterns = [
    path("", views.home, name="home"),
    path("propose", views.propose, name="propose"),
    path("<int:number>/<slug:what>", views.decide, name="decide"),
]
