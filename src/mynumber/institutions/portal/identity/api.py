"""What programs of services call: discovery, keys, token, userinfo, pushed requests, revocation, introspection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from authlib.oauth2.rfc6749 import OAuth2Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account import vault
from mynumber.institutions.portal.identity import keys, requests, sign_transactions, tokens
from mynumber.institutions.portal.identity.addresses import endpoint, issuer
from mynumber.institutions.portal.identity.claims import SCOPES
from mynumber.institutions.portal.identity.engine import (
    ALGORITHM,
    AUTHENTICATION_METHOD,
    server,
    single_values,
)
from mynumber.institutions.portal.identity.models import Client, SignTransaction, Token
from mynumber.webkit.access import public

KEYS_MAX_AGE = 300
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]{20,200})")


@public  # programs of services read it; nothing of a person is in it
@require_safe
@cache_control(public=True, max_age=KEYS_MAX_AGE)
def discovery(request: HttpRequest) -> HttpResponse:
    """OpenID Connect Discovery 1.0 and RFC 8414."""
    return _json(metadata())


@public  # public keys
@require_safe
@cache_control(public=True, max_age=KEYS_MAX_AGE)
def certs(request: HttpRequest) -> HttpResponse:
    """Every generation of the key that signs ID tokens (JWK Set), newest first."""
    return _json({"keys": [key.public.to_jwk() for key in keys.signing_keys()]})


@public  # the client proves itself with its assertion
@csrf_exempt  # no cookie has a say here
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Codes and client assertions in, tokens out."""
    tokens.forget_now_and_then(_now())
    return _engine(request, lambda: server().create_token_response(request))


@public  # the client proves itself with its assertion
@csrf_exempt  # no cookie has a say here
@require_POST
def par(request: HttpRequest) -> HttpResponse:
    """Pushed authorization requests (RFC 9126)."""

    def push() -> HttpResponse:
        uri, seconds = requests.push(single_values(lists(request.POST)), request.headers, now=_now())
        return _json({"request_uri": uri, "expires_in": seconds}, status=201)

    return _engine(request, push)


@public  # the client proves itself with its assertion
@csrf_exempt  # no cookie has a say here
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Token revocation (RFC 7009)."""
    return _engine(request, lambda: server().create_endpoint_response("revocation", request))


@public  # the client proves itself with its assertion
@csrf_exempt  # no cookie has a say here
@require_POST
def introspect(request: HttpRequest) -> HttpResponse:
    """Token introspection (RFC 7662), of a client's own tokens."""
    return _engine(request, lambda: server().create_endpoint_response("introspection", request))


@public  # the token proves what may be read
@csrf_exempt  # no cookie has a say here
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """Who signed in, for the service that holds the token."""
    held = bearer(request)
    if held is None or held[1].authorization is None:
        return unauthorized()
    text, found = held
    authorization = found.authorization
    assert authorization is not None  # noqa: S101 (checked above; for the type checker)
    claims: dict[str, object] = {"sub": keys.subject_of(authorization.account, found.client.sector)}
    if authorization.attributes is not None:
        claims |= msgspec.json.decode(vault.unseal(bytes(authorization.attributes), text.encode()))
    return _json(claims)


@public  # the client's own token proves it
@csrf_exempt  # no cookie has a say here
@require_POST
def create_sign_transaction(request: HttpRequest) -> HttpResponse:
    """Leave documents to be signed; the answer names the transaction for the authorization request."""
    client = _signing_client(request)
    if client is None:
        return unauthorized()
    try:
        transaction = sign_transactions.create(
            client, request.read(sign_transactions.MAXIMUM_BODY + 1), now=_now()
        )
    except sign_transactions.BadTransaction:
        return _json({"error": "invalid_request"}, status=400)
    seconds = int(sign_transactions.VALIDITY.total_seconds())
    return _json({"sign_transaction_id": transaction.transaction_id, "expires_in": seconds}, status=201)


@public  # the client's own token proves it
@csrf_exempt  # no cookie has a say here
@require_safe
def sign_transaction_result(request: HttpRequest, transaction_id: str) -> HttpResponse:
    """The signatures as a JWE to the client's key; 202 while they are awaited, 410 when the resident said no."""
    client = _signing_client(request)
    if client is None:
        return unauthorized()
    found = sign_transactions.of_client(transaction_id, client, now=_now())
    if found is None:
        return _json({"error": "not_found"}, status=404)
    if found.state == SignTransaction.State.SIGNED:
        response = HttpResponse(found.result, content_type="application/jose")
        response["Cache-Control"] = "no-store"
        return response
    return _json({"status": found.state}, status=202 if found.state == SignTransaction.State.WAITING else 410)


def _signing_client(request: HttpRequest) -> Client | None:
    """The client whose own token (client_credentials, scope sign) the request carries."""
    held = bearer(request)
    if held is None or held[1].authorization is not None or "sign" not in held[1].scope.split():
        return None
    return held[1].client


def bearer(request: HttpRequest) -> tuple[str, Token] | None:
    """The living access token of a request, from the header alone."""
    given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    found = tokens.living(given[1], now=_now()) if given else None
    return (given[1], found) if given and found else None


def unauthorized() -> HttpResponse:
    """401 as RFC 6750 3 wants it."""
    response = _json({"error": "invalid_token"}, status=401)
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def metadata() -> dict[str, object]:
    """What there is, in the words of discovery."""
    return {
        "issuer": issuer(),
        "authorization_endpoint": endpoint("auth"),
        "token_endpoint": endpoint("token"),
        "userinfo_endpoint": endpoint("userinfo"),
        "jwks_uri": endpoint("certs"),
        "pushed_authorization_request_endpoint": endpoint("par"),
        "revocation_endpoint": endpoint("revoke"),
        "introspection_endpoint": endpoint("introspect"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "scopes_supported": list(SCOPES),
        "acr_values_supported": ["aal3", "crl"],
        "claims_supported": [
            *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash"),
            *("name", "address", "birthdate", "gender"),
        ],
        "code_challenge_methods_supported": ["S256"],
        **{
            f"{name}_endpoint_auth_methods_supported": [AUTHENTICATION_METHOD]
            for name in ("token", "revocation", "introspection")
        },
        **{
            f"{name}_endpoint_auth_signing_alg_values_supported": [ALGORITHM]
            for name in ("token", "revocation", "introspection")
        },
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "require_pushed_authorization_requests": False,
        "ui_locales_supported": ["ja"],
        "service_documentation": endpoint("auth").partition("/api/")[0] + "/developers/",
    }


def lists(given: Mapping[str, object]) -> dict[str, list[str]]:
    """All values of each parameter of a QueryDict."""
    return {name: [str(value) for value in given.getlist(name)] for name in given}  # type: ignore[attr-defined]


def _engine(request: HttpRequest, work: object) -> HttpResponse:
    """Run a step; a refusal that Authlib does not turn into an answer by itself becomes one."""
    try:
        response: HttpResponse = work()  # type: ignore[operator]
    except OAuth2Error as error:
        response = server().handle_error_response(None, error)
    response["Cache-Control"] = "no-store"
    return response


def _json(content: object, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(content), status=status, content_type="application/json")


def _now() -> datetime:
    return datetime.now(UTC)
