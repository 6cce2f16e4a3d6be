from django.apps import AppConfig


class InformationConfig(AppConfig):
    """Permits for what a person asks about themself."""

    name = "mynumber.institutions.network.information"
    label = "network_information"
    verbose_name = "本人の求めによる照会"
