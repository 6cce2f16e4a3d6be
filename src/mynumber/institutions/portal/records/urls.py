"""Addresses of やりとり履歴."""

from django.urls import path

from mynumber.institutions.portal.records import views

urlpatterns = [
    path("", views.history, name="records"),
    path("coverage", views.coverage, name="coverage"),
    path("not-me", views.not_me, name="not-me"),
    path("log-key", views.log_key, name="log-key"),
    path("log-policy", views.log_policy, name="log-policy"),
    path("export.<str:kind>", views.export, name="records-export"),
    path("changes/<int:index>", views.change, name="change"),
    path("changes/<str:core>/<int:index>", views.change, name="change-of-core"),
    path("receipts/<int:index>", views.receipt, name="receipt"),
    path("receipts/<str:core>/<int:index>", views.receipt, name="receipt-of-core"),
    path("<str:inquirer>/<uuid:request_id>", views.record, name="record"),
    path("<str:inquirer>/<uuid:request_id>/ask", views.ask, name="record-ask"),
]
