"""The portals this device works with: their public origins, and where to connect.

A browser may arrive with any origin in its query. The device speaks to none but these, so that no page can make it
sign for a stranger or call an address of the stranger's choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from mynumber.protocols.sign_in import PortalClient, Reason, SignInRefused
from mynumber.webkit.environment import BadEnvironment, default_public_url, origin

PORTAL = "portal"
LOOPBACK = "127.0.0.1"


def known_portals(public_urls: Mapping[str, str], internal_urls: str) -> tuple[PortalClient, ...]:
    """The portals from the environment. Raises BadEnvironment naming the variable at fault.

    public_urls: public address by face. internal_urls: JSON object of the same names.
    """
    try:
        internal = msgspec.json.decode(internal_urls, type=dict[str, str])
        public = origin(public_urls.get(PORTAL, default_public_url(PORTAL)))
        return (PortalClient(public, origin(internal.get(PORTAL, _reachable(public)))),)
    except (msgspec.DecodeError, ValueError):
        raise BadEnvironment(
            "MYNUMBER_INTERNAL_URLS must be a JSON object of names and absolute http or https URLs"
        ) from None


def portal_of(portals: tuple[PortalClient, ...], asked: str) -> PortalClient:
    """The known portal of this origin. Raises SignInRefused(UNKNOWN_PORTAL)."""
    for portal in portals:
        if portal.public == asked:
            return portal
    raise SignInRefused(Reason.UNKNOWN_PORTAL)


def _reachable(public: str) -> str:
    """Browsers resolve `NAME.localhost` by themselves, programs may not (RFC 6761 says: loopback)."""
    parts = urlsplit(public)
    host = parts.hostname or ""
    if host != "localhost" and not host.endswith(".localhost"):
        return public
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{LOOPBACK}{port}"
