"""The Django app of the door for messages."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Label `jlis_inbox`."""

    name = "mynumber.institutions.jlis.inbox"
    label = "jlis_inbox"
    verbose_name = "電文の受付"
