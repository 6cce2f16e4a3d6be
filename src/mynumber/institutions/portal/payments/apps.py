from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Paying bills (納付)."""

    name = "mynumber.institutions.portal.payments"
    label = "portal_payments"
    verbose_name = "納付"
