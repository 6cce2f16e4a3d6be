"""The Django app of the acquisition of codes. It has no table: the law lets J-LIS keep nothing of an acquisition number."""

from django.apps import AppConfig


class AcquisitionConfig(AppConfig):
    """Label `jlis_acquisition`."""

    name = "mynumber.institutions.jlis.acquisition"
    label = "jlis_acquisition"
    verbose_name = "符号の取得"
