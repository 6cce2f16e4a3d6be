from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Bills and what was paid."""

    name = "mynumber.institutions.municipality.billing"
    label = "municipality_billing"
    verbose_name = "納付書"
