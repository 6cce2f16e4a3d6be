"""The Django app of the counter for cards."""

from django.apps import AppConfig


class CounterConfig(AppConfig):
    """Label `municipality_counter`."""

    name = "mynumber.institutions.municipality.counter"
    label = "municipality_counter"
    verbose_name = "個人番号カードの窓口"
