from django.apps import AppConfig


class OwnUseConfig(AppConfig):
    """Affairs of the town's own ordinances for which it asks the network, and their notices."""

    name = "mynumber.institutions.municipality.own_use"
    label = "municipality_own_use"
    verbose_name = "独自利用事務"
