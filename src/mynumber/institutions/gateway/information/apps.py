from django.apps import AppConfig


class InformationConfig(AppConfig):
    """What residents ask about themselves, and what they say of it."""

    name = "mynumber.institutions.gateway.information"
    label = "gateway_information"
    verbose_name = "本人からの求めと申出"
