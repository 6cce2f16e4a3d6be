from django.apps import AppConfig


class ExemptionsConfig(AppConfig):
    """免除の審査: applications for relief from premiums, from arrival to the closing."""

    name = "mynumber.institutions.pension_service.exemptions"
    label = "pension_exemptions"
    verbose_name = "保険料の免除・猶予"
