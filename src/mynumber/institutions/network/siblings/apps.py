from django.apps import AppConfig


class SiblingsConfig(AppConfig):
    """What the cores of the network tell each other: which codes were issued."""

    name = "mynumber.institutions.network.siblings"
    label = "network_siblings"
    verbose_name = "ほかのコアへの知らせ"
