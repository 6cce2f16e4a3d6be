from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The inbox (お知らせ)."""

    name = "mynumber.institutions.portal.notices"
    label = "portal_notices"
    verbose_name = "お知らせ"
