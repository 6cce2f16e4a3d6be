from django.apps import AppConfig


class AccountConfig(AppConfig):
    """Sign-in with the card, sessions and accounts."""

    name = "mynumber.institutions.portal.account"
    label = "portal_account"
    verbose_name = "利用者"
