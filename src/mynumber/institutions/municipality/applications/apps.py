"""The Django app."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """申請の受付と審査: applications that residents send, from arrival to the closing."""

    name = "mynumber.institutions.municipality.applications"
    label = "municipality_applications"
