from django.apps import AppConfig


class BlindConfig(AppConfig):
    """Blind exchanges (research; off by default): persons that the network records and cannot read."""

    name = "mynumber.institutions.network.blind"
    label = "network_blind"
    verbose_name = "符号を見せない照会"
