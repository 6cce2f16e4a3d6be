"""Contacts and alerts (連絡先)."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Contacts and alerts (連絡先)."""

    name = "mynumber.institutions.portal.contacts"
    label = "portal_contacts"
    verbose_name = "連絡先"

    def ready(self) -> None:
        """Contacts are deleted with the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.contacts import addresses

        closing.register("メールアドレス、ニックネーム、連絡の設定", addresses.forget)
