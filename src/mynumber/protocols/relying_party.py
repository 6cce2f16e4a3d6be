"""A relying party of OpenID Connect, as the portal is for other sites and other sites are for the portal.

Code flow with PKCE (S256), state, nonce, `iss` in the answer (RFC 9207), private_key_jwt with ES256; nothing else is offered or taken. What belongs to one
attempt (`Started`) stays in the browser's session of the institution that began it, and is taken out before it is used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from mynumber.foundation.envelope import SigningKey

TIMEOUT_SECONDS: Final = 10.0
LARGEST_ANSWER: Final = 64 * 1024
ASSERTION_LIFETIME: Final = timedelta(minutes=1)
CLOCK_LEEWAY: Final = timedelta(seconds=30)
LONGEST_CODE: Final = 500
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHM: Final = "ES256"


class Fault(StrEnum):
    """Why a sign-in elsewhere came to nothing."""

    STATE = "state"
    """No attempt of this browser session has this state: another browser, another person, or used already."""
    MIX_UP = "mix_up"
    """The answer is from another issuer than was asked."""
    DECLINED = "declined"
    """The other side answered with an error."""
    UNREACHABLE = "unreachable"
    BAD_PROVIDER = "bad_provider"
    """What the provider says of itself does not fit its registration."""
    CODE_REFUSED = "code_refused"
    BAD_TOKEN = "bad_token"  # noqa: S105 (a name)


class SignInElsewhereRefused(Exception):
    """Nobody was proven. `error`: the word of the other side, where it gave one."""

    def __init__(self, fault: Fault, error: str = "") -> None:
        super().__init__(f"sign-in elsewhere refused: {fault.value}")
        self.fault = fault
        self.error = error


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider: its issuer, and where this process reaches it."""

    issuer: str
    reach: str
    """Origin for calls between processes, where it is another than the issuer's."""
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


@dataclass(frozen=True, slots=True)
class Party:
    """This institution at one provider."""

    client_id: str
    redirect_uri: str
    key: SigningKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Started:
    """One attempt. Keep `secrets()` in the browser's session and send the browser to `address`."""

    address: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def secrets(self) -> dict[str, str]:
        """What `redeem` needs again."""
        return {"nonce": self.nonce, "verifier": self.verifier}


@dataclass(frozen=True, slots=True)
class Proven:
    """Who the provider says was there."""

    issuer: str
    subject: str = field(repr=False)
    acr: str
    auth_time: int


def discover(issuer: str, *, reach: str = "") -> Provider:
    """Read the provider's own description. Raises SignInElsewhereRefused."""
    reach = reach or _origin(issuer)
    path = f"{urlsplit(issuer).path.rstrip('/')}/.well-known/openid-configuration"
    found = _json(_call("GET", reach, path, host=issuer))
    if found.get("issuer") != issuer:
        raise SignInElsewhereRefused(Fault.BAD_PROVIDER)
    ends = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    # All of them are the issuer's own: whoever writes this file can otherwise send browser and assertion anywhere.
    if not all(isinstance(end, str) and end.startswith(f"{_origin(issuer)}/") for end in ends):
        raise SignInElsewhereRefused(Fault.BAD_PROVIDER)
    return Provider(issuer, reach, *map(str, ends))


def keys_of(issuer: str, *, reach: str = "") -> dict[str, Any]:
    """A provider's published keys (JWK Set). Raises SignInElsewhereRefused."""
    provider = discover(issuer, reach=reach)
    return _json(_call("GET", provider.reach, urlsplit(provider.jwks_uri).path, host=issuer))


def begin(provider: Provider, party: Party, *, scope: str = "openid", prompt: str = "") -> Started:
    """A new attempt."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    parameters = {
        "response_type": "code",
        "client_id": party.client_id,
        "redirect_uri": party.redirect_uri,
        "scope": scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        **({"prompt": prompt} if prompt else {}),
    }
    joint = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    address = f"{provider.authorization_endpoint}{joint}{urlencode(parameters)}"
    return Started(address, state, nonce, verifier)


def challenge_of(verifier: str) -> str:
    """PKCE S256 (RFC 7636 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def check_answer(answer: Mapping[str, str], issuer: str) -> str:
    """The code of the answer to an attempt at this issuer. Raises SignInElsewhereRefused.

    The answer names its issuer, errors too (RFC 9207): without it a dishonest provider could be handed an honest one's code.
    """
    if answer.get("iss") != issuer:
        raise SignInElsewhereRefused(Fault.MIX_UP)
    code = answer.get("code", "")
    if "error" in answer or not 1 <= len(code) <= LONGEST_CODE:
        raise SignInElsewhereRefused(Fault.DECLINED, answer.get("error", "")[:40])
    return code


def redeem(provider: Provider, party: Party, *, code: str, kept: Mapping[str, str], now: datetime) -> Proven:
    """Hand the code in and read the ID token. kept: `Started.secrets` of the attempt. Raises SignInElsewhereRefused."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": party.redirect_uri,
        "code_verifier": kept["verifier"],
        "client_id": party.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(party, provider.issuer, now=now),
    }
    body = urlencode(form).encode()
    path = urlsplit(provider.token_endpoint).path
    answer = _json(_call("POST", provider.reach, path, host=provider.issuer, body=body), Fault.CODE_REFUSED)
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise SignInElsewhereRefused(Fault.BAD_TOKEN)
    keys = _json(_call("GET", provider.reach, urlsplit(provider.jwks_uri).path, host=provider.issuer))
    return read_id_token(
        token, keys, issuer=provider.issuer, client_id=party.client_id, nonce=kept["nonce"], now=now
    )


def assertion(party: Party, audience: str, *, now: datetime) -> str:
    """A client assertion (RFC 7523), for one audience, good once."""
    claims = {
        "iss": party.client_id,
        "sub": party.client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(16),
        "iat": int(now.timestamp()),
        "exp": int((now + ASSERTION_LIFETIME).timestamp()),
    }
    return jwt.encode(
        {"alg": ALGORITHM, "kid": party.key.kid}, claims, party.key.jose, algorithms=[ALGORITHM]
    )


def read_id_token(
    token: str, keys: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> Proven:
    """Check an ID token (OpenID Connect Core 3.1.3.7). Raises SignInElsewhereRefused."""
    claims = _verified(token, keys)
    begun, ended = claims.get("iat"), claims.get("exp")
    subject = claims.get("sub")
    fits = (
        claims.get("iss") == issuer
        and claims.get("aud") == client_id
        and isinstance(claims.get("nonce"), str)
        and hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode())
        and isinstance(subject, str)
        and 1 <= len(subject) <= 255
        and isinstance(begun, int)
        and isinstance(ended, int)
        and begun <= (now + CLOCK_LEEWAY).timestamp()
        and ended >= (now - CLOCK_LEEWAY).timestamp()
    )
    if not fits:
        raise SignInElsewhereRefused(Fault.BAD_TOKEN)
    moment = claims.get("auth_time")
    return Proven(
        issuer,
        str(subject),
        str(claims.get("acr", ""))[:100],
        moment if isinstance(moment, int) and not isinstance(moment, bool) else int(begun or 0),
    )


def _verified(token: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    listed = keys.get("keys")
    for jwk in listed if isinstance(listed, list) else []:
        try:
            key = ECKey.import_key(dict(jwk))
            return dict(jwt.decode(token, key, algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    raise SignInElsewhereRefused(Fault.BAD_TOKEN)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _json(answer: tuple[int, bytes], refused: Fault = Fault.UNREACHABLE) -> dict[str, Any]:
    status, body = answer
    if status != http.client.OK:
        raise SignInElsewhereRefused(refused)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise SignInElsewhereRefused(Fault.BAD_PROVIDER) from None
    if not isinstance(found, dict):
        raise SignInElsewhereRefused(Fault.BAD_PROVIDER)
    return found


def _call(method: str, reach: str, path: str, *, host: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Ask once; redirects are not followed. Raises SignInElsewhereRefused(UNREACHABLE)."""
    parts = urlsplit(reach)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SignInElsewhereRefused(Fault.UNREACHABLE)
    connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    headers = {"Host": urlsplit(host).netloc, "Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException):
        raise SignInElsewhereRefused(Fault.UNREACHABLE) from None
    finally:
        connection.close()
