"""The Django app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """申請の窓口"""

    name = "mynumber.institutions.municipality.desk"
    label = "municipality_desk"
    verbose_name = "申請の窓口"
