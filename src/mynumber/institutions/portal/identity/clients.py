"""Registration of services (RP): a name, where the browser goes back to, and the public keys they prove themselves with."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from mynumber.institutions.portal.account.vault import digest
from mynumber.institutions.portal.identity.claims import SCOPES
from mynumber.institutions.portal.identity.models import Client

MAXIMUM_REDIRECTS = 10
LONGEST_REDIRECT = 500
MAXIMUM_KEYS = 5
SMALLEST_RSA = 2048
LONGEST_NAME = 60
SIGNING_USE, ENCRYPTION_USE = "sig", "enc"
ENCRYPTION_ALGORITHMS = {"EC": "ECDH-ES+A256KW", "RSA": "RSA-OAEP-256"}

_URI = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")
_LOOPBACK_NAME = re.compile(r"(.+\.)?localhost")


class Fault(StrEnum):
    """What is wrong with a registration; the value names the field."""

    NAME = "name"
    REDIRECT_URI = "redirect_uris"
    HOSTS = "hosts"
    """Redirect URIs of several hosts: subjects would not be pairwise."""
    KEYS = "keys"
    PRIVATE_KEY = "private_key"
    """A private key was sent where the public one belongs."""
    NO_SIGNING_KEY = "no_signing_key"
    NO_ENCRYPTION_KEY = "no_encryption_key"
    """Signatures are asked for and there is no key to encrypt results to."""
    SCOPES = "scopes"
    INITIATE_LOGIN_URI = "initiate_login_uri"


class RegistrationRefused(Exception):
    """A service cannot be registered so."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"registration refused: {fault.value}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Registered:
    """A new client, and the secret with which its developer manages it; the secret is shown once."""

    client: Client
    management_secret: str = field(repr=False)


def register(
    *,
    name: str,
    redirect_uris: Sequence[str],
    keys: Sequence[Mapping[str, str]],
    scopes: Sequence[str],
    now: datetime,
    initiate_login_uri: str = "",
) -> Registered:
    """Take a service in. keys: public JWKs. Raises RegistrationRefused with the first fault.

    initiate_login_uri: where a resident who moves on from here begins to sign in; of the same origin as a redirect URI.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RegistrationRefused(Fault.NAME)
    if "openid" not in scopes or not set(scopes) <= set(SCOPES):
        raise RegistrationRefused(Fault.SCOPES)
    uris = list(dict.fromkeys(redirect_uris))
    if not 1 <= len(uris) <= MAXIMUM_REDIRECTS or not all(map(is_redirect_uri, uris)):
        raise RegistrationRefused(Fault.REDIRECT_URI)
    origins = {urlsplit(uri)[:2] for uri in uris}
    if initiate_login_uri and (
        not is_redirect_uri(initiate_login_uri) or urlsplit(initiate_login_uri)[:2] not in origins
    ):
        raise RegistrationRefused(Fault.INITIATE_LOGIN_URI)
    public = [_public_key(key) for key in keys]
    if not 1 <= len(public) <= MAXIMUM_KEYS:
        raise RegistrationRefused(Fault.KEYS)
    uses = {key["use"] for key in public}
    if SIGNING_USE not in uses:
        raise RegistrationRefused(Fault.NO_SIGNING_KEY)
    if "sign" in scopes and ENCRYPTION_USE not in uses:
        raise RegistrationRefused(Fault.NO_ENCRYPTION_KEY)
    client_id = "rp-" + secrets.token_urlsafe(12)
    secret = secrets.token_urlsafe(32)
    client = Client.objects.create(
        client_id=client_id,
        name=name,
        redirect_uris=uris,
        sector=sector_of(uris, client_id),
        keys={"keys": public},
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        management=digest(secret),
        initiate_login_uri=initiate_login_uri,
        registered_at=now,
    )
    return Registered(client, secret)


def is_redirect_uri(uri: str) -> bool:
    """https anywhere, http on the developer's own machine, or an app's own scheme with a dot (RFC 8252 7)."""
    if len(uri) > LONGEST_REDIRECT or not _URI.fullmatch(uri) or "#" in uri or "*" in uri:
        return False
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None:
        return False
    if parts.scheme == "https":
        return bool(host)
    if parts.scheme == "http":
        return bool(host) and is_loopback(host or "")
    return _PRIVATE_SCHEME.fullmatch(parts.scheme) is not None


def is_loopback(host: str) -> bool:
    """Whether a host is the machine itself."""
    if _LOOPBACK_NAME.fullmatch(host):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def sector_of(uris: Sequence[str], client_id: str) -> str:
    """The one host of the redirect URIs; a client on a developer's machine or in an app is a sector of its own.

    Nobody can choose a sector: who could, would see the subjects of somebody else's service. Raises RegistrationRefused(HOSTS).
    """
    hosts = {urlsplit(uri).hostname or "" for uri in uris}
    if all(not host or is_loopback(host) for host in hosts):
        return client_id
    if len(hosts) != 1:
        raise RegistrationRefused(Fault.HOSTS)
    return hosts.pop()


def encryption_key(client: Client) -> tuple[ECKey | RSAKey, str] | None:
    """The key that results are encrypted to, and the algorithm; None when there is none."""
    for jwk in client.keys["keys"]:
        if jwk["use"] == ENCRYPTION_USE:
            key = import_key(jwk)
            if isinstance(key, ECKey | RSAKey):
                return key, ENCRYPTION_ALGORITHMS[jwk["kty"]]
    return None


def _public_key(jwk: Mapping[str, str]) -> dict[str, str]:
    """One spelling of a public key: P-256 to sign or to encrypt to, RSA to encrypt to."""
    if not isinstance(jwk, Mapping) or not all(isinstance(value, str) for value in jwk.values()):
        raise RegistrationRefused(Fault.KEYS)
    if {"d", "p", "q", "dp", "dq", "qi", "k"} & set(jwk):
        raise RegistrationRefused(Fault.PRIVATE_KEY)
    use = jwk.get("use", SIGNING_USE)
    try:
        key = import_key(dict(jwk))
        is_ec = isinstance(key, ECKey) and key.curve_name == "P-256"
        is_rsa = isinstance(key, RSAKey) and key.public_key.key_size >= SMALLEST_RSA
        if not (is_ec or (is_rsa and use == ENCRYPTION_USE)) or use not in {SIGNING_USE, ENCRYPTION_USE}:
            raise RegistrationRefused(Fault.KEYS)
        kid = jwk.get("kid") or key.thumbprint()
        return {**{n: str(v) for n, v in key.as_dict(private=False).items()}, "use": use, "kid": kid[:128]}
    except (JoseError, ValueError, TypeError, KeyError):
        raise RegistrationRefused(Fault.KEYS) from None
