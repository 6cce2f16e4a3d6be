"""Addresses of the usage statistics."""

from django.urls import path

from mynumber.institutions.network.statistics import views

urlpatterns = [
    path("statistics/", views.statistics, name="statistics"),
    path("statistics/rules", views.rules, name="statistics-rules"),
    path("statistics/rules.json", views.rules_json, name="statistics-rules-json"),
    path("statistics/rules/<str:rule_id>", views.rule, name="statistics-rule"),
]
