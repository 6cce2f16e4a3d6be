from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """OpenID Connect, the services a resident is linked with, and the developers' pages."""

    name = "mynumber.institutions.portal.identity"
    label = "portal_identity"
    verbose_name = "外部サービスとの連携"
