"""Signing in to the portal with the card: the messages between the portal and the resident's device.

The device is not a member of the directory of systems, so these messages are plain JSON over HTTP. What makes
them safe is what they carry: the card signs a *statement* that names the portal's origin, the request, a fresh
nonce and the end of its validity. Both sides build the statement from the fields of the request with
`statement()`, so the device never signs bytes that somebody else chose.

Course (the browser B, the portal P, the device W)::

    B -> P  GET  /sign-in/start                          P makes a SignInRequest, bound to B's session
    P -> B  303  W/sign-in?request=ID&portal=ORIGIN      wallet_url(), and &ui_locales=TAG: the language to begin in
    W -> P  GET  /sign-in/requests/ID                    SignInRequest, or SignInRefusal
    W: shows the statement, asks for card and PIN; the card signs challenge()
    W -> P  POST /sign-in/requests/ID/response           SignInResponse -> SignInAccepted, or SignInRefusal
    W -> B  303  P/sign-in/finish?request=ID&code=CODE   finish_url(); P checks that the same browser session
                                                         made the request and that the code is used once

A refusal is answered with the HTTP status `STATUS[reason]` and a SignInRefusal as body.
Source: card flow 利用者証明 of docs/protocols/card.md.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

REQUEST_VALIDITY = timedelta(minutes=5)
"""How long a sign-in request may be answered."""
NONCE_BYTES = 32
MAXIMUM_BODY = 16 * 1024
"""Bytes of the largest message either side reads."""
CALL_TIMEOUT_SECONDS = 60
"""Longer than the line before a portal on a busy day: who gave up earlier would lose what was signed."""
CONTENT_TYPE = "application/json"

_STATEMENT_TITLE = "mynumber sign-in statement v2"
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")

Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]
"""128 random bits as 22 characters of base64url: request ids and return codes."""
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Attribute(StrEnum):
    """What a relying party may ask for beside the sign-in: fields of the signature certificate (基本4情報)."""

    NAME = "name"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    SEX = "sex"


class Reason(StrEnum):
    """Why a sign-in does not go on."""

    MALFORMED = "malformed"
    UNKNOWN_PORTAL = "unknown_portal"
    """The device does not know the origin that asks; nothing is signed for it."""
    WRONG_REQUEST = "wrong_request"
    """The portal answered with a request of another id or another origin."""
    UNKNOWN_REQUEST = "unknown_request"
    EXPIRED = "expired"
    ALREADY_ANSWERED = "already_answered"
    CERTIFICATE_NOT_ACCEPTED = "certificate_not_accepted"
    """Revoked, expired, of a foreign issuer ...; `detail` says which."""
    SIGNATURE_NOT_ACCEPTED = "signature_not_accepted"
    UNREACHABLE = "unreachable"
    """The other side does not answer, or not in this protocol."""


STATUS: dict[Reason, int] = {
    Reason.MALFORMED: 400,
    Reason.UNKNOWN_PORTAL: 403,
    Reason.WRONG_REQUEST: 502,
    Reason.UNKNOWN_REQUEST: 404,
    Reason.EXPIRED: 410,
    Reason.ALREADY_ANSWERED: 409,
    Reason.CERTIFICATE_NOT_ACCEPTED: 403,
    Reason.SIGNATURE_NOT_ACCEPTED: 403,
    Reason.UNREACHABLE: 502,
}
"""HTTP status of each refusal."""


class SignInRefused(Exception):
    """A sign-in stops. `detail` is a machine word (a `pki` reason), never a value of a person."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"sign-in refused: {reason.value}" + (f" ({detail})" if detail else ""))
        self.reason = reason
        self.detail = detail


class SignInRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the portal asks the card to sign. Everything in it goes into the statement."""

    request_id: Identifier
    portal: Annotated[str, msgspec.Meta(max_length=260)]
    """Public origin of the portal, e.g. `http://portal.localhost:8000`: no path, no trailing slash."""
    relying_party: Words
    """Name of who asks, for the holder to read, e.g. マイナポータル."""
    purpose: Words
    """What the sign-in is for, for the holder to read."""
    nonce: Annotated[bytes, msgspec.Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    expires_at: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
    """Seconds since 1970-01-01T00:00:00Z; from then on the request is dead."""
    attributes: Annotated[tuple[Attribute, ...], msgspec.Meta(max_length=4)] = ()
    """Asked for by the relying party, in the order of `Attribute`. When there are any, the holder signs the statement
    with the signature key (署名用) as well: its certificate carries the attributes."""

    @property
    def expiry(self) -> datetime:
        """`expires_at` as an aware datetime (UTC)."""
        return datetime.fromtimestamp(self.expires_at, UTC)

    def __post_init__(self) -> None:
        require_origin(self.portal)
        for words in (self.relying_party, self.purpose):
            if not words.isprintable():
                # A line break would let one field of the statement pose as another.
                raise ValueError("words of a sign-in request are one printable line")
        if list(self.attributes) != [attribute for attribute in Attribute if attribute in self.attributes]:
            raise ValueError("attributes are named once each, in their order")


class SignedAttributes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The holder's agreement to hand over attributes: the signature key's signature over the same challenge."""

    certificate: Annotated[bytes, msgspec.Meta(min_length=64, max_length=4096)]
    """署名用電子証明書, X.509 DER. Carries all four attributes; the portal passes on what was asked for, and keeps no other."""
    signature: Annotated[bytes, msgspec.Meta(min_length=32, max_length=1024)]

    def __repr__(self) -> str:
        return "SignedAttributes(...)"


class SignInResponse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card's answer: proof that its holder entered the PIN for this very statement."""

    certificate: Annotated[bytes, msgspec.Meta(min_length=64, max_length=4096)]
    """利用者証明用電子証明書, X.509 DER. Carries no attribute of the holder."""
    signature: Annotated[bytes, msgspec.Meta(min_length=32, max_length=1024)]
    """Signature over `challenge()`, as the card gives it (RSA PKCS#1 v1.5 with SHA-256: 256 bytes)."""
    attributes: SignedAttributes | None = None
    """Present exactly when the request asked for attributes."""

    def __repr__(self) -> str:
        return "SignInResponse(certificate=..., signature=...)"


class SignInAccepted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The portal believes the response; the browser brings this code back once."""

    return_code: Identifier

    def __repr__(self) -> str:
        return "SignInAccepted(return_code=...)"


class SignInRefusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The portal stops the sign-in and says why."""

    reason: Reason
    detail: Annotated[str, msgspec.Meta(max_length=60)] = ""


# --- both sides ---------------------------------------------------------------------------------------------


def statement(request: SignInRequest) -> str:
    """The text the holder agrees to: one field a line, each ended by a line feed.

    Injective: no field can contain a line feed, and the order is fixed. The first line keeps these signatures
    apart from those of any other protocol.
    """
    return "".join(
        line + "\n"
        for line in (
            _STATEMENT_TITLE,
            f"portal: {request.portal}",
            f"relying party: {request.relying_party}",
            f"purpose: {request.purpose}",
            f"attributes: {' '.join(request.attributes) or '-'}",
            f"request: {request.request_id}",
            f"nonce: {_base64url(request.nonce)}",
            f"expires: {request.expiry:%Y-%m-%dT%H:%M:%SZ}",
        )
    )


def challenge(request: SignInRequest) -> bytes:
    """The 32 bytes the card signs: SHA-256 of the UTF-8 statement."""
    return hashlib.sha256(statement(request).encode()).digest()


def require_origin(text: str) -> str:
    """Return `text` when it is an origin (scheme, host, optional port; nothing else), or raise ValueError."""
    if not _ORIGIN.fullmatch(text):
        raise ValueError("an origin is http(s)://host[:port]")
    return text


def is_identifier(text: str) -> bool:
    """True when `text` has the form of a request id or a return code."""
    return _ID.fullmatch(text) is not None


# --- the portal's side --------------------------------------------------------------------------------------


def new_identifier() -> str:
    """A fresh request id or return code: 128 random bits."""
    return secrets.token_urlsafe(16)


def new_request(
    *, portal: str, relying_party: str, purpose: str, now: datetime, attributes: Iterable[Attribute] = ()
) -> SignInRequest:
    """Make a request that may be answered for REQUEST_VALIDITY from `now` (aware)."""
    wanted = frozenset(attributes)
    return SignInRequest(
        request_id=new_identifier(),
        portal=portal,
        relying_party=relying_party,
        purpose=purpose,
        nonce=secrets.token_bytes(NONCE_BYTES),
        expires_at=int((now + REQUEST_VALIDITY).timestamp()),
        attributes=tuple(attribute for attribute in Attribute if attribute in wanted),
    )


def wallet_url(wallet: str, request: SignInRequest) -> str:
    """Where the portal sends the browser; `wallet` is the public origin of the device."""
    query = urlencode({"request": request.request_id, "portal": request.portal})
    return f"{wallet}/sign-in?{query}"


def encode(message: SignInRequest | SignInResponse | SignInAccepted | SignInRefusal) -> bytes:
    """The JSON body of a message; byte strings are standard base64."""
    return msgspec.json.encode(message)


def decode_response(body: bytes) -> SignInResponse:
    """Read the body a device POSTs. Raises SignInRefused(MALFORMED)."""
    return _decode(body, SignInResponse)


def decode_request(body: bytes) -> SignInRequest:
    """Read a sign-in request. Raises SignInRefused(MALFORMED)."""
    return _decode(body, SignInRequest)


# --- the device's side --------------------------------------------------------------------------------------


def finish_url(request: SignInRequest, accepted: SignInAccepted) -> str:
    """Where the device sends the browser back to."""
    query = urlencode({"request": request.request_id, "code": accepted.return_code})
    return f"{request.portal}/sign-in/finish?{query}"


@dataclass(frozen=True, slots=True)
class PortalClient:
    """The device's calls to one portal it knows.

    `public` is the portal's origin as browsers know it, `internal` the address to connect to (a host of the kind
    `portal.localhost` is resolved by browsers, not by programs). The request carries the public host name.
    """

    public: str
    internal: str

    def fetch(self, request_id: str, *, now: datetime) -> SignInRequest:
        """Get the request the browser was sent with. Raises SignInRefused.

        A request that names another id or another portal, or is over, is refused here: it is never shown.
        """
        if not is_identifier(request_id):
            raise SignInRefused(Reason.MALFORMED)
        request = _decode(self.call("GET", f"/sign-in/requests/{request_id}"), SignInRequest, from_peer=True)
        if request.request_id != request_id or request.portal != self.public:
            raise SignInRefused(Reason.WRONG_REQUEST)
        if now >= request.expiry:
            raise SignInRefused(Reason.EXPIRED)
        return request

    def respond(self, request: SignInRequest, response: SignInResponse) -> SignInAccepted:
        """Hand over certificate and signature. Raises SignInRefused with the portal's reason."""
        path = f"/sign-in/requests/{request.request_id}/response"
        return _decode(self.call("POST", path, encode(response)), SignInAccepted, from_peer=True)

    def call(self, method: str, path: str, body: bytes | None = None, *, limit: int = MAXIMUM_BODY) -> bytes:
        """One request; the body of the answer, at most `limit` bytes. Raises SignInRefused: the portal's reason, or UNREACHABLE."""
        target = urlsplit(self.internal)
        connect = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        connection = connect(target.hostname or "", target.port, timeout=CALL_TIMEOUT_SECONDS)
        headers = {"Host": urlsplit(self.public).netloc, "Accept": CONTENT_TYPE}
        if body is not None:
            headers["Content-Type"] = CONTENT_TYPE
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read(limit + 1)
        except (OSError, http.client.HTTPException):
            raise SignInRefused(Reason.UNREACHABLE) from None
        finally:
            connection.close()
        if answer.status == 200:
            return content
        try:
            refusal = _decode(content, SignInRefusal)
        except SignInRefused:
            raise SignInRefused(Reason.UNREACHABLE, f"http {answer.status}") from None
        raise SignInRefused(refusal.reason, refusal.detail)


_M = TypeVar("_M", SignInRequest, SignInResponse, SignInAccepted, SignInRefusal)


def _decode(body: bytes, kind: type[_M], *, from_peer: bool = False) -> _M:
    malformed = Reason.UNREACHABLE if from_peer else Reason.MALFORMED
    if len(body) > MAXIMUM_BODY:
        raise SignInRefused(malformed)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # The parser's own words may quote the body.
        raise SignInRefused(malformed) from None


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
