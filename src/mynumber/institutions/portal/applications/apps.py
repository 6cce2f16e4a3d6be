from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Procedures and applications (手続の検索・電子申請)."""

    name = "mynumber.institutions.portal.applications"
    label = "portal_applications"
    verbose_name = "手続と申請"

    def ready(self) -> None:
        """Go on with drafts when their card was proven; they go with the account, and what is under way stands against that."""
        from mynumber.institutions.portal.account import closing, going_on
        from mynumber.institutions.portal.applications import committing, drafts

        going_on.register(committing.CONSENT, committing.on_consent)
        going_on.register(committing.SEND, committing.on_send)
        closing.register("送っていない申請の下書きと、その書類", drafts.discard_all, drafts.under_way)
