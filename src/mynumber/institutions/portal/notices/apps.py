from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The inbox (お知らせ)."""

    name = "mynumber.institutions.portal.notices"
    label = "portal_notices"
    verbose_name = "お知らせ"

    def ready(self) -> None:
        """The inbox goes with the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.notices import inbox

        closing.register(
            "お知らせ、通知書、納付の案内と領収証書（残したいものは、先に保存してください）", inbox.forget
        )
