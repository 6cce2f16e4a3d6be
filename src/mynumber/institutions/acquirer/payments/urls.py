"""Routes of the pages."""

from django.urls import path

from mynumber.institutions.acquirer.payments import views

urlpatterns = [
    path("", views.home, name="home"),
    path("pay/<str:page>", views.pay, name="pay"),
    path("pay/<str:page>/confirm", views.confirm, name="confirm"),
    path("pay/<str:page>/leave", views.leave, name="leave"),
    path("atm", views.atm, name="atm"),
    path("atm/pay", views.atm_pay, name="atm-pay"),
    path("slips/<uuid:payment>", views.slip, name="atm-slip"),
    path("counter", views.counter, name="counter"),
]
