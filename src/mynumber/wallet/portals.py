"""Whom this device works with: the portal, and the places with card readers. Their public origins, and where to connect.

A browser may arrive with any origin in its query, and anybody may invent a reader code. The device speaks to none but these, so that no page
can make it sign for a stranger or call an address of the stranger's choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from mynumber.protocols.sign_in import PortalClient, Reason, SignInRefused
from mynumber.webkit.environment import BadEnvironment, default_public_url, origin
from mynumber.webkit.face.houses import house_named

PORTAL = "portal"
WITH_READERS = ("municipality", "jlis", "pension_service", "digital_agency")
"""Institutions at whose counters a card may be read; the municipality always, the others where MYNUMBER_PUBLIC_URLS names them."""
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """An institution with card readers."""

    name: str
    title: str
    client: PortalClient


def known_portals(public_urls: Mapping[str, str], internal_urls: str) -> tuple[PortalClient, ...]:
    """The portals from the environment. Raises BadEnvironment naming the variable at fault.

    public_urls: public address by face. internal_urls: JSON object of the same names.
    """
    return (_client(PORTAL, public_urls, _internal(internal_urls)),)


def known_places(public_urls: Mapping[str, str], internal_urls: str) -> tuple[Place, ...]:
    """The places with readers, the municipality first. Arguments and errors as `known_portals`."""
    internal = _internal(internal_urls)
    return tuple(
        Place(name, house_named(name).name_ja, _client(name, public_urls, internal))
        for name in WITH_READERS
        if name == WITH_READERS[0] or name in public_urls
    )


def portal_of(portals: tuple[PortalClient, ...], asked: str) -> PortalClient:
    """The known portal of this origin. Raises SignInRefused(UNKNOWN_PORTAL)."""
    for portal in portals:
        if portal.public == asked:
            return portal
    raise SignInRefused(Reason.UNKNOWN_PORTAL)


def _internal(text: str) -> Mapping[str, str]:
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        raise _bad() from None


def _client(name: str, public_urls: Mapping[str, str], internal: Mapping[str, str]) -> PortalClient:
    try:
        public = origin(public_urls.get(name, default_public_url(name)))
        return PortalClient(public, origin(internal.get(name, _reachable(public))))
    except ValueError:
        raise _bad() from None


def _bad() -> BadEnvironment:
    return BadEnvironment(
        "MYNUMBER_INTERNAL_URLS must be a JSON object of names and absolute http or https URLs"
    )


def _reachable(public: str) -> str:
    """Browsers resolve `NAME.localhost` by themselves, programs may not (RFC 6761 says: loopback)."""
    parts = urlsplit(public)
    host = parts.hostname or ""
    if host != "localhost" and not host.endswith(".localhost"):
        return public
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{LOOPBACK}{port}"
