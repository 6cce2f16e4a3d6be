from django.apps import AppConfig


class SamenessConfig(AppConfig):
    """The second keeper of the records of blind exchanges: without it nobody tests whether two persons are one."""

    name = "mynumber.institutions.commission.sameness"
    label = "commission_sameness"
    verbose_name = "同一人の確認"
