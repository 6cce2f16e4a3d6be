from django.apps import AppConfig


class PensionsConfig(AppConfig):
    """Public pensions in payment."""

    name = "mynumber.institutions.pension_service.pensions"
    label = "pension_pensions"
    verbose_name = "年金給付"
