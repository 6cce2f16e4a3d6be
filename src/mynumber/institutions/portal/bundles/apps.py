from django.apps import AppConfig


class BundlesConfig(AppConfig):
    """Life events (ライフイベント)."""

    name = "mynumber.institutions.portal.bundles"
    label = "portal_bundles"
    verbose_name = "暮らしのできごと"

    def ready(self) -> None:
        """Go on with a set when its card was proven."""
        from mynumber.institutions.portal.account import going_on
        from mynumber.institutions.portal.bundles import committing

        going_on.register(committing.CONSENT, committing.on_consent)
        going_on.register(committing.SEND, committing.on_send)
