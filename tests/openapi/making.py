"""What schemathesis makes of the documents, and how it becomes messages."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode

from mynumber.foundation import envelope
from mynumber.protocols import wire
from mynumber.protocols.asyncapi import for_everybody
from mynumber.protocols.node import Node
from mynumber.protocols.openapi import OPENAPI, AnyMessage, document
from mynumber.protocols.refusal import Hop, Reason, Refused

AT_LENGTH = os.environ.get("MYNUMBER_THOROUGH") == "1"
"""Other examples each time in `make thorough` and `make faults`; in `make test` the same ones."""
BOUNDED = settings(
    derandomize=not AT_LENGTH,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def as_it_is(_context: object, value: Any) -> bytes:
    """A token is text; whatever else is generated goes as it would be written."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else msgspec.json.encode(value)


schemathesis.serializer(wire.CONTENT_TYPE)(as_it_is)


@cache
def documented(name: str) -> Any:
    """The document of a process as schemathesis reads it."""
    return schemathesis.openapi.from_dict(document(name))


def operation(name: str, message: AnyMessage) -> Any:
    """The operation of a kind of message."""
    path = next(
        path for path, item in document(name)["paths"].items() if item["post"]["operationId"] == message.name
    )
    return documented(name)[path]["POST"]


def bodies(schema: dict[str, Any], mode: GenerationMode) -> Any:
    """What schemathesis makes of a JSON request body of this schema."""
    return schemathesis.openapi.from_dict(schema)["/body"]["POST"].as_strategy(generation_mode=mode)


def inside(message: AnyMessage) -> dict[str, Any]:
    """A document of one operation, whose body is what stands inside the signature."""
    (reference,), components = msgspec.json.schema_components(
        [message.question], ref_template="#/components/schemas/{name}"
    )
    operation = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference}}},
        "responses": {"200": {"description": "answered"}},
    }
    return {
        "openapi": OPENAPI,
        "info": {"title": "one operation", "version": "1"},
        "paths": {"/body": {"post": operation}},
        "components": {"schemas": for_everybody(components)},
    }


class Sent(NamedTuple):
    """A message as it went out."""

    sender: str
    receiver: str
    message_id: str
    token: bytes


def signed(node: Node, message: AnyMessage, body: bytes, sender: str, receiver: str) -> Sent:
    """The body as a message, sealed where its kind is."""
    if message.sealed:
        info = b"\n".join(
            (b"mynumber sealed body v1", message.name.encode(), sender.encode(), receiver.encode())
        )
        blob = envelope.seal(body, to=node.directory.seal_key(receiver), info=info, aad=b"")
        body = msgspec.json.encode({"sealed": wire.to_text(blob)})
    message_id = secrets.token_urlsafe(16)
    token = envelope.sign(
        body,
        key=node.signing_key(sender),
        issuer=sender,
        audience=receiver,
        kind=message.name,
        now=datetime.now(UTC),
        lifetime=wire.MESSAGE_LIFETIME,
        message_id=message_id,
    )
    return Sent(sender, receiver, message_id, token)


NOT_NOW = frozenset({"network: unavailable (codes of members that are at home elsewhere)"})
"""What a good question may be told that is no fault of its sender: a member's move of which the other core has not heard."""


def check(node: Node, message: AnyMessage, sent: Sent, status: int, body: bytes) -> None:
    """A yes that is signed and as the document describes it, or a no that names its reason; never that something failed inside."""
    outgoing = wire.Outgoing(message, sent.sender, sent.receiver, sent.message_id, b"", "")
    told = _refusal(node, outgoing, status, body)
    assert status == 200 or 400 <= status < 500 or str(told) in NOT_NOW, f"{status} {told}"
    if status == 200:
        assert told is None, f"the answer is not what the document says: {told}"
    else:
        assert told is not None
        assert told.reason is not Reason.UNREACHABLE, f"nobody can read why not: {body[:200]!r}"


def _refusal(node: Node, outgoing: wire.Outgoing[Any, Any], status: int, body: bytes) -> Refused | None:
    try:
        wire.conclude(node, outgoing, status, body, hop=Hop.INQUIRER_GATEWAY, now=datetime.now(UTC))
    except Refused as refused:
        return refused
    return None
