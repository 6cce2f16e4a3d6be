"""Contacts and alerts (連絡先)."""
