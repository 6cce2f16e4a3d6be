"""The Django app of card production."""

from django.apps import AppConfig


class CardsConfig(AppConfig):
    """Label `jlis_cards`."""

    name = "mynumber.institutions.jlis.cards"
    label = "jlis_cards"
    verbose_name = "個人番号カードの発行"
