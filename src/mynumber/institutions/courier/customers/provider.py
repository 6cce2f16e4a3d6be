"""The OpenID provider of the firm, for one client: the portal. Code flow, PKCE (S256), state and nonce required, private_key_jwt, ES256, pairwise subject.

By hand on joserfc, since there is one client, one scope and no refresh: the checks of an authorization request are one function, those of a token request another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from mynumber.foundation.envelope import SigningKey
from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.courier.customers.models import Assertion, Code, Customer, Grant, Portal
from mynumber.protocols import relying_party
from mynumber.protocols.relying_party import ALGORITHM, ASSERTION_TYPE, SignInElsewhereRefused
from mynumber.webkit.environment import default_public_url, origin
from mynumber.webkit.messages import this_node

CLIENT: Final = "portal"
KEY: Final = "identity-signing"
SUBJECTS: Final = "identity-subjects"
CODE_LIVES: Final = timedelta(seconds=60)
ID_TOKEN_LIVES: Final = timedelta(minutes=5)
LONGEST_ASSERTION: Final = timedelta(hours=1)
LEEWAY: Final = timedelta(seconds=30)
KEYS_AGAIN_AFTER: Final = timedelta(seconds=30)
"""The portal's keys are read anew so often at most: what anybody sends must not make us call the portal each time."""
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class RequestRefused(Exception):
    """An OAuth error. `may_return`: whether client and address were found right, so that the error may go there."""

    def __init__(self, error: str, *, may_return: bool = True) -> None:
        super().__init__(error)
        self.error = error
        self.may_return = may_return


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that may go on to the customer."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    prompt: tuple[str, ...]


def issuer() -> str:
    """`iss` of tokens and answers."""
    return origin(settings.PUBLIC_URL)


def redirect_uri() -> str:
    """The one address of the portal."""
    portal = origin(settings.PUBLIC_URLS.get(CLIENT, default_public_url(CLIENT)))
    return f"{portal}/account/links/courier/back"


def ensure(ring: KeyRing) -> None:
    """Make the keys that are not there."""
    if not ring.has(KEY):
        ring.add_signing(KEY)
    if not ring.has(SUBJECTS):
        ring.add_secret(SUBJECTS)


def signing_keys() -> list[SigningKey]:
    """All generations, newest first."""
    ring = this_node().keyring
    return [ring.signing(KEY, number) for number in ring.generations(KEY)]


def subject_of(customer: Customer) -> str:
    """How the portal knows a customer: 43 characters, of no use elsewhere."""
    secret = this_node().keyring.secret(SUBJECTS)
    found = hmac.digest(secret, f"{CLIENT}\n{customer.pk}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode()


def metadata() -> dict[str, object]:
    """Discovery."""
    base = issuer()
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oidc/authorize",
        "token_endpoint": f"{base}/oidc/token",
        "jwks_uri": f"{base}/oidc/keys",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


def check(parameters: Mapping[str, list[str]]) -> Asked:
    """Check an authorization request. Raises RequestRefused."""
    given = {name: values[0] for name, values in parameters.items() if len(values) == 1}
    if given.get("client_id") != CLIENT or given.get("redirect_uri") != redirect_uri():
        raise RequestRefused("invalid_request", may_return=False)
    if len(given) != len(parameters) or any(
        len(value) > 2000 or not value.isprintable() for value in given.values()
    ):
        raise RequestRefused("invalid_request")
    if given.get("response_type") != "code":
        raise RequestRefused("unsupported_response_type")
    if given.get("scope", "").split() != ["openid"]:
        raise RequestRefused("invalid_scope")
    if "request" in given or "request_uri" in given or given.get("response_mode", "query") != "query":
        raise RequestRefused("invalid_request")
    pkce = given.get("code_challenge_method") == "S256" and _CHALLENGE.fullmatch(
        given.get("code_challenge", "")
    )
    named = all(1 <= len(given.get(name, "")) <= 255 for name in ("state", "nonce"))
    if not pkce or not named:
        raise RequestRefused("invalid_request")
    return Asked(
        given["redirect_uri"],
        given["state"],
        given["nonce"],
        given["code_challenge"],
        tuple(given.get("prompt", "").split()),
    )


def answer(asked: Asked, **words: str) -> str:
    """Where the browser goes back to; the answer says who answers (RFC 9207)."""
    return f"{asked.redirect_uri}?{urlencode({**words, 'state': asked.state, 'iss': issuer()})}"


def agree(asked: Asked, customer: Customer, *, signed_in_at: datetime, now: datetime) -> str:
    """The customer agrees: the address with the code. Call it inside a transaction."""
    code = secrets.token_urlsafe(32)
    Code.objects.filter(expires_at__lt=now - LONGEST_ASSERTION).delete()
    Code.objects.create(
        digest=digest(code),
        customer=customer,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        nonce=asked.nonce,
        signed_in_at=signed_in_at,
        expires_at=now + CODE_LIVES,
    )
    return answer(asked, code=code)


def redeem(form: Mapping[str, list[str]], *, now: datetime) -> dict[str, object]:
    """A token request. Raises RequestRefused. A code is spent by its first presentation, right or wrong."""
    given = {name: values[0] for name, values in form.items() if len(values) == 1}
    if len(given) != len(form):
        raise RequestRefused("invalid_request")
    _require_client(given, now)
    if given.get("grant_type") != "authorization_code":
        raise RequestRefused("unsupported_grant_type")
    with transaction.atomic():
        code = Code.objects.select_for_update().filter(digest=digest(given.get("code", ""))).first()
        if code is None:
            raise RequestRefused("invalid_grant")
        again, code.spent_at = code.spent_at is not None, code.spent_at or now
        code.save(update_fields=["spent_at"])
    verifier = given.get("code_verifier", "")
    fits = (
        not again
        and now < code.expires_at
        and given.get("redirect_uri") == code.redirect_uri
        and _VERIFIER.fullmatch(verifier) is not None
        and hmac.compare_digest(relying_party.challenge_of(verifier), code.challenge)
    )
    if not fits:
        raise RequestRefused("invalid_grant")
    return _tokens(code, now)


def _tokens(code: Code, now: datetime) -> dict[str, object]:
    subject = subject_of(code.customer)
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=code.customer_id)
        # Proven anew: what is still on its way about an earlier link ends no later one.
        if not Grant.objects.filter(customer=code.customer, ended_at=None).update(granted_at=now):
            Grant.objects.create(customer=code.customer, subject=subject, granted_at=now)
    claims = {
        "iss": issuer(),
        "sub": subject,
        "aud": CLIENT,
        "iat": int(now.timestamp()),
        "exp": int((now + ID_TOKEN_LIVES).timestamp()),
        "auth_time": int(code.signed_in_at.timestamp()),
        "nonce": code.nonce,
    }
    key = signing_keys()[0]
    token = jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key.jose, algorithms=[ALGORITHM])
    # The standard wants an access token. There is nothing here that it would open, so nobody keeps it.
    return {
        "access_token": secrets.token_urlsafe(32),
        "token_type": "Bearer",
        "expires_in": 1,
        "scope": "openid",
        "id_token": token,
    }


def _require_client(given: Mapping[str, str], now: datetime) -> None:
    """The portal's assertion, once. Raises RequestRefused."""
    if given.get("client_assertion_type") != ASSERTION_TYPE:
        raise RequestRefused("invalid_client")
    claims = _claims(given.get("client_assertion", ""), now)
    ends, name = claims.get("exp"), claims.get("jti")
    fits = (
        claims.get("iss") == claims.get("sub") == CLIENT
        and claims.get("aud") in (issuer(), f"{issuer()}/oidc/token")
        and isinstance(ends, int)
        and (now - LEEWAY).timestamp() < ends <= (now + LONGEST_ASSERTION).timestamp()
        and isinstance(name, str)
        and 1 <= len(name) <= 255
    )
    if not fits:
        raise RequestRefused("invalid_client")
    Assertion.objects.filter(expires_at__lt=now - LEEWAY).delete()
    _, is_new = Assertion.objects.get_or_create(
        digest=digest(str(name)), defaults={"expires_at": datetime.fromtimestamp(float(str(ends)), UTC)}
    )
    if not is_new:
        raise RequestRefused("invalid_client")


def _claims(assertion: str, now: datetime) -> dict[str, Any]:
    """What an assertion of the portal says. Its keys are read anew when it names one that is not at hand, `KEYS_AGAIN_AFTER` the last time."""
    portal = Portal.objects.filter(pk=1).first()
    if portal is None:
        raise RequestRefused("invalid_client")
    found = _verified(assertion, portal.keys)
    if found is None and not _names_one_of(assertion, portal.keys) and _may_read_keys(now):
        try:
            portal.keys = relying_party.keys_of(portal.issuer, reach=reach())
        except SignInElsewhereRefused:
            raise RequestRefused("temporarily_unavailable") from None
        portal.save(update_fields=["keys"])
        found = _verified(assertion, portal.keys)
    if found is None:
        raise RequestRefused("invalid_client")
    return found


def _may_read_keys(now: datetime) -> bool:
    """Whether it is this request's turn; of several at once one has it."""
    due = Q(keys_read_at=None) | Q(keys_read_at__lte=now - KEYS_AGAIN_AFTER)
    return bool(Portal.objects.filter(due, pk=1).update(keys_read_at=now))


def _names_one_of(assertion: str, keys: Mapping[str, Any]) -> bool:
    """Whether it says to be signed with a key that is at hand: then it is forged, and newer keys change nothing."""
    try:
        header = jws.extract_compact(assertion.encode()).protected
    except (JoseError, ValueError, TypeError):
        return True  # no assertion at all
    return any(jwk.get("kid") == header.get("kid") for jwk in keys.get("keys", []))


def _verified(assertion: str, keys: Mapping[str, Any]) -> dict[str, Any] | None:
    for jwk in keys.get("keys", []):
        try:
            return dict(jwt.decode(assertion, ECKey.import_key(dict(jwk)), algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return None


def reach() -> str:
    """Where this process reaches the portal."""
    directory = this_node().directory
    return directory.system(CLIENT).url if CLIENT in directory else ""


def digest(text: str) -> bytes:
    """What the tables keep of a code."""
    return hashlib.sha256(text.encode()).digest()
