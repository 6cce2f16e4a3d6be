from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """OpenID Connect, the services a resident is linked with, and the developers' pages."""

    name = "mynumber.institutions.portal.identity"
    label = "portal_identity"
    verbose_name = "外部サービスとの連携"

    def ready(self) -> None:
        """Go on with interactions when their card was proven; linkages and links go with the account."""
        from mynumber.institutions.portal.account import closing, going_on
        from mynumber.institutions.portal.identity import interactions, linkages, linking

        going_on.register(interactions.PROOF, interactions.go_on)
        closing.register("連携しているサービス", linkages.close)
        closing.register("つながっているサイト", linking.close)
