"""What schemathesis makes of the documents, and how it becomes messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode

from mynumber.foundation import envelope
from mynumber.protocols import wire
from mynumber.protocols.asyncapi import for_everybody
from mynumber.protocols.node import Node
from mynumber.protocols.openapi import OPENAPI, SERVICES, AnyMessage, document

BOUNDED = settings(
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def as_it_is(_context: object, value: Any) -> bytes:
    """A token is text; whatever else is generated goes as it would be written."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else msgspec.json.encode(value)


schemathesis.serializer(wire.CONTENT_TYPE)(as_it_is)


def bodies(schema: dict[str, Any], mode: GenerationMode) -> Any:
    """What schemathesis makes of a JSON request body of this schema."""
    loaded = schemathesis.openapi.from_dict(schema)
    operation = loaded["/body"]["POST"]
    return operation.as_strategy(generation_mode=mode)


def inside(message: AnyMessage) -> dict[str, Any]:
    """A document of one operation, whose body is what stands inside the signature."""
    (reference,), components = msgspec.json.schema_components(
        [message.question], ref_template="#/components/schemas/{name}"
    )
    return of_one_operation("application/json", reference) | {
        "components": {"schemas": for_everybody(components)}
    }


def of_one_operation(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A document that takes a body of this schema."""
    operation = {
        "requestBody": {"required": True, "content": {media_type: {"schema": schema}}},
        "responses": {"200": {"description": "answered"}},
    }
    return {
        "openapi": OPENAPI,
        "info": {"title": "one operation", "version": "1"},
        "paths": {"/body": {"post": operation}},
    }


def check(status: int, body: bytes) -> None:
    """A yes, or a no of the sender's fault that names its reason."""
    assert status == 200 or 400 <= status < 500, f"{status} {body[:200]!r}"
    if status != 200 and body.startswith(b"{"):
        told = msgspec.json.decode(body)
        assert "refusal" in told or "error" in told


def signed(node: Node, message: AnyMessage, body: bytes, sender: str, receiver: str) -> bytes:
    """The body as a message, sealed where its kind is."""
    if message.sealed:
        info = b"\n".join(
            (b"mynumber sealed body v1", message.name.encode(), sender.encode(), receiver.encode())
        )
        blob = envelope.seal(body, to=node.directory.seal_key(receiver), info=info, aad=b"")
        body = msgspec.json.encode({"sealed": wire.to_text(blob)})
    return envelope.sign(
        body,
        key=node.signing_key(sender),
        issuer=sender,
        audience=receiver,
        kind=message.name,
        now=datetime.now(UTC),
        lifetime=wire.MESSAGE_LIFETIME,
    )


def outside(message: AnyMessage) -> dict[str, Any]:
    """A document of one operation, whose body is a token as the documents describe it."""
    kind = next(
        post["requestBody"]["content"][wire.CONTENT_TYPE]["schema"]
        for name in SERVICES
        for path in document(name)["paths"].values()
        if (post := path["post"])["operationId"] == message.name
    )
    # what the code holds of the schema inside the signature says nothing about the bytes outside
    schema = {"type": kind["type"], "pattern": kind["pattern"], "maxLength": 400}
    return of_one_operation(wire.CONTENT_TYPE, schema)
