"""Addresses of notices of own-use affairs."""

from django.urls import path

from mynumber.institutions.commission.own_use import views
from mynumber.institutions.commission.own_use.noticing import routes

urlpatterns = [
    *routes,
    path("own-use", views.notices, name="own-use"),
    path("own-use/<uuid:notice>", views.notice, name="own-use-notice"),
]
