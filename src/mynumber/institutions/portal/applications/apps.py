from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Procedures and applications (手続の検索・電子申請)."""

    name = "mynumber.institutions.portal.applications"
    label = "portal_applications"
    verbose_name = "手続と申請"

    def ready(self) -> None:
        """Go on with drafts when their card was proven."""
        from mynumber.institutions.portal.account import going_on
        from mynumber.institutions.portal.applications import committing

        going_on.register(committing.CONSENT, committing.on_consent)
        going_on.register(committing.SEND, committing.on_send)
