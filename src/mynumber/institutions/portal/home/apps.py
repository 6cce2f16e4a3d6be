from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The first page."""

    name = "mynumber.institutions.portal.home"
    label = "portal_home"
    verbose_name = "ホーム"
