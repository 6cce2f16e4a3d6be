"""Routes of the bank's window, under `bank/`."""

from django.urls import path

from mynumber.institutions.acquirer.transfers import views

urlpatterns = [
    path("", views.home, name="bank"),
    path("<int:number>", views.file, name="transfer-file"),
    path("<int:number>/hurry", views.hurry, name="transfer-hurry"),
    path("<int:number>/transfers/<int:transfer>/return", views.give_back, name="transfer-return"),
]
