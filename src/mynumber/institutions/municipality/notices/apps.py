from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices to residents."""

    name = "mynumber.institutions.municipality.notices"
    label = "municipality_notices"
    verbose_name = "お知らせの送信"
