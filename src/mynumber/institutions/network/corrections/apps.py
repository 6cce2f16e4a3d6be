from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    """Which exchanges gave a wrong value, as their providers said afterwards."""

    name = "mynumber.institutions.network.corrections"
    label = "network_corrections"
    verbose_name = "訂正の記録"
