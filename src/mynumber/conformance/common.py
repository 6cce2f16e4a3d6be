"""Checks of the envelope, the same for both roles: the order in which a message is read, and that each broken rule has its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from mynumber.conformance.checks import Check, Checks, expect
from mynumber.conformance.stage import Stage, now, other_signature
from mynumber.conformance.world import GATEWAY, STRANGER, STRANGER_GATEWAY
from mynumber.foundation import envelope
from mynumber.foundation.envelope import SigningKey
from mynumber.protocols import wire
from mynumber.protocols.message import GROUP_ITEMS, Message
from mynumber.protocols.refusal import Reason

check = Checks("envelope", "protocols/envelope.md#a-signed-message")
_TIME = "protocols/exchange.md#clocks-時計"
_TRANSPORT = "protocols/exchange.md#the-order-of-checks"


@dataclass(frozen=True, slots=True)
class Subject:
    """The message with which the envelope is tried."""

    stage: Stage
    message: Message[Any, Any]
    sender: str
    question: Callable[[], msgspec.Struct]
    """A good question, each time another."""
    items: str
    """Name of its list of items."""

    def token(self, **changes: Any) -> bytes:
        """A good message; changes break a rule of the envelope."""
        stage, at = self.stage, changes.pop("at", now())
        issuer = changes.pop("issuer", self.sender)
        body: bytes | msgspec.Struct = changes.pop("body", None) or self.question()
        if self.message.sealed:
            plain = body if isinstance(body, bytes) else msgspec.json.encode(body)
            audience, kind = changes.get("audience", GATEWAY), changes.get("kind", self.message.name)
            info = b"\n".join((b"mynumber sealed body v1", kind.encode(), issuer.encode(), audience.encode()))
            blob = envelope.seal(plain, to=stage.node.directory.seal_key(GATEWAY), info=info, aad=b"")
            body = msgspec.json.encode({"sealed": wire.to_text(blob)})
        given = {
            "key": stage.node.signing_key(issuer),
            "issuer": issuer,
            "audience": GATEWAY,
            "kind": self.message.name,
            "now": at,
            "lifetime": wire.MESSAGE_LIFETIME,
        }
        return envelope.sign(body, **{**given, **changes})

    def send(self, token: bytes) -> tuple[int, bytes]:
        """Status and body of what comes back."""
        return self.stage.post(self.message.path, token)

    def refused(self, token: bytes, *reasons: Reason) -> None:
        """The message must be refused with one of the reasons and a status of 4xx. Raises Failed."""
        status, body = self.send(token)
        wanted = " or ".join(reasons)
        expect(status != 200, f"was accepted; it must be refused with {wanted}")
        expect(400 <= status < 500, f"HTTP {status}; a refusal of the sender's fault is 4xx")
        reason = self.stage.reason_of(status, body)
        expect(reason in reasons, f"refused with {reason.value}, not {wanted}")

    def accepted(self, token: bytes) -> None:
        """The message must be answered. Raises Failed."""
        status, body = self.send(token)
        if status != 200:
            reason = self.stage.reason_of(status, body)
            expect(False, f"HTTP {status}, refused with {reason.value}; it must be answered")

    def fields(self) -> dict[str, Any]:
        """The fields of a good question."""
        made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self.question()))
        return made


def _again(parts: list[bytes], place: int, change: Callable[[bytes], bytes]) -> bytes:
    """A token of which one part (0 header, 1 payload) is decoded, changed and encoded again."""
    text = change(wire.from_text(parts[place].decode()))
    return b".".join([*parts[:place], wire.to_text(text).encode(), *parts[place + 1 :]])


@check("empty", "an empty body", "malformed")
def _(subject: Subject) -> None:
    subject.refused(b"", Reason.MALFORMED)


@check("not-a-token", "bytes that are no JWS", "malformed")
def _(subject: Subject) -> None:
    for noise in (b"hello", b"..", b"a.b.c", b"\xff\x00", b'{"alg":"none"}', b"%s." % subject.token()):
        subject.refused(noise, Reason.MALFORMED)


@check("too-large", "a body one byte over the limit of its kind", "too_large, HTTP 413, read no further")
def _(subject: Subject) -> None:
    subject.refused(b"a" * (subject.message.max_bytes + 1), Reason.TOO_LARGE)


@check("alg-none", "a header with alg none, and no signature", "malformed or wrong algorithm, never read on")
def _(subject: Subject) -> None:
    parts = subject.token().split(b".")
    none = _again(parts, 0, lambda header: header.replace(b"ES256", b"none"))
    subject.refused(none, Reason.MALFORMED, Reason.BAD_SIGNATURE)
    subject.refused(none.rpartition(b".")[0] + b".", Reason.MALFORMED, Reason.BAD_SIGNATURE)


@check("header-spelling", "a header with white space, with another member, in another order", "malformed")
def _(subject: Subject) -> None:
    parts = subject.token().split(b".")
    for change in (
        lambda header: header.replace(b",", b", ", 1),
        lambda header: header[:-1] + b',"crit":["b64"]}',
        lambda header: (
            b'{"typ"'
            + header[header.index(b'"typ"') + 5 : -1]
            + b","
            + header[1 : header.index(b',"typ"')]
            + b"}"
        ),
    ):
        subject.refused(_again(parts, 0, change), Reason.MALFORMED)


@check("payload-spelling", "a payload with a member twice, or with white space", "malformed")
def _(subject: Subject) -> None:
    parts = subject.token().split(b".")
    for change in (
        lambda payload: payload[:-1] + b',"iss":"network"}',
        lambda payload: payload.replace(b'"aud":', b'"aud": ', 1),
    ):
        subject.refused(_again(parts, 1, change), Reason.MALFORMED, Reason.BAD_SIGNATURE)


@check("base64-spelling", "the same token with padding, or with other spare bits", "malformed")
def _(subject: Subject) -> None:
    token = subject.token()
    subject.refused(token + b"=", Reason.MALFORMED)
    subject.refused(token[:-1] + bytes([token[-1] ^ 1]), Reason.MALFORMED, Reason.BAD_SIGNATURE)


@check("unknown-key", "signed with a key that the directory does not list", "unknown_key")
def _(subject: Subject) -> None:
    subject.refused(subject.token(key=SigningKey.generate()), Reason.UNKNOWN_KEY)


@check("key-of-another", "signed by another system in the sender's name", "unknown_key")
def _(subject: Subject) -> None:
    subject.refused(subject.token(key=subject.stage.node.signing_key(STRANGER)), Reason.UNKNOWN_KEY)


@check("bad-signature", "a signature of another message", "bad_signature")
def _(subject: Subject) -> None:
    one, other = subject.token(), subject.token()
    subject.refused(one.rpartition(b".")[0] + b"." + other.rpartition(b".")[2], Reason.BAD_SIGNATURE)


@check("wrong-audience", "addressed to another system", "wrong_audience")
def _(subject: Subject) -> None:
    subject.refused(subject.token(audience=STRANGER_GATEWAY), Reason.WRONG_AUDIENCE)


@check("wrong-kind", "a message of another kind at this address", "wrong_kind")
def _(subject: Subject) -> None:
    for kind in ("side-records.v1", subject.message.answer_kind, "permit.v2"):
        subject.refused(subject.token(kind=kind), Reason.WRONG_KIND)


@check("expired", "issued 100 seconds ago, to live for 60", "expired", _TIME)
def _(subject: Subject) -> None:
    subject.refused(subject.token(at=now() - timedelta(seconds=100)), Reason.EXPIRED)


@check("long-expired", "issued an hour ago", "clock_off or expired", _TIME)
def _(subject: Subject) -> None:
    subject.refused(subject.token(at=now() - timedelta(hours=1)), Reason.CLOCK_OFF, Reason.EXPIRED)


@check("future", "issued 60 seconds in the future", "not_yet_valid", _TIME)
def _(subject: Subject) -> None:
    subject.refused(subject.token(at=now() + timedelta(seconds=60)), Reason.NOT_YET_VALID)


@check("far-future", "issued an hour in the future", "clock_off or not_yet_valid", _TIME)
def _(subject: Subject) -> None:
    subject.refused(subject.token(at=now() + timedelta(hours=1)), Reason.CLOCK_OFF, Reason.NOT_YET_VALID)


@check("skew", "clocks that differ by 20 seconds, either way", "answered", _TIME)
def _(subject: Subject) -> None:
    for seconds in (-80, 20):
        subject.accepted(subject.token(at=now() + timedelta(seconds=seconds)))


@check("lifetime", "a message that would live for an hour", "malformed", _TIME)
def _(subject: Subject) -> None:
    hour = timedelta(hours=1)
    subject.refused(subject.token(lifetime=hour, max_lifetime=hour), Reason.MALFORMED)


@check("unknown-field", "a body with a field that the message does not have", "malformed")
def _(subject: Subject) -> None:
    body = msgspec.json.encode({**subject.fields(), "debug": True})
    subject.refused(subject.token(body=body), Reason.MALFORMED)


@check("no-items", "a group of none", "malformed")
def _(subject: Subject) -> None:
    fields = subject.fields()
    if isinstance(fields[subject.items], list):
        body = msgspec.json.encode({**fields, subject.items: []})
        subject.refused(subject.token(body=body), Reason.MALFORMED)
    subject.refused(subject.token(body=b"{}"), Reason.MALFORMED)


@check("too-many-items", f"a group of {GROUP_ITEMS + 1}", "malformed or too_large")
def _(subject: Subject) -> None:
    fields = subject.fields()
    many = (
        {**fields, subject.items: fields[subject.items] * (GROUP_ITEMS + 1)}
        if isinstance(fields[subject.items], list)
        else {**fields, "only": list(range(GROUP_ITEMS + 1))}
    )
    body = msgspec.json.encode(many)
    subject.refused(subject.token(body=body), Reason.MALFORMED, Reason.TOO_LARGE)


@check("wrong-types", "fields of other types, deep nesting, no JSON object", "malformed")
def _(subject: Subject) -> None:
    for body in (b"null", b"[]", b'"x"', b"[" * 500 + b"]" * 500, msgspec.json.encode({subject.items: 1})):
        subject.refused(subject.token(body=body), Reason.MALFORMED)


@check("replay", "the same message twice", "the second is refused: replayed", _TRANSPORT)
def _(subject: Subject) -> None:
    token = subject.token()
    subject.accepted(token)
    subject.refused(token, Reason.REPLAYED)


@check(
    "replay-other-signature",
    "the same message with the other signature that anybody can make of it, (r, n - s)",
    "replayed: the signature names no message",
    _TRANSPORT,
)
def _(subject: Subject) -> None:
    token = subject.token()
    subject.accepted(token)
    subject.refused(other_signature(token), Reason.REPLAYED)


@check(
    "not-entitled",
    "a listed system that may not send this kind",
    "not_entitled",
    "protocols/exchange.md#the-messages",
)
def _(subject: Subject) -> None:
    for issuer in ("network", STRANGER):
        subject.refused(subject.token(issuer=issuer), Reason.NOT_ENTITLED)


@check(
    "signed-refusal",
    "a refused message of a proven sender",
    "the refusal is signed, and names the message that it answers",
)
def _(subject: Subject) -> None:
    stage = subject.stage
    outgoing = stage.prepare(subject.message, subject.question(), sender=STRANGER)
    status, body = stage.post(subject.message.path, outgoing.token)
    expect(not body.startswith(b"{"), f"HTTP {status} with a refusal that nobody signed")
    verified = envelope.verify(
        body,
        key_for=stage.node.directory.verify_key,
        audience=STRANGER,
        kind=wire.REFUSAL_KIND,
        now=now(),
    )
    expect(verified.header.issuer == GATEWAY, f"signed by {verified.header.issuer}")
    expect(verified.header.in_reply_to == outgoing.message_id, "irt is not the id of the message")


@check(
    "address",
    "GET at the address of a message, and an unknown kind",
    "404 or 405",
    "protocols/exchange.md#refusals",
)
def _(subject: Subject) -> None:
    for method, path in (("GET", subject.message.path), ("POST", "/messages/no-such-kind.v1")):
        status, _ = subject.stage.post(path, b"" if method == "GET" else subject.token(), method=method)
        expect(status in (404, 405), f"HTTP {status} to {method} {path}")


ENVELOPE: list[Check] = check.all
