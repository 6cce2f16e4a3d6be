from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """OpenID Connect, the services a resident is linked with, and the developers' pages."""

    name = "mynumber.institutions.portal.identity"
    label = "portal_identity"
    verbose_name = "外部サービスとの連携"

    def ready(self) -> None:
        """Go on with interactions when their card was proven."""
        from mynumber.institutions.portal.account import going_on
        from mynumber.institutions.portal.identity import interactions

        going_on.register(interactions.PROOF, interactions.go_on)
