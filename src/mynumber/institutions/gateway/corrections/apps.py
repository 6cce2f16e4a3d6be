from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    """Corrections that a member makes of what it gave, and those it received of what it was given."""

    name = "mynumber.institutions.gateway.corrections"
    label = "gateway_corrections"
    verbose_name = "訂正の通知"
