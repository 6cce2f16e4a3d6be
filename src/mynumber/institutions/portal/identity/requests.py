"""Authorization requests: straight from a browser, or pushed by the client before (RFC 9126)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749 import (
    InvalidRequestError,
    OAuth2Error,
)

from mynumber.institutions.portal.account.vault import digest
from mynumber.institutions.portal.identity.engine import (
    AUTHENTICATION_METHOD,
    Parameters,
    Request,
    known_client,
    server,
)
from mynumber.institutions.portal.identity.models import Client, PushedRequest

PUSHED = "urn:ietf:params:oauth:request_uri:"
PUSHED_VALIDITY = timedelta(seconds=90)
_SOMEBODY = object()
_PROOF_OF_CLIENT = ("client_assertion", "client_assertion_type")


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that may go on to the resident."""

    client: Client
    parameters: Parameters
    grant: Any
    """Authlib's, for the answer."""
    request: Any
    """Authlib's, too."""


def check(parameters: Parameters, client: Client | None = None) -> Asked:
    """What a client asks, checked. Raises OAuth2Error; its redirect_uri is set only when that address is the client's own.

    client: as it is now, where the caller has it; else it is looked up.
    """
    request: Any = Request("GET", parameters)
    # Authlib refuses prompt=none where nobody is said to be there; whether somebody is, `moving_on` decides.
    silent = parameters.get("prompt") == "none"
    with known_client(client):
        grant = server().get_consent_grant(request, end_user=_SOMEBODY if silent else None)
    return Asked(request.client, dict(parameters), grant, request)


def push(parameters: Parameters, headers: Any, *, now: datetime) -> tuple[str, int]:
    """Keep the request of a client that proved itself: its request_uri and how many seconds it lives. Raises OAuth2Error."""
    request = Request("POST", parameters, headers)
    client = server().authenticate_client(request, [AUTHENTICATION_METHOD], "pushed_authorization_request")
    wanted = {name: value for name, value in parameters.items() if name not in _PROOF_OF_CLIENT}
    if "request_uri" in wanted:
        raise InvalidRequestError("A pushed request cannot name another one.")
    if wanted.get("client_id", client.client_id) != client.client_id:
        raise InvalidRequestError("'client_id' is another client.")
    wanted["client_id"] = client.client_id
    try:
        check(wanted)
    except OAuth2Error as error:
        error.redirect_uri = None  # the answer goes to the client, not to a browser
        raise
    return keep(wanted, client, now=now), int(PUSHED_VALIDITY.total_seconds())


def take(parameters: Parameters, *, now: datetime) -> Parameters:
    """The parameters that count: those given, or those that were pushed, once. Raises InvalidRequestError."""
    uri = parameters.get("request_uri", "")
    if not uri.startswith(PUSHED):
        return parameters
    if set(parameters) != {"request_uri", "client_id"}:
        raise InvalidRequestError("Beside a pushed request there is only 'client_id'.")
    row = PushedRequest.objects.select_for_update().filter(handle=digest(uri)).first()
    if row is None or row.client_id != parameters["client_id"]:
        raise InvalidRequestError("The pushed request is not known, or was used.")
    row.delete()
    if now >= row.expires_at:
        raise InvalidRequestError("The pushed request is over.")
    return dict(row.parameters)


def keep(parameters: Parameters, client: Client, *, now: datetime) -> str:
    """Keep a checked request for a moment: its request_uri."""
    uri = PUSHED + secrets.token_urlsafe(32)
    PushedRequest.objects.create(
        handle=digest(uri), client=client, parameters=dict(parameters), expires_at=now + PUSHED_VALIDITY
    )
    return uri
