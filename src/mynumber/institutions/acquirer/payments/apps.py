"""The Django app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments (決済)."""

    name = "mynumber.institutions.acquirer.payments"
    label = "acquirer_payments"
    verbose_name = "決済"
