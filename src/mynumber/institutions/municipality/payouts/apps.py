"""The Django app."""

from django.apps import AppConfig


class PayoutsConfig(AppConfig):
    """Payouts (支払)."""

    name = "mynumber.institutions.municipality.payouts"
    label = "municipality_payouts"
    verbose_name = "支払"
