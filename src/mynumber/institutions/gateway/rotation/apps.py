"""The app."""

from django.apps import AppConfig


class RotationConfig(AppConfig):
    """Codes that the member had before the network's keys changed."""

    name = "mynumber.institutions.gateway.rotation"
    label = "gateway_rotation"
