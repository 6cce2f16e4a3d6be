"""Signing with the card: the messages between the portal and the resident's device for the signature key (署名用).

As `protocols.sign_in`, with documents. The portal asks, the device shows who asks, why, and each document in words; the
holder enters the signature password; the card signs the digest of each document, and the statement that lists them::

    B -> P  somewhere a signature is needed               P makes a SigningRequest, bound to B's session
    P -> B  303  W/signing?request=ID&portal=ORIGIN       wallet_url(), and &ui_locales=TAG
    W -> P  GET  /signing/requests/ID                     SigningRequest, or SignInRefusal
    W: shows it, asks for card and password; the card signs
    W -> P  POST /signing/requests/ID/response            SigningResponse -> SignInAccepted, or SignInRefusal
    W -> B  303  P/signing/finish?request=ID&code=CODE    finish_url()

A digest says nothing to a person: the device shows the name and the text that the portal gives, and says that it cannot
check them where it was given no content. When `content` is given the device computes the digest itself.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from urllib.parse import urlencode

import msgspec

from mynumber.protocols.sign_in import (
    NONCE_BYTES,
    REQUEST_VALIDITY,
    Identifier,
    PortalClient,
    Reason,
    SignInAccepted,
    SignInRefused,
    Words,
    is_identifier,
    new_identifier,
    require_origin,
)

__all__ = [
    "Document",
    "SigningClient",
    "SigningRequest",
    "SigningResponse",
    "decode_response",
    "encode",
    "finish_url",
    "new_identifier",
    "new_request",
    "statement",
    "statement_digest",
    "wallet_url",
]

MAXIMUM_DOCUMENTS = 10
MAXIMUM_CONTENT = 512 * 1024
"""Bytes of one document that travels with the request."""
MAXIMUM_BODY = 8 * 1024 * 1024
REQUEST_VALID_FOR = REQUEST_VALIDITY

_TITLE = "mynumber signing statement v1"
_Digest = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
_Signature = Annotated[bytes, msgspec.Meta(min_length=32, max_length=1024)]


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to sign."""

    name: Words
    """What it is, for the holder to read, e.g. 口座開設の申込書."""
    digest: _Digest
    """SHA-256 of what is signed; the card signs its DigestInfo (PKCS#1 v1.5)."""
    summary: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    """What it says, in words; may have line breaks."""
    content: Annotated[bytes, msgspec.Meta(max_length=MAXIMUM_CONTENT)] | None = None
    """The bytes themselves, where SHA-256 of them is `digest`; the device checks and can show or store them."""


class SigningRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the portal asks the card to sign."""

    request_id: Identifier
    portal: Annotated[str, msgspec.Meta(max_length=260)]
    """Public origin of the portal."""
    relying_party: Words
    purpose: Words
    documents: Annotated[tuple[Document, ...], msgspec.Meta(min_length=1, max_length=MAXIMUM_DOCUMENTS)]
    nonce: Annotated[bytes, msgspec.Meta(min_length=NONCE_BYTES, max_length=NONCE_BYTES)]
    expires_at: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
    """Seconds since 1970-01-01T00:00:00Z."""

    @property
    def expiry(self) -> datetime:
        """`expires_at` as an aware datetime (UTC)."""
        return datetime.fromtimestamp(self.expires_at, UTC)

    def __post_init__(self) -> None:
        require_origin(self.portal)
        for words in (self.relying_party, self.purpose, *(document.name for document in self.documents)):
            if not words.isprintable():
                raise ValueError("words of a signing request are one printable line")
        for document in self.documents:
            if document.content is not None and hashlib.sha256(document.content).digest() != document.digest:
                raise ValueError("the digest of a document is not that of its content")


class SigningResponse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card's signatures."""

    certificate: Annotated[bytes, msgspec.Meta(min_length=64, max_length=4096)]
    """署名用電子証明書, X.509 DER: carries the four attributes of the holder."""
    signatures: Annotated[tuple[_Signature, ...], msgspec.Meta(min_length=1, max_length=MAXIMUM_DOCUMENTS)]
    """One a document, in the order of the request, over its digest."""
    statement_signature: _Signature
    """Over `statement_digest()`: binds the signatures to this request."""

    def __repr__(self) -> str:
        return "SigningResponse(...)"


def statement(request: SigningRequest) -> str:
    """The text that says what is signed for whom: one field a line."""
    lines = (
        _TITLE,
        f"portal: {request.portal}",
        f"relying party: {request.relying_party}",
        f"purpose: {request.purpose}",
        *(f"document: {document.digest.hex()} {document.name}" for document in request.documents),
        f"request: {request.request_id}",
        f"nonce: {base64.urlsafe_b64encode(request.nonce).rstrip(b'=').decode()}",
        f"expires: {request.expiry:%Y-%m-%dT%H:%M:%SZ}",
    )
    return "".join(line + "\n" for line in lines)


def statement_digest(request: SigningRequest) -> bytes:
    """The 32 bytes that the card signs beside the documents: SHA-256 of the UTF-8 statement."""
    return hashlib.sha256(statement(request).encode()).digest()


def new_request(
    *, portal: str, relying_party: str, purpose: str, documents: Sequence[Document], now: datetime
) -> SigningRequest:
    """Make a request that may be answered for REQUEST_VALID_FOR from `now` (aware)."""
    return SigningRequest(
        request_id=new_identifier(),
        portal=portal,
        relying_party=relying_party,
        purpose=purpose,
        documents=tuple(documents),
        nonce=secrets.token_bytes(NONCE_BYTES),
        expires_at=int((now + REQUEST_VALID_FOR).timestamp()),
    )


def wallet_url(wallet: str, request: SigningRequest) -> str:
    """Where the portal sends the browser; `wallet` is the public origin of the device."""
    return f"{wallet}/signing?{urlencode({'request': request.request_id, 'portal': request.portal})}"


def finish_url(request: SigningRequest, accepted: SignInAccepted) -> str:
    """Where the device sends the browser back to."""
    query = urlencode({"request": request.request_id, "code": accepted.return_code})
    return f"{request.portal}/signing/finish?{query}"


def encode(message: SigningRequest | SigningResponse) -> bytes:
    """The JSON body of a message; byte strings are standard base64."""
    return msgspec.json.encode(message)


def decode_response(body: bytes) -> SigningResponse:
    """Read the body a device POSTs. Raises SignInRefused(MALFORMED)."""
    return _decode(body, SigningResponse, Reason.MALFORMED)


def decode_request(body: bytes) -> SigningRequest:
    """Read a signing request. Raises SignInRefused(MALFORMED)."""
    return _decode(body, SigningRequest, Reason.MALFORMED)


@dataclass(frozen=True, slots=True)
class SigningClient:
    """The device's calls to a portal it knows."""

    portal: PortalClient

    def fetch(self, request_id: str, *, now: datetime) -> SigningRequest:
        """Get the request the browser was sent with. Raises SignInRefused."""
        if not is_identifier(request_id):
            raise SignInRefused(Reason.MALFORMED)
        body = self.portal.call("GET", f"/signing/requests/{request_id}", limit=MAXIMUM_BODY)
        request = _decode(body, SigningRequest, Reason.UNREACHABLE)
        if request.request_id != request_id or request.portal != self.portal.public:
            raise SignInRefused(Reason.WRONG_REQUEST)
        if now >= request.expiry:
            raise SignInRefused(Reason.EXPIRED)
        return request

    def respond(self, request: SigningRequest, response: SigningResponse) -> SignInAccepted:
        """Hand over the signatures. Raises SignInRefused with the portal's reason."""
        path = f"/signing/requests/{request.request_id}/response"
        return _decode(self.portal.call("POST", path, encode(response)), SignInAccepted, Reason.UNREACHABLE)


_M = TypeVar("_M", SigningRequest, SigningResponse, SignInAccepted)


def _decode(body: bytes, kind: type[_M], malformed: Reason) -> _M:
    if len(body) > MAXIMUM_BODY:
        raise SignInRefused(malformed)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SignInRefused(malformed) from None
