"""The Django app."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """住民基本台帳: the resident register."""

    name = "mynumber.institutions.municipality.register"
    label = "municipality_register"
