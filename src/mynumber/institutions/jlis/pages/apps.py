"""The Django app of the public pages."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Label `jlis_pages`; has no tables."""

    name = "mynumber.institutions.jlis.pages"
    label = "jlis_pages"
    verbose_name = "案内"
