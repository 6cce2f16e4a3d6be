"""Routes of bills, under `<tenant:tenant>/billing/`."""

from django.urls import path

from mynumber.institutions.municipality.billing import views

app_name = "billing"
urlpatterns = [
    path("", views.home, name="home"),
    path("new", views.new, name="new"),
    path("day", views.day, name="day"),
    path("day/fetch", views.fetch, name="fetch"),
    path("refunds", views.refunds, name="refunds"),
    path("refunds/<int:refund>/<slug:what>", views.second, name="second"),
    path("bills/<str:number>", views.bill, name="bill"),
    path("bills/<str:number>/cancel", views.cancel, name="cancel"),
    path("payments/<uuid:payment>/refund", views.propose, name="propose"),
]
