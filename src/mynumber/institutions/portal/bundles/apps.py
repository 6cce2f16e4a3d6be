from django.apps import AppConfig


class BundlesConfig(AppConfig):
    """Life events (ライフイベント)."""

    name = "mynumber.institutions.portal.bundles"
    label = "portal_bundles"
    verbose_name = "暮らしのできごと"

    def ready(self) -> None:
        """Go on with a set when its card was proven; sets go with the account."""
        from mynumber.institutions.portal.account import closing, going_on
        from mynumber.institutions.portal.bundles import committing, sets

        going_on.register(committing.CONSENT, committing.on_consent)
        going_on.register(committing.SEND, committing.on_send)
        closing.register("暮らしのできごとの手続のまとまりと、まとめて答えたこと", sets.forget)
