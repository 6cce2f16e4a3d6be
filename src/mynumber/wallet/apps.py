"""The device as a Django app. It has no tables: cards are files."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """Label `wallet`."""

    name = "mynumber.wallet"
    label = "wallet"
    verbose_name = "住民の端末"
