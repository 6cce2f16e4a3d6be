from django.apps import AppConfig


class WitnessConfig(AppConfig):
    """What the commission's witness has cosigned."""

    name = "mynumber.institutions.commission.witness"
    label = "commission_witness"
    verbose_name = "台帳の立会い"
