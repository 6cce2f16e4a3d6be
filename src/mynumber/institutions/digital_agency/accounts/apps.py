from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The registry of receiving accounts."""

    name = "mynumber.institutions.digital_agency.accounts"
    label = "agency_accounts"
    verbose_name = "公金受取口座"
