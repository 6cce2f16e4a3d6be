"""The app."""

from django.apps import AppConfig


class OwnUseConfig(AppConfig):
    """Own-use affairs of local governments, as the commission accepted them."""

    name = "mynumber.institutions.network.own_use"
    label = "network_own_use"
