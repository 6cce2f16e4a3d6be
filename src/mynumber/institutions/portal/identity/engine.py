"""The protocol engine: Authlib's authorization server for Django, narrowed to the one flow there is.

Authlib does: validation of authorization requests, code grant, PKCE, ID tokens, private_key_jwt, client_credentials, revocation,
introspection. By hand, because Authlib 1.9 has it not or not so that it fits: pushed requests, pairwise subjects, single-use codes
under concurrency, the `iss` of RFC 9207 (its extension expects another framework's response), userinfo, discovery (docs/protocols/openid-connect.md).
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast

from authlib.integrations.django_oauth2.authorization_server import (
    AuthorizationServer as DjangoAuthorizationServer,
)
from authlib.oauth2.rfc6749 import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oidc.core.grants import OpenIDCode
from django.http import HttpRequest, HttpResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.vault import digest
from mynumber.institutions.portal.identity import keys, sign_transactions, tokens
from mynumber.institutions.portal.identity.addresses import endpoint, issuer
from mynumber.institutions.portal.identity.claims import SCOPES
from mynumber.institutions.portal.identity.models import Authorization, Client, Token
from mynumber.webkit.prepared import Prepared, ask, given

ALGORITHM: Final = "ES256"
AUTHENTICATION_METHOD: Final = "private_key_jwt"
ID_TOKEN_VALIDITY = timedelta(minutes=5)
CODE_VALIDITY = timedelta(seconds=60)
LONGEST_ASSERTION = timedelta(hours=1)
"""How far ahead a client assertion may expire: so long its jti is remembered."""
CLOCK_LEEWAY = timedelta(seconds=60)
KEYS_KEPT = 256
"""Public keys of clients that a process keeps read."""
LONGEST_PARAMETER = 2000
LONGEST_STATE = 1024
LONGEST_NONCE = 255

_PARAMETER = re.compile(r"[\x20\x21\x23-\x5B\x5D-\x7E]*")
"""Printable ASCII without quote and backslash: what Authlib can repeat in an error (RFC 6749 4.1.2.1)."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")

Parameters = Mapping[str, str]


class Request(OAuth2Request):
    """What Authlib reads: parameters, wherever they came from (query, body, a pushed request)."""

    def __init__(self, method: str, parameters: Parameters, headers: Mapping[str, str] | None = None) -> None:
        # Authlib refuses addresses without https. Whether the outside has it is the operator's MYNUMBER_PUBLIC_URL; this process is behind a front.
        super().__init__(method, "https://portal.invalid/", headers=dict(headers or {}))
        self.payload: Any = BasicOAuth2Payload(dict(parameters))

    @property
    def args(self) -> Mapping[str, str]:
        """Never asked: everything is in the payload."""
        return {}

    @property
    def form(self) -> Mapping[str, str]:
        """Of a POST to the token endpoint and its neighbours."""
        data: Mapping[str, str] = self.payload.data
        return data


@dataclass(frozen=True, slots=True)
class Subject:
    """For whom tokens are made: the account, and how this client knows it."""

    account: Account
    subject: str


@dataclass(frozen=True, slots=True)
class Approval:
    """What the resident agreed to at the consent page."""

    account: Account
    scopes: tuple[str, ...]
    attributes: bytes | None
    """Plain JSON of the claims; sealed to the code at once."""
    authenticated_at: datetime
    level: str
    at: datetime


def single_values(values: Mapping[str, list[str]]) -> dict[str, str]:
    """Parameters that came once each, in harmless characters. Raises InvalidRequestError naming the parameter."""
    parameters: dict[str, str] = {}
    for name, found in values.items():
        if not _PARAMETER.fullmatch(name):
            raise InvalidRequestError("A parameter has a name that is none.")
        if len(found) != 1:
            raise InvalidRequestError(f"Multiple '{name}' in request.")
        if len(found[0]) > LONGEST_PARAMETER or not _PARAMETER.fullmatch(found[0]):
            raise InvalidRequestError(f"Invalid '{name}' in request.")
        parameters[name] = found[0]
    return parameters


class _CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [AUTHENTICATION_METHOD]  # noqa: RUF012 (Authlib's)

    def generate_authorization_code(self) -> str:
        return secrets.token_urlsafe(32)

    def save_authorization_code(self, code: str, request: Any) -> None:
        approval: Approval = request.user
        data = request.payload.data
        tokens.save_code(
            code,
            client=request.client,
            approval_account=approval.account,
            scope=" ".join(approval.scopes),
            redirect_uri=data["redirect_uri"],
            code_challenge=data["code_challenge"],
            nonce=data["nonce"],
            authenticated_at=approval.authenticated_at,
            level=approval.level,
            attributes=approval.attributes,
            now=approval.at,
            expires_at=approval.at + CODE_VALIDITY,
        )

    def query_authorization_code(self, code: str, client: Client) -> Authorization | None:
        return tokens.spend_code(code, client, now=_now())

    def delete_authorization_code(self, authorization_code: Authorization) -> None:
        """It was spent when it was looked up; the row stays so that a second use is noticed."""

    def authenticate_user(self, authorization_code: Authorization) -> Subject:
        client: Any = self.request.client
        return Subject(authorization_code.account, keys.subject_of(authorization_code.account, client.sector))


class _Pkce(CodeChallenge):
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 (Authlib's)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is required: 'code_challenge_method' must be S256.")
        if not _CHALLENGE.fullmatch(data.get("code_challenge", "")):
            raise InvalidRequestError("PKCE is required: invalid 'code_challenge'.")


class _Profile:
    """What this provider asks of an authorization request beyond Authlib's checks."""

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self.validate)

    @staticmethod
    def validate(grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not 1 <= len(data.get("state", "")) <= LONGEST_STATE:
            raise InvalidRequestError("'state' is required, of at most 1024 characters.")
        if not 1 <= len(data.get("nonce", "")) <= LONGEST_NONCE:
            raise InvalidRequestError("'nonce' is required, of at most 255 characters.")
        if "openid" not in data.get("scope", "").split():
            raise InvalidScopeError("'scope' must have openid.")
        if data.get("response_mode", "query") != "query":
            raise InvalidRequestError("'response_mode' must be query.")
        if "request" in data:
            raise OAuth2Error("Request objects are not supported.", error="request_not_supported")
        if "request_uri" in data:
            raise OAuth2Error("Only a pushed request may be named.", error="request_uri_not_supported")
        if "registration" in data:
            raise OAuth2Error("Clients are registered before.", error="registration_not_supported")
        wanted = data.get("sign_transaction_id")
        if ("sign" in data["scope"].split()) is not (wanted is not None):
            raise InvalidRequestError("The scope sign and a 'sign_transaction_id' go together.")
        if wanted is not None and not sign_transactions.is_waiting(wanted, grant.request.client, now=_now()):
            raise InvalidRequestError("There is no such transaction of this client to sign.")


class _IdToken(OpenIDCode):
    def exists_nonce(self, nonce: str, request: Request) -> bool:
        """The client compares its nonce; a page that is reloaded asks again with the same one."""
        return False

    def resolve_client_private_key(self, client: Client) -> Any:
        return keys.signing_keys()[0].jose

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": ALGORITHM, "kid": keys.signing_keys()[0].kid}

    def get_client_claims(self, client: Client) -> dict[str, object]:
        now = int(_now().timestamp())
        return {
            "iss": issuer(),
            "aud": client.client_id,
            "iat": now,
            "exp": now + int(ID_TOKEN_VALIDITY.total_seconds()),
        }

    def generate_user_info(self, user: Subject, scope: str) -> dict[str, str]:
        """Attributes are at the userinfo endpoint alone: an ID token is kept in too many places."""
        return {"sub": user.subject}


class _ClientsOwnToken(ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [AUTHENTICATION_METHOD]  # noqa: RUF012 (Authlib's)

    def validate_token_request(self) -> None:
        inherited: Any = super()
        inherited.validate_token_request()
        request: Any = self.request
        if request.payload.scope != "sign":
            raise InvalidScopeError("A client's own token is for the scope sign.")


class _ClientAssertion(JWTBearerClientAssertion):
    CLIENT_AUTH_METHOD = AUTHENTICATION_METHOD

    def get_audiences(self) -> list[str]:
        return [issuer(), endpoint("token")]

    def resolve_client_public_key(self, client: Client) -> KeySet:
        return KeySet([_imported(tuple(jwk.items())) for jwk in client.keys["keys"] if jwk["use"] == "sig"])

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> Any:
        # A client with one key need not name it, so each of its few keys may be the one.
        for key in resolve_key.keys:
            try:
                token = jwt.decode(assertion, key, algorithms=[ALGORITHM])
            except (JoseError, ValueError):
                continue
            self.verify_claims(token.claims)
            return token.claims
        raise InvalidClientError("The client assertion does not verify.")

    def authenticate_client(self, client: Client) -> Client:
        now = _now()
        if client.last_used_at is None or client.last_used_at < now - timedelta(days=1):
            Client.objects.filter(pk=client.pk).update(last_used_at=now)
        return client

    def verify_claims(self, claims: Any) -> None:
        if not isinstance(claims.get("aud"), str):
            # one receiver: an assertion for several is one that another of them may carry here
            raise InvalidClientError("'aud' must be one text.")
        expires = claims.get("exp")
        latest = (_now() + LONGEST_ASSERTION + CLOCK_LEEWAY).timestamp()
        if not isinstance(expires, int) or isinstance(expires, bool) or expires > latest:
            raise InvalidClientError("'exp' must be within an hour.")
        try:
            super().verify_claims(claims)
        except (TypeError, ValueError):
            raise InvalidClientError("A claim of the assertion is malformed.") from None

    def validate_jti(self, claims: Any, jti: Any) -> bool:
        if not isinstance(jti, str) or not 1 <= len(jti) <= 255:
            return False
        expires_at = datetime.fromtimestamp(claims["exp"], UTC) + CLOCK_LEEWAY
        _, added = ask(
            "INSERT INTO assertion (digest, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [digest(f"{claims['sub']}\n{jti}"), expires_at],
        )
        return added == 1


@lru_cache(maxsize=KEYS_KEPT)
def _imported(jwk: tuple[tuple[str, str], ...]) -> ECKey:
    return ECKey.import_key(dict(jwk))


class _Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = [AUTHENTICATION_METHOD]  # noqa: RUF012 (Authlib's)

    def query_token(self, token: str, hint: str | None) -> Token | None:
        return tokens.find(token)

    def revoke_token(self, token: Token, request: Request) -> None:
        tokens.revoke(token, now=_now())


class _Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = [AUTHENTICATION_METHOD]  # noqa: RUF012 (Authlib's)

    def query_token(self, token: str, hint: str | None) -> Token | None:
        return tokens.living(token, now=_now())

    def check_permission(self, token: Token, client: Client, request: Request) -> bool:
        return bool(token.check_client(client))

    def create_introspection_payload(self, token: Token | None) -> dict[str, object]:
        if token is None:
            return {"active": False}
        payload = {
            "active": True,
            "iss": issuer(),
            "client_id": token.client_id,
            "token_type": "Bearer",
            "scope": token.scope,
            "exp": int(token.expires_at.timestamp()),
            "iat": int(token.issued_at.timestamp()),
        }
        if token.authorization is not None:
            payload["sub"] = keys.subject_of(token.authorization.account, token.client.sector)
        return payload


class Server(DjangoAuthorizationServer):
    """The server with everything registered; without state of its own."""

    def __init__(self) -> None:
        inherited: Any = super()
        inherited.__init__(Client, Token)
        self.scopes_supported = SCOPES
        self._register()

    def _register(self: Any) -> None:
        assertion, pkce, id_token = (cast(Any, part) for part in (_ClientAssertion, _Pkce, _IdToken))
        self.register_token_generator(
            "default",
            BearerTokenGenerator(
                lambda **_: secrets.token_urlsafe(32),
                expires_generator=int(tokens.ACCESS_VALIDITY.total_seconds()),
            ),
        )
        self.register_client_auth_method(AUTHENTICATION_METHOD, assertion())
        self.register_grant(_CodeGrant, [pkce(), _Profile(), id_token(require_nonce=True)])
        self.register_grant(_ClientsOwnToken)
        self.register_endpoint(_Revocation)
        self.register_endpoint(_Introspection)

    def query_client(self, client_id: str) -> Client | None:
        """The client of this name; without a question where `known_client` says it."""
        known = _known.get()
        if known is not None and known.client_id == client_id:
            return known
        return _CLIENT.first(id=client_id)

    def create_oauth2_request(self, request: HttpRequest | Request) -> Request:
        """A Request as it is; of Django's, the body alone: what proves a client does not stand in an address."""
        if isinstance(request, Request):
            return request
        values: defaultdict[str, list[str]] = defaultdict(list)
        for name in request.POST:
            values[name] = [str(value) for value in request.POST.getlist(name)]
        return Request(request.method or "", single_values(values), request.headers)

    def save_token(self, token: Mapping[str, Any], request: Any) -> None:
        """Keep the digest; attributes move from the code to the token."""
        tokens.save(
            token["access_token"],
            client=request.client,
            scope=token["scope"],
            authorization=request.authorization_code,
            code=request.payload.data.get("code"),
            now=_now(),
        )

    def handle_response(self, status_code: int, payload: Any, headers: list[tuple[str, str]]) -> HttpResponse:
        """Every redirect says who answers (RFC 9207); nothing here may be cached."""
        inherited: Any = super()
        response: HttpResponse = inherited.handle_response(status_code, payload, headers)
        if response.has_header("Location"):
            response["Location"] = tokens.with_parameters(response["Location"], {"iss": issuer()})
        response["Cache-Control"] = "no-store"
        return response

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


_CLIENT = Prepared(lambda: Client.objects.filter(pk=given("id")))
_known: ContextVar[Client | None] = ContextVar("known client", default=None)


@contextmanager
def known_client(client: Client | None) -> Iterator[None]:
    """Until the end of the block the engine need not look this client up: its row was just read."""
    token = _known.set(client)
    try:
        yield
    finally:
        _known.reset(token)


@lru_cache(maxsize=1)
def server() -> Any:
    """The engine of this process: a Server. Any, because Authlib says no types."""
    return Server()


def _now() -> datetime:
    return datetime.now(UTC)
