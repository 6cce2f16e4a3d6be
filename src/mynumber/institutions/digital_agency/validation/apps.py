from django.apps import AppConfig


class ValidationConfig(AppConfig):
    """Checking of signed documents for everybody."""

    name = "mynumber.institutions.digital_agency.validation"
    label = "agency_validation"
    verbose_name = "署名の検証"
