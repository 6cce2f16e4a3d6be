"""The shared face as a Django app: templates, static files, template tags, checks."""

from django.apps import AppConfig


class WebkitConfig(AppConfig):
    """Label `webkit`; has no tables."""

    name = "mynumber.webkit"
    label = "webkit"
    verbose_name = "共通の画面部品"

    def ready(self) -> None:
        """Register the system check that refuses routes without a mark, and look after the connection at less cost."""
        from mynumber.webkit import checks  # noqa: F401 - checks need the app registry
        from mynumber.webkit.postgresql import upkeep

        upkeep.take_over()
