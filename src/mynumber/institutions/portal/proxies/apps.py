from django.apps import AppConfig


class ProxiesConfig(AppConfig):
    """Proxies (代理人)."""

    name = "mynumber.institutions.portal.proxies"
    label = "portal_proxies"
    verbose_name = "代理"
