"""Sending and receiving messages: the same few steps in every hop, in the order that is the security argument.

Receive: bound the size -> verify signature, audience, kind and time -> open the seal -> parse strictly. What follows (entitlement, replay,
record, act) is the institution's. Message over HTTP: ``POST /messages/<name>``, body = the token (JWS compact), type
``application/jose``; a yes comes back with 200, a refusal with 4xx or 503, both signed as soon as the sender is known.
"""

from __future__ import annotations

import base64
import http.client
import secrets
import select
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.envelope import EnvelopeReason, EnvelopeRefused, Header
from mynumber.protocols.directory import UnknownSystem
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refusal, Refused

CONTENT_TYPE = "application/jose"
REFUSAL_KIND = "refusal.v1"
MESSAGE_LIFETIME = timedelta(seconds=60)
MAX_ANSWER_BYTES = 8 * 1024 * 1024
TIMEOUT_SECONDS = 30.0

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

STATUS_OF = {
    Reason.TOO_LARGE: 413,
    Reason.NOT_ENTITLED: 403,
    Reason.NOT_IN_TABLE: 403,
    Reason.WRONG_INSTITUTION: 403,
    Reason.UNKNOWN_SENDER: 401,
    Reason.UNKNOWN_KEY: 401,
    Reason.BAD_SIGNATURE: 401,
    Reason.REPLAYED: 409,
    Reason.DUPLICATE_REQUEST: 409,
    Reason.RATE_LIMITED: 429,
    Reason.PERMIT_USED: 409,
    Reason.RECORD_UNAVAILABLE: 503,
    Reason.UNAVAILABLE: 503,
    Reason.NETWORK_UNREACHABLE: 503,
    Reason.PROVIDER_UNREACHABLE: 503,
    Reason.UNREACHABLE: 503,
}
"""HTTP status of a refusal; 400 for all others. The status is a courtesy to tools; the signed refusal decides."""

_REASON_OF_ENVELOPE = {
    EnvelopeReason.MALFORMED: Reason.MALFORMED,
    EnvelopeReason.TOO_LARGE: Reason.TOO_LARGE,
    EnvelopeReason.UNKNOWN_KEY: Reason.UNKNOWN_KEY,
    EnvelopeReason.BAD_SIGNATURE: Reason.BAD_SIGNATURE,
    EnvelopeReason.WRONG_AUDIENCE: Reason.WRONG_AUDIENCE,
    EnvelopeReason.WRONG_KIND: Reason.WRONG_KIND,
    EnvelopeReason.EXPIRED: Reason.EXPIRED,
    EnvelopeReason.NOT_YET_VALID: Reason.NOT_YET_VALID,
}


CLOCK_LIMIT = timedelta(minutes=2)
"""A message lives for a minute and is sent at once: one that is older than this, or as far in the future, tells of a clock that is wrong."""


def _refused(error: EnvelopeRefused, hop: Hop, detail: str = "") -> Refused:
    """What is answered to a message that cannot be read, or that comes from a clock that is wrong, with how far."""
    age = error.age
    if age is None or abs(age) <= CLOCK_LIMIT:
        return Refused(hop, reason_of(error), detail, sender=error.issuer)
    seconds = int(abs(age).total_seconds())
    side = "ahead" if age < timedelta(0) else "behind"
    allowed = int(envelope.CLOCK_SKEW.total_seconds())
    said = f"the sender's clock seems {seconds} s {side} of the receiver's; {allowed} s are allowed"
    return Refused(hop, Reason.CLOCK_OFF, said, sender=error.issuer)


def reason_of(error: EnvelopeRefused) -> Reason:
    """The reason that travels for a refused envelope; what has no word of its own is ``malformed``."""
    return _REASON_OF_ENVELOPE.get(error.reason, Reason.MALFORMED)


class _SealedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sealed: str


@dataclass(frozen=True, slots=True)
class Received(Generic[Q]):
    """A question whose sender is proven. ``receiver`` is the system of this node that it was addressed to."""

    header: Header
    receiver: str
    question: Q
    token: bytes

    @property
    def sender(self) -> str:
        return self.header.issuer


def _seal_info(kind: str, sender: str, receiver: str) -> bytes:
    """What a sealed body is bound to, so it cannot be moved to another message or another pair of systems."""
    return b"\n".join((b"mynumber sealed body v1", kind.encode(), sender.encode(), receiver.encode()))


def pack(
    node: Node,
    body: msgspec.Struct,
    *,
    kind: str,
    sender: str,
    receiver: str,
    sealed: bool,
    now: datetime,
    message_id: str | None = None,
    in_reply_to: str | None = None,
) -> bytes:
    """Encode, seal if the message is of that sort, and sign."""
    payload: msgspec.Struct = body
    if sealed:
        blob = envelope.seal(
            msgspec.json.encode(body),
            to=node.directory.seal_key(receiver),
            info=_seal_info(kind, sender, receiver),
            aad=b"",
        )
        payload = _SealedBody(to_text(blob))
    return envelope.sign(
        payload,
        key=node.signing_key(sender),
        issuer=sender,
        audience=receiver,
        kind=kind,
        now=now,
        lifetime=MESSAGE_LIFETIME,
        message_id=message_id,
        in_reply_to=in_reply_to,
    )


def to_text(blob: bytes) -> str:
    """Base64url without padding, as all binary values travel."""
    return base64.urlsafe_b64encode(blob).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """The inverse of :func:`to_text`: the one spelling only. Raises :class:`EnvelopeRefused`."""
    try:
        blob = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, UnicodeEncodeError):
        blob = b""
    if not blob or to_text(blob) != text:
        raise EnvelopeRefused(EnvelopeReason.MALFORMED_BODY, "a binary value is not canonical base64url")
    return blob


def _unpack(
    node: Node, body: bytes, body_type: type[Q], *, kind: str, sender: str, receiver: str, sealed: bool
) -> Q:
    if sealed:
        blob = from_text(envelope.decode_body(body, _SealedBody).sealed)
        body = envelope.open_sealed(
            blob, key=node.sealing_key(receiver), info=_seal_info(kind, sender, receiver), aad=b""
        )
    return envelope.decode_body(body, body_type)


def receive(
    node: Node, token: bytes, message: Message[Q, A], *, receiver: str, hop: Hop, now: datetime
) -> Received[Q]:
    """Verify and parse a question addressed to ``receiver``. Raises :class:`Refused`."""
    directory = node.directory
    try:
        verified = envelope.verify(
            token,
            key_for=directory.verify_key,
            audience=receiver,
            kind=message.name,
            now=now,
            max_bytes=message.max_bytes,
        )
        question = _unpack(
            node,
            verified.body,
            message.question,
            kind=message.name,
            sender=verified.header.issuer,
            receiver=receiver,
            sealed=message.sealed,
        )
    except EnvelopeRefused as error:
        raise _refused(error, hop) from None
    return Received(verified.header, receiver, question, token)


def answer(node: Node, received: Received[Q], message: Message[Q, A], body: A, *, now: datetime) -> bytes:
    """The signed (and sealed) yes."""
    return pack(
        node,
        body,
        kind=message.answer_kind,
        sender=received.receiver,
        receiver=received.sender,
        sealed=message.sealed,
        now=now,
        in_reply_to=received.header.message_id,
    )


def refuse(
    node: Node, received: Received[Q] | None, refusal: Refusal, *, receiver: str, now: datetime
) -> tuple[int, bytes]:
    """HTTP status and body of a refusal: signed for a proven sender, plain JSON for anyone else (nobody to sign it for)."""
    status = STATUS_OF.get(refusal.reason, 400)
    if received is None:
        return status, msgspec.json.encode({"refusal": refusal})
    return status, pack(
        node,
        refusal,
        kind=REFUSAL_KIND,
        sender=receiver,
        receiver=received.sender,
        sealed=False,
        now=now,
        in_reply_to=received.header.message_id,
    )


class _PlainRefusal(msgspec.Struct, frozen=True):
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Outgoing(Generic[Q, A]):
    """A question ready to send, and what is needed to check the answer."""

    message: Message[Q, A]
    sender: str
    receiver: str
    message_id: str
    token: bytes
    url: str


def prepare(
    node: Node, message: Message[Q, A], question: Q, *, sender: str, receiver: str, hop: Hop, now: datetime
) -> Outgoing[Q, A]:
    """Sign a question for a system of the directory. Raises :class:`Refused` when the receiver is not listed."""
    try:
        url = node.directory.system(receiver).address_of(message.name)
        message_id = secrets.token_urlsafe(16)
        token = pack(
            node,
            question,
            kind=message.name,
            sender=sender,
            receiver=receiver,
            sealed=message.sealed,
            now=now,
            message_id=message_id,
        )
    except UnknownSystem:
        raise Refused(hop, Reason.UNREACHABLE, "the receiver is not in the directory") from None
    return Outgoing(message, sender, receiver, message_id, token, url)


def conclude(node: Node, outgoing: Outgoing[Q, A], status: int, body: bytes, *, hop: Hop, now: datetime) -> A:
    """Check the answer to a question. Raises :class:`Refused` with the refusal of the other side, or with this hop's own."""
    message = outgoing.message
    if status != 200:
        raise _read_refusal(node, outgoing, body, hop=hop, now=now)
    try:
        verified = envelope.verify(
            body,
            key_for=lambda issuer, kid: (
                node.directory.verify_key(issuer, kid) if issuer == outgoing.receiver else None
            ),
            audience=outgoing.sender,
            kind=message.answer_kind,
            now=now,
            max_bytes=MAX_ANSWER_BYTES,
        )
        if verified.header.in_reply_to != outgoing.message_id:
            raise Refused(hop, Reason.ANSWER_NOT_BOUND, "the answer belongs to another question")
        return _unpack(
            node,
            verified.body,
            message.answer,
            kind=message.answer_kind,
            sender=outgoing.receiver,
            receiver=outgoing.sender,
            sealed=message.sealed,
        )
    except EnvelopeRefused as error:
        raise _refused(error, hop, "the answer could not be accepted") from None


def _read_refusal(node: Node, outgoing: Outgoing[Q, A], body: bytes, *, hop: Hop, now: datetime) -> Refused:
    if body.startswith(b"{"):
        try:
            plain = msgspec.json.decode(body, type=_PlainRefusal).refusal
        except (ValueError, RecursionError):  # also what is no UTF-8
            return Refused(hop, Reason.UNREACHABLE, "the answer is not a message")
        return Refused(plain.hop, plain.reason, plain.detail)
    try:
        verified = envelope.verify(
            body,
            key_for=lambda issuer, kid: (
                node.directory.verify_key(issuer, kid) if issuer == outgoing.receiver else None
            ),
            audience=outgoing.sender,
            kind=REFUSAL_KIND,
            now=now,
            max_bytes=MAX_ANSWER_BYTES,
        )
        if verified.header.in_reply_to != outgoing.message_id:
            return Refused(hop, Reason.ANSWER_NOT_BOUND, "the refusal belongs to another question")
        refusal = envelope.decode_body(verified.body, Refusal)
    except EnvelopeRefused:
        return Refused(hop, Reason.UNREACHABLE, "the answer is not a message")
    return Refused(refusal.hop, refusal.reason, refusal.detail, is_signed=True)


_connections = threading.local()


def call(
    node: Node,
    message: Message[Q, A],
    question: Q,
    *,
    sender: str,
    receiver: str,
    hop: Hop,
    now: Callable[[], datetime],
) -> A:
    """Ask and wait for the answer, over a kept connection (synchronous institutions). Raises :class:`Refused`.

    A message is never sent twice by itself: if the connection breaks after sending, the caller learns ``unreachable`` and decides.
    """
    outgoing = prepare(node, message, question, sender=sender, receiver=receiver, hop=hop, now=now())
    try:
        status, body = _post(outgoing.url, message.path, outgoing.token)
    except (OSError, http.client.HTTPException):
        raise Refused(hop, Reason.UNREACHABLE, f"no answer from {receiver}") from None
    return conclude(node, outgoing, status, body, hop=hop, now=now())


def _post(url: str, path: str, token: bytes) -> tuple[int, bytes]:
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname is None:
        raise OSError("the directory lists an address that is not http")
    connections: dict[str, http.client.HTTPConnection] = _connections.__dict__.setdefault("open", {})
    connection = connections.pop(url, None)
    if connection is not None and not _is_idle(connection):
        connection.close()
        connection = None
    if connection is None:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", parts.path + path, body=token, headers={"Content-Type": CONTENT_TYPE})
        response = connection.getresponse()
        body = response.read(MAX_ANSWER_BYTES + 1)
    except BaseException:
        connection.close()
        raise
    if response.will_close or not response.isclosed():
        connection.close()
    else:
        connections[url] = connection
    return response.status, body


def _is_idle(connection: http.client.HTTPConnection) -> bool:
    """Whether a kept connection is still open: readable while nothing was asked means that the other side closed it."""
    if connection.sock is None:
        return False
    poller = select.poll()
    poller.register(connection.sock, select.POLLIN)
    return not poller.poll(0)
