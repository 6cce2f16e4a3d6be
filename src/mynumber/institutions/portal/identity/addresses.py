"""Addresses of the identity provider. They have the shape of the government's sign-in application (a realm of Keycloak's form)."""

from __future__ import annotations

from django.conf import settings

from mynumber.webkit.environment import origin

REALM = "api/realms/main"
ENDPOINTS = f"{REALM}/protocol/openid-connect"


def issuer() -> str:
    """The issuer identifier: `iss` of tokens and of authorization responses."""
    return f"{origin(settings.PUBLIC_URL)}/{REALM}"


def endpoint(name: str) -> str:
    """Absolute address of one of auth, token, userinfo, certs, par, revoke, introspect."""
    return f"{origin(settings.PUBLIC_URL)}/{ENDPOINTS}/{name}"
