"""The inbox as a Django app: list `mynumber.webkit.inbox` in the apps of an institution that receives messages in Django."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Label `inbox`."""

    name = "mynumber.webkit.inbox"
    label = "inbox"
    verbose_name = "受け取った電文"
