"""Signed and sealed messages: what institutions speak to one another in.

A message is a JWS in compact form (RFC 7515), signed with ES256 through joserfc. Its form is narrower than the standard so that
one message has exactly one spelling (docs/protocols/envelope.md):

- protected header, exactly ``{"alg":"ES256","kid":KID,"typ":KIND}``. The kind of message is its type (RFC 8725, 3.11), so no message can be taken
  for one of another kind;
- payload, exactly ``{"iss":..,"aud":..,"iat":..,"exp":..,"jti":..,"irt":..,"body":..}``: sender, receiver, seconds since 1970, message id, the id
  it answers (or null), and the body, one JSON value.

A reader decodes, encodes again and compares, so white space, a member twice, another order or padding are refused. The algorithm comes from the
key that the directory gives for (issuer, kid), never from the message.

Answers are sealed with HPKE (RFC 9180; X25519, HKDF-SHA256, AES-128-GCM) to the key of the receiver.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from joserfc import jws

from mynumber.foundation.message_keys import (
    ALGORITHM,
    MalformedKey,
    SealingKey,
    SealPublicKey,
    SigningKey,
    VerifyKey,
    from_base64url,
    is_name,
    to_base64url,
)

__all__ = [
    "ALGORITHM",
    "CLOCK_SKEW",
    "DEFAULT_LIFETIME",
    "DEFAULT_MAX_BYTES",
    "LONGEST_LIFETIME",
    "EnvelopeReason",
    "EnvelopeRefused",
    "Header",
    "MalformedKey",
    "SealPublicKey",
    "SealingKey",
    "SigningKey",
    "Verified",
    "VerifyKey",
    "decode_body",
    "digest",
    "open_sealed",
    "seal",
    "sealed_to",
    "sign",
    "verify",
]

CLOCK_SKEW: Final = timedelta(seconds=30)
"""How far the clocks of two institutions may differ."""
DEFAULT_LIFETIME: Final = timedelta(seconds=60)
LONGEST_LIFETIME: Final = timedelta(minutes=15)
"""A reader refuses a message that claims to live longer; ``verify`` takes a smaller cap."""
DEFAULT_MAX_BYTES: Final = 256 * 1024
"""Of a whole message."""

SIGNATURE_BYTES: Final = 64
_LONGEST_HEADER: Final = 512
_LATEST_SECOND: Final = 253_402_300_799  # the last second of year 9999, the end of datetime


class EnvelopeReason(StrEnum):
    """Why a message or a sealed text was refused."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    WRONG_ALGORITHM = "wrong_algorithm"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_KIND = "wrong_kind"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    LIFETIME_TOO_LONG = "lifetime_too_long"
    MALFORMED_BODY = "malformed_body"
    NOT_FOR_THIS_KEY = "not_for_this_key"
    CANNOT_OPEN = "cannot_open"


class EnvelopeRefused(Exception):
    """A message that is not acted upon. ``detail`` names the rule that was broken and never repeats content."""

    def __init__(
        self, reason: EnvelopeReason, detail: str, *, age: timedelta | None = None, issuer: str | None = None
    ) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail
        self.age = age
        """Of EXPIRED and NOT_YET_VALID: now, less the time of issue; negative for a message from the future."""
        self.issuer = issuer
        """Of the same: who signed it."""


# --- signed messages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Header:
    """What a message says about itself. Times are aware, UTC, whole seconds."""

    issuer: str
    audience: str
    issued_at: datetime
    expires_at: datetime
    message_id: str
    kind: str
    in_reply_to: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A message whose signature, time, audience and kind hold. ``body`` is the exact JSON text that was signed."""

    header: Header
    body: bytes = field(repr=False)
    kid: str = ""


class _Protected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    kid: str
    typ: str


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    iss: str
    aud: str
    iat: int
    exp: int
    jti: str
    irt: str | None
    body: msgspec.Raw


_decode_protected = msgspec.json.Decoder(_Protected).decode
_decode_payload = msgspec.json.Decoder(_Payload).decode
_decode_any_json = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


_es256: Final = jws.JWSRegistry(algorithms=[ALGORITHM]).get_alg(ALGORITHM)
"""joserfc's ES256. Only the frame around it is ours, because joserfc's is lenient where we are strict, and reads all parts a second time."""


def sign(
    body: bytes | msgspec.Struct,
    *,
    key: SigningKey,
    issuer: str,
    audience: str,
    kind: str,
    now: datetime,
    lifetime: timedelta = DEFAULT_LIFETIME,
    message_id: str | None = None,
    in_reply_to: str | None = None,
    max_lifetime: timedelta = LONGEST_LIFETIME,
) -> bytes:
    """Make a message (compact JWS). ``body`` is a struct or one JSON value in UTF-8.

    Raises ValueError for what a reader would refuse: a body that is not JSON, a name with other characters than
    ``A-Z a-z 0-9 . _ : -``, a lifetime over ``max_lifetime``, a naive time. A new random message id is made unless one is given.
    """
    if isinstance(body, msgspec.Struct):
        text = _encode(body)
    else:
        text = body
        _decode_any_json(
            text
        )  # else a body could close the payload and open another member; DecodeError is a ValueError
    issued = _seconds(now)
    whole = int(lifetime.total_seconds())
    if not 0 < whole <= max_lifetime.total_seconds():
        raise ValueError("a message lives at least one second and at most max_lifetime")
    message_id = secrets.token_urlsafe(16) if message_id is None else message_id
    names = (issuer, audience, kind, message_id) + (() if in_reply_to is None else (in_reply_to,))
    for name in names:
        if not is_name(name):
            raise ValueError("a name in a message has 1 to 128 characters of A-Z a-z 0-9 . _ : -")
    payload = _encode(
        _Payload(issuer, audience, issued, issued + whole, message_id, in_reply_to, msgspec.Raw(text))
    )
    signing_input = _header_part(key.kid, kind) + b"." + to_base64url(payload)
    return signing_input + b"." + to_base64url(_es256.sign(signing_input, key.jose))


def verify(
    token: bytes,
    *,
    key_for: Callable[[str, str], VerifyKey | None],
    audience: str,
    kind: str,
    now: datetime,
    max_bytes: int = DEFAULT_MAX_BYTES,
    max_lifetime: timedelta = LONGEST_LIFETIME,
) -> Verified:
    """Check a message and return its header and body, or raise EnvelopeRefused with the first rule it breaks.

    ``key_for(issuer, kid)`` asks the directory; None means that this issuer has no such key. Nothing of the message may be used before this
    returns. That a message comes once only is the caller's to check, by (issuer, message_id).
    """
    if len(token) > max_bytes:
        raise EnvelopeRefused(EnvelopeReason.TOO_LARGE, f"a message has at most {max_bytes} bytes")
    protected, payload, signature = _parse(token)
    key = key_for(payload.iss, protected.kid)
    if key is None or key.kid != protected.kid:
        raise EnvelopeRefused(EnvelopeReason.UNKNOWN_KEY, "the directory has no such key for this issuer")
    if protected.alg != key.algorithm:
        raise EnvelopeRefused(EnvelopeReason.WRONG_ALGORITHM, f"this key signs with {key.algorithm} only")
    if not _es256.verify(token[: token.rindex(b".")], signature, key.jose):
        raise EnvelopeRefused(EnvelopeReason.BAD_SIGNATURE, "the signature does not match")
    if payload.aud != audience:
        raise EnvelopeRefused(EnvelopeReason.WRONG_AUDIENCE, "the message is for another receiver")
    if protected.typ != kind:
        raise EnvelopeRefused(EnvelopeReason.WRONG_KIND, f"expected a message of kind {kind}")
    _check_time(payload, _seconds(now), max_lifetime)
    header = Header(
        issuer=payload.iss,
        audience=payload.aud,
        issued_at=datetime.fromtimestamp(payload.iat, UTC),
        expires_at=datetime.fromtimestamp(payload.exp, UTC),
        message_id=payload.jti,
        kind=protected.typ,
        in_reply_to=payload.irt,
    )
    return Verified(header, bytes(payload.body), protected.kid)


def issuer_of(token: bytes) -> str:
    """Who says that it issued a message: for tokens that were verified when they came. Raises :class:`EnvelopeRefused`."""
    return _parse(token)[1].iss


def digest(token: bytes) -> bytes:
    """SHA-256 (32 bytes) of what a message's signature covers: what an answer names to be bound to its permit.

    The signature itself stays out: whoever carries a message can turn a signature of ECDSA into another one that verifies, and the same permit
    would have two digests.
    """
    signed, dot, _ = token.rpartition(b".")
    return hashlib.sha256(signed if dot else token).digest()


Body = TypeVar("Body")

_readers: dict[object, Callable[[bytes], Any]] = {}
_one_at_a_time = threading.Lock()


def _reader_of(body_type: object) -> Callable[[bytes], Any]:
    """msgspec 0.22 ends the whole process when two threads read the same new type at once: a type is prepared by one, before anybody reads it."""
    with _one_at_a_time:
        _readers[body_type] = msgspec.json.Decoder(body_type).decode
    return _readers[body_type]


def decode_body(body: bytes, body_type: type[Body]) -> Body:
    """Read a verified body as its message type. Raises EnvelopeRefused(MALFORMED_BODY) naming the type alone.

    Whether unknown fields are refused is said on the struct (``forbid_unknown_fields=True``).
    """
    read = _readers.get(body_type) or _reader_of(body_type)
    try:
        found: Body = read(body)
    except (ValueError, RecursionError):
        name = getattr(body_type, "__name__", "expected type")
        # without its cause: msgspec repeats what it read in some messages
        raise EnvelopeRefused(EnvelopeReason.MALFORMED_BODY, f"the body is not a {name}") from None
    return found


@lru_cache(maxsize=1024)
def _header_part(kid: str, kind: str) -> bytes:
    return to_base64url(_encode(_Protected(ALGORITHM, kid, kind)))


def _parse(token: bytes) -> tuple[_Protected, _Payload, bytes]:
    parts = token.split(b".")
    if len(parts) != 3:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "a message has three parts")
    protected = _parse_header(parts[0])
    try:
        payload_text, signature = from_base64url(parts[1]), from_base64url(parts[2])
    except ValueError:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "a part is not canonical base64url") from None
    try:
        payload_text.decode()  # the body is taken as it stands, and would not be looked at
        payload = _decode_payload(payload_text)
    except (ValueError, RecursionError):
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "the payload has not exactly its members") from None
    if _encode(payload) != payload_text:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "the payload is not in its one spelling")
    if not (
        is_name(payload.iss)
        and is_name(payload.aud)
        and is_name(payload.jti)
        and (payload.irt is None or is_name(payload.irt))
    ):
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "a name has other characters than allowed")
    if not 0 <= payload.iat < payload.exp <= _LATEST_SECOND:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "a message expires after it was issued")
    if protected.alg == ALGORITHM and len(signature) != SIGNATURE_BYTES:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "an ES256 signature has 64 bytes")
    return protected, payload, signature


def _parse_header(part: bytes) -> _Protected:
    if len(part) > _LONGEST_HEADER:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, f"a header has at most {_LONGEST_HEADER} characters")
    return _parse_short_header(part)


@lru_cache(maxsize=1024)  # a sender's messages of one kind share their header
def _parse_short_header(part: bytes) -> _Protected:
    try:
        text = from_base64url(part)
    except ValueError:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "a part is not canonical base64url") from None
    try:
        protected = _decode_protected(text)
    except (ValueError, RecursionError):
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "the header is not exactly alg, kid, typ") from None
    if _encode(protected) != text:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "the header is not in its one spelling")
    if not (is_name(protected.kid) and is_name(protected.typ)):
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "a name has other characters than allowed")
    return protected


def _check_time(payload: _Payload, now: int, max_lifetime: timedelta) -> None:
    skew = int(CLOCK_SKEW.total_seconds())
    if payload.exp - payload.iat > max_lifetime.total_seconds():
        raise EnvelopeRefused(EnvelopeReason.LIFETIME_TOO_LONG, "the message claims to live too long")
    age = timedelta(seconds=now - payload.iat)
    if payload.iat > now + skew:
        raise EnvelopeRefused(
            EnvelopeReason.NOT_YET_VALID, "the message was issued in the future", age=age, issuer=payload.iss
        )
    if payload.exp + skew <= now:
        raise EnvelopeRefused(EnvelopeReason.EXPIRED, "the message has expired", age=age, issuer=payload.iss)


# --- sealed texts ----------------------------------------------------------------------------------------------------

_suite: Final = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
_SEAL_VERSION: Final = 1
_SEAL_CONTEXT: Final = b"mynumber sealed v1"
_SEAL_OVERHEAD: Final = 32 + 16  # encapsulated key, tag


def seal(plaintext: bytes, *, to: SealPublicKey, info: bytes, aad: bytes) -> bytes:
    """Encrypt so that only the owner of ``to`` reads it.

    ``info`` says what the text is for, ``aad`` binds it to its context (such as the digest of a permit); the reader must give both unchanged.
    Layout: version (1 byte, 0x01), length of kid (1 byte), kid, encapsulated key (32 bytes), ciphertext with tag (16 bytes longer).
    """
    prefix = bytes((_SEAL_VERSION, len(to.kid))) + to.kid.encode("ascii")
    return prefix + _suite.encrypt(plaintext, to.public, _seal_info(prefix, info, aad))


def open_sealed(blob: bytes, *, key: SealingKey, info: bytes, aad: bytes) -> bytes:
    """Decrypt what was sealed to ``key`` or one of its older ones.

    Raises EnvelopeRefused: MALFORMED, NOT_FOR_THIS_KEY when it names another key, CANNOT_OPEN when the text, ``info`` or ``aad`` differ
    from what was sealed.
    """
    kid = sealed_to(blob)
    owner = next((one for one in (key, *key.older) if one.kid == kid), None)
    if owner is None:
        raise EnvelopeRefused(EnvelopeReason.NOT_FOR_THIS_KEY, "sealed to another key")
    prefix = blob[: 2 + len(kid)]
    try:
        return _suite.decrypt(blob[len(prefix) :], owner.private, _seal_info(prefix, info, aad))
    except (InvalidTag, ValueError):
        raise EnvelopeRefused(EnvelopeReason.CANNOT_OPEN, "altered, or sealed in another context") from None


def sealed_to(blob: bytes) -> str:
    """The kid that a sealed text names: which key of the ring opens it. Raises EnvelopeRefused(MALFORMED)."""
    if len(blob) < 2 or blob[0] != _SEAL_VERSION:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "not a sealed text of version 1")
    end = 2 + blob[1]
    kid = blob[2:end].decode("latin-1")
    if len(blob) < end + _SEAL_OVERHEAD or not is_name(kid):
        raise EnvelopeRefused(EnvelopeReason.MALFORMED, "the sealed text is cut short")
    return kid


def _seal_info(prefix: bytes, info: bytes, aad: bytes) -> bytes:
    """One HPKE ``info`` out of prefix, info and aad, each with its length.

    The single-shot interface of `cryptography` takes no aad. Bound into the key schedule (RFC 9180, 5.1) it is authenticated all the same: with another
    info the key differs and the tag fails.
    """
    parts = (_SEAL_CONTEXT, prefix, info, aad)
    return b"".join(len(part).to_bytes(8) + part for part in parts)


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return int(moment.timestamp())
