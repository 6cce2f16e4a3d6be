"""The Django app of the card's page."""

from django.apps import AppConfig


class CardConfig(AppConfig):
    """Label `portal_card`."""

    name = "mynumber.institutions.portal.card"
    label = "portal_card"
    verbose_name = "カード"
