"""The Django app."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """給付の審査: cases, and what is asked of other institutions for them."""

    name = "mynumber.institutions.municipality.casework"
    label = "municipality_casework"
