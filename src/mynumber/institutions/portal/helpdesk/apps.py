from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """Help: support staff, questions, feedback."""

    name = "mynumber.institutions.portal.helpdesk"
    label = "portal_helpdesk"
    verbose_name = "ヘルプ"

    def ready(self) -> None:
        """Inquiries go with the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.helpdesk import inquiries

        closing.register("問い合わせ", inquiries.forget)
