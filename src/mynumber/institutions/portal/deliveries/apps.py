from django.apps import AppConfig


class DeliveriesConfig(AppConfig):
    """Documents of private senders (民間送達)."""

    name = "mynumber.institutions.portal.deliveries"
    label = "portal_deliveries"
    verbose_name = "民間送達"

    def ready(self) -> None:
        """A link of accounts that ends takes its connection with it; documents go with the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.deliveries import connecting, documents
        from mynumber.institutions.portal.identity import linking

        linking.when_ended(connecting.end_with_link)
        closing.register("届いた書類と、送り主への同意", documents.close)
