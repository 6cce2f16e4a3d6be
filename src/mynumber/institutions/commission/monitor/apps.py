from django.apps import AppConfig


class MonitorConfig(AppConfig):
    """What the commission's monitor saw of the logs, and its alarms."""

    name = "mynumber.institutions.commission.monitor"
    label = "commission_monitor"
    verbose_name = "台帳の見張り"
