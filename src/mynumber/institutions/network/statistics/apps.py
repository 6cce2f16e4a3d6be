"""The app of usage statistics."""

from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    """How the table is used: counts kept up to date, without persons."""

    name = "mynumber.institutions.network.statistics"
    label = "network_statistics"
