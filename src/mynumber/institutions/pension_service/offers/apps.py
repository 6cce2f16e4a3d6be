from django.apps import AppConfig


class OffersConfig(AppConfig):
    """Offers that are made without being asked."""

    name = "mynumber.institutions.pension_service.offers"
    label = "pension_offers"
    verbose_name = "プッシュ型の案内"
