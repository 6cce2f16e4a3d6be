"""A service (relying party) that a test drives by hand, so that it can also do what no library would let it do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client as DjangoClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from mynumber.institutions.portal.identity import clients
from mynumber.institutions.portal.identity.claims import SCOPES
from mynumber.protocols import sign_in
from tests.institutions.portal.house import PUBLIC, Browser, Holder, House

ISSUER = f"{PUBLIC}/api/realms/main"
ENDPOINTS = "/api/realms/main/protocol/openid-connect"
CALLBACK = "https://shop.example/callback"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Attempt:
    """What a service remembers of one sign-in."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(slots=True)
class Service:
    """One registered client and its programs' way to the provider."""

    client_id: str
    key: ECKey
    encryption: ECKey
    callback: str
    management: str
    http: DjangoClient = field(
        default_factory=lambda: DjangoClient(headers={"host": "portal.localhost:8000"})
    )

    @classmethod
    def register(
        cls,
        name: str = "見本商店",
        *,
        callbacks: tuple[str, ...] = (CALLBACK,),
        scopes: tuple[str, ...] = SCOPES,
    ) -> Service:
        key, encryption = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
        jwks = [
            {**key.as_dict(private=False), "use": "sig"},
            {**encryption.as_dict(private=False), "use": "enc"},
        ]
        done = clients.register(
            name=name,
            redirect_uris=callbacks,
            keys=[{n: str(v) for n, v in jwk.items()} for jwk in jwks],
            scopes=scopes,
            now=now(),
        )
        return cls(done.client.client_id, key, encryption, callbacks[0], done.management_secret)

    # what a service sends ------------------------------------------------------------------------

    def parameters(self, attempt: Attempt, **changes: str | None) -> dict[str, str]:
        """An authorization request; None takes a parameter out."""
        given: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in given.items() if value is not None}

    def assertion(self, *, header: Mapping[str, str] | None = None, key: Any = None, **changes: Any) -> str:
        """A client assertion; None takes a claim out."""
        at = int(now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "exp": at + 60,
            "iat": at,
            "jti": secrets.token_urlsafe(16),
            **changes,
        }
        head = {"alg": "ES256", **(header or {})}
        return jwt.encode(
            head,
            {name: value for name, value in claims.items() if value is not None},
            key or self.key,
            algorithms=[head["alg"]],
        )

    def post(self, endpoint: str, *, assertion: str | None = None, **fields: str) -> Any:
        """A request to one of the endpoints, with the proof of who asks."""
        proof = {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion() if assertion is None else assertion,
        }
        return self.http.post(
            f"{ENDPOINTS}/{endpoint}",
            urlencode({**proof, **fields}),
            content_type="application/x-www-form-urlencoded",
        )

    def redeem(self, code: str, attempt: Attempt, *, assertion: str | None = None, **changes: str) -> Any:
        """Trade a code in."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": attempt.verifier,
            **changes,
        }
        return self.post("token", assertion=assertion, **fields)

    def userinfo(self, token: str) -> Any:
        return self.http.get(f"{ENDPOINTS}/userinfo", headers={"authorization": f"Bearer {token}"})

    def claims(self, id_token: str) -> dict[str, Any]:
        """An ID token, verified with the published keys."""
        published = KeySet.import_key_set(self.http.get(f"{ENDPOINTS}/certs").json())
        token = jwt.decode(id_token, published, algorithms=["ES256"])
        return dict(token.claims)


@dataclass(slots=True)
class Visitor:
    """A resident with a card and a browser, on the way into a service."""

    house: House
    holder: Holder
    browser: Browser = field(default_factory=Browser)

    def arrive(self, parameters: Mapping[str, str]) -> str:
        """From the service to the page that says who asks: the path of the interaction."""
        response = self.browser.get(f"{ENDPOINTS}/auth", parameters)
        if response.status_code == 303:  # a pushed request
            return str(response.headers["Location"])
        assert response.status_code == 200, response.content.decode()
        found = re.search(r'action="(/connect/[A-Za-z0-9_-]{22})/card"', response.content.decode())
        assert found is not None
        return found[1]

    def use_card(self, page: str, holder: Holder | None = None) -> str:
        """Prove the card at the device and come back: the path that the browser is led on to."""
        response: Any = self.browser.post_form(page, f"{page}/card")
        assert response.status_code == 303, response.content.decode()
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        asked = self.house.device.fetch(query["request"][0], now=now())
        accepted = self.house.device.respond(asked, (holder or self.holder).answer(asked))
        back = self.browser.get(sign_in.finish_url(asked, accepted).removeprefix(PUBLIC))
        assert back.status_code == 200, back.content.decode()
        return led_to(back)

    def decide(self, page: str, answer: str = "yes", **fields: Any) -> str:
        """Answer the consent page: where the browser is led."""
        response: Any = self.browser.post_form(page, f"{page}/answer", answer=answer, **fields)
        assert response.status_code == 200, response.content.decode()
        return led_to(response)

    def sign_in(self, service: Service, attempt: Attempt, *, remember: bool = False, **changes: str) -> str:
        """All of it: the code."""
        page = self.use_card(self.arrive(service.parameters(attempt, **changes)))
        scopes = [scope for scope in changes.get("scope", "openid").split() if scope != "openid"]
        fields: dict[str, Any] = {"scopes_given": scopes} if scopes else {}
        if remember:
            fields["remember"] = "on"
        return answer_of(self.decide(page, **fields))["code"]


def led_to(response: Any) -> str:
    """Where a page leads on to by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode())
    assert found is not None
    return found[1].replace("&amp;", "&")


def answer_of(address: str) -> dict[str, str]:
    """The parameters with which a browser comes back to a service."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def header_of(token: str) -> dict[str, Any]:
    """The header of a JWT, unverified."""
    part = token.split(".")[0]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded
