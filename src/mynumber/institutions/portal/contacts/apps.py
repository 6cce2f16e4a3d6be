from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Contacts and alerts (連絡先)."""

    name = "mynumber.institutions.portal.contacts"
    label = "portal_contacts"
    verbose_name = "連絡先"
