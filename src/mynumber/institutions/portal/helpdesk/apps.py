from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """Help: support staff, questions, feedback."""

    name = "mynumber.institutions.portal.helpdesk"
    label = "portal_helpdesk"
    verbose_name = "ヘルプ"
