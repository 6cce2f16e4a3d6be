from django.apps import AppConfig


class InformationConfig(AppConfig):
    """What institutions hold about the resident (わたしの情報)."""

    name = "mynumber.institutions.portal.information"
    label = "portal_information"
    verbose_name = "わたしの情報"
