from django.apps import AppConfig


class DeliveriesConfig(AppConfig):
    """Documents of private senders (民間送達)."""

    name = "mynumber.institutions.portal.deliveries"
    label = "portal_deliveries"
    verbose_name = "民間送達"

    def ready(self) -> None:
        """A link of accounts that ends takes its connection with it."""
        from mynumber.institutions.portal.deliveries import connecting
        from mynumber.institutions.portal.identity import linking

        linking.when_ended(connecting.end_with_link)
