from django.apps import AppConfig


class DeliveriesConfig(AppConfig):
    """Documents of private senders (民間送達)."""

    name = "mynumber.institutions.portal.deliveries"
    label = "portal_deliveries"
    verbose_name = "民間送達"
