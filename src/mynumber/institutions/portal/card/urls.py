"""Routes of the card's page, under `card/`."""

from django.urls import path

from mynumber.institutions.portal.card import views

urlpatterns = [
    path("", views.card, name="card"),
    path("loss", views.loss, name="card-loss"),
]
