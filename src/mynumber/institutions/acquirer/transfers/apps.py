"""The Django app."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    """Transfers (総合振込)."""

    name = "mynumber.institutions.acquirer.transfers"
    label = "acquirer_transfers"
    verbose_name = "総合振込"
