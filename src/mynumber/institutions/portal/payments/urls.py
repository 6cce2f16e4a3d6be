"""Routes, below /payments/."""

from django.urls import path

from mynumber.institutions.portal.payments import views

urlpatterns = [
    path("", views.mine, name="payments"),
    path("<uuid:ident>", views.bill, name="payment"),
    path("<uuid:ident>/card", views.card, name="payment-card"),
    path("<uuid:ident>/receipt.pdf", views.receipt, name="payment-receipt"),
    path("returned/<uuid:checkout>", views.returned, name="payment-returned"),
]
