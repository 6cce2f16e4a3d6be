from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """Documents on their way."""

    name = "mynumber.institutions.courier.dispatch"
    label = "courier_dispatch"
    verbose_name = "発送"
