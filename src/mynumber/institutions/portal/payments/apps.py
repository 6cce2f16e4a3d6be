from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Paying bills (納付)."""

    name = "mynumber.institutions.portal.payments"
    label = "portal_payments"
    verbose_name = "納付"

    def ready(self) -> None:
        """A payment that is being made stands against closing the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.payments import paying

        closing.hinder("納付", paying.under_way)
