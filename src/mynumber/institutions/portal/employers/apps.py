from django.apps import AppConfig


class EmployersConfig(AppConfig):
    """Certificates of employment."""

    name = "mynumber.institutions.portal.employers"
    label = "portal_employers"
    verbose_name = "就労証明書"

    def ready(self) -> None:
        """Invitations go with the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.employers import inviting

        closing.register("勤め先への就労証明書の依頼", inviting.forget)
