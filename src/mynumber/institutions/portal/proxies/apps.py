"""Proxies (代理人)."""

from django.apps import AppConfig


class ProxiesConfig(AppConfig):
    """Proxies (代理人)."""

    name = "mynumber.institutions.portal.proxies"
    label = "portal_proxies"
    verbose_name = "代理人"

    def ready(self) -> None:
        """Proxies end with the account."""
        from mynumber.institutions.portal.account import closing
        from mynumber.institutions.portal.proxies import granting

        closing.register("代理の登録（どちらの側も終わります）", granting.end_all)
