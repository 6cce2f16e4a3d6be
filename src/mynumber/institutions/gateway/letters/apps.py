from django.apps import AppConfig


class LettersConfig(AppConfig):
    """What gateways have to tell one another, or the core, sooner or later."""

    name = "mynumber.institutions.gateway.letters"
    label = "gateway_letters"
    verbose_name = "機関どうしの通知"
