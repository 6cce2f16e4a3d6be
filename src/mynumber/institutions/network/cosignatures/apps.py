from django.apps import AppConfig


class CosignaturesConfig(AppConfig):
    """Cosignatures that witnesses gave to checkpoints of the log."""

    name = "mynumber.institutions.network.cosignatures"
    label = "network_cosignatures"
    verbose_name = "台帳の立会い署名"
