from django.apps import AppConfig


class EmployersConfig(AppConfig):
    """Certificates of employment."""

    name = "mynumber.institutions.portal.employers"
    label = "portal_employers"
    verbose_name = "就労証明書"
