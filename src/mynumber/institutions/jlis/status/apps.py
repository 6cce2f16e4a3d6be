"""The Django app of the status service: its table and its command. What answers is `mynumber.institutions.jlis.api`."""

from django.apps import AppConfig


class StatusConfig(AppConfig):
    """Label `jlis_status`."""

    name = "mynumber.institutions.jlis.status"
    label = "jlis_status"
    verbose_name = "証明書の有効性確認"
