"""Addresses of the usage statistics."""

from django.urls import path

from mynumber.institutions.network.statistics import views

urlpatterns = [
    path("statistics/", views.statistics, name="statistics"),
    path("statistics/unused", views.unused, name="statistics-unused"),
]
