from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices on their way."""

    name = "mynumber.institutions.gateway.notices"
    label = "gateway_notices"
    verbose_name = "お知らせの中継"
