"""The guide as a Django app: templates and static files only."""

from django.apps import AppConfig


class GuideConfig(AppConfig):
    """Label `guide`; has no tables."""

    name = "mynumber.platform.guide"
    label = "guide"
    verbose_name = "この模型の案内"
