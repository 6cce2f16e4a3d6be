"""The Django app of the residents network."""

from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    """Label `jlis_residents`."""

    name = "mynumber.institutions.jlis.residents"
    label = "jlis_residents"
    verbose_name = "住民基本台帳ネットワーク"
