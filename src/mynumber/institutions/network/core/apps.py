from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Codes, permits, records and their log."""

    name = "mynumber.institutions.network.core"
    label = "network_core"
    verbose_name = "情報提供ネットワークシステム"
