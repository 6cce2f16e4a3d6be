"""Addresses of the validation service."""

from django.urls import path

from mynumber.institutions.digital_agency.validation import views

urlpatterns = [
    path("validations", views.validations, name="validations"),
    path("validations/", views.page, name="validation-page"),
]
