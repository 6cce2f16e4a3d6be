"""The Django app."""

from django.apps import AppConfig


class TaxConfig(AppConfig):
    """個人住民税: local tax as it was assessed."""

    name = "mynumber.institutions.municipality.tax"
    label = "municipality_tax"
