"""The messages of events as AsyncAPI 3 documents, made from the message types: ``python -m mynumber.protocols.asyncapi FOLDER``.

Two applications are described, each from its own side: a member's system, which publishes and receives at its gateway, and a gateway,
which an operator may write anew, with the core and NATS. docs/asyncapi keeps what this writes.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from mynumber.protocols import event_bus, events, wire
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop, Reason, Refusal

ASYNCAPI: Final = "3.1.0"
VERSION: Final = "1.0.0"
SCHEMAS: Final = "#/components/schemas/{name}"
AnyMessage = Message[Any, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A kind of message that the application sends and that is answered."""

    name: str
    message: AnyMessage
    server: str
    summary: str


@dataclass(frozen=True, slots=True)
class _Application:
    title: str
    description: str
    servers: Mapping[str, Mapping[str, str]]
    asks: tuple[_Asked, ...]
    follows_bus: bool = False


_GATEWAY: Final = {
    "host": "gateway.localhost:8000",
    "protocol": "http",
    "description": "The gateway of the member; the directory of systems names its real address.",
}
_NETWORK: Final = {
    "host": "network.localhost:8000",
    "protocol": "http",
    "description": "The network core; the directory of systems names its real address.",
}
_NATS: Final = {
    "host": "nats.localhost:4222",
    "protocol": "nats",
    "description": "NATS JetStream, where MESH_URL is set. Without it events are fetched from the core.",
}

APPLICATIONS: Final[dict[str, _Application]] = {
    "member": _Application(
        "Events: a member's system",
        "What an institution's own system says to its gateway to publish changes about people and to hear of them. Every message is a signed"
        " token (JWS, ES256), these are sealed for the receiver too (HPKE); the payloads below are what is inside.",
        {"gateway": _GATEWAY},
        (
            _Asked("publish", events.PUBLISH, "gateway", "Say that something about people changed"),
            _Asked("subscriptions", events.SUBSCRIPTIONS, "gateway", "Begin, end and list subscriptions"),
            _Asked("watches", events.WATCHES, "gateway", "Say about whom there is a case"),
            _Asked(
                "received",
                events.RECEIVED,
                "gateway",
                "Fetch events after a place, and acknowledge those before",
            ),
        ),
    ),
    "gateway": _Application(
        "Events: a gateway",
        "What a member's gateway says to the network core, and what comes to it through NATS JetStream. Every message is a signed token"
        " (JWS, ES256); the payloads below are what is inside. People are codes of the member.",
        {"network": _NETWORK, "bus": _NATS},
        (
            _Asked("events", events.EVENTS, "network", "Pass on what the member published"),
            _Asked("subscriptions", events.SUBSCRIPTIONS, "network", "Begin, end and list subscriptions"),
            _Asked("watches", events.CODED_WATCHES, "network", "Say about whom the member has a case"),
            _Asked(
                "since",
                events.EVENTS_SINCE,
                "network",
                "Fetch entries after a place, and acknowledge those before",
            ),
        ),
        follows_bus=True,
    ),
}


def document(name: str) -> dict[str, Any]:
    """The AsyncAPI document of ``member`` or ``gateway``."""
    application = APPLICATIONS[name]
    types: list[type[msgspec.Struct]] = [Refusal]
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {"refusal": _message(Refusal, wire.REFUSAL_KIND, sealed=False)}
    for asked in application.asks:
        message = asked.message
        types += [message.question, message.answer]
        messages[asked.name] = _message(message.question, message.name, sealed=message.sealed)
        messages[f"{asked.name}Answer"] = _message(message.answer, message.answer_kind, sealed=message.sealed)
        channels[asked.name] = {
            "address": f"/{{system}}{message.path}" if asked.server == "gateway" else message.path,
            "description": f"POST. A token has at most {message.max_bytes} bytes, both ways.",
            "servers": [{"$ref": f"#/servers/{asked.server}"}],
            "messages": {
                part: {"$ref": f"#/components/messages/{part}"}
                for part in (asked.name, f"{asked.name}Answer", "refusal")
            },
            **({"parameters": {"system": _SYSTEM}} if asked.server == "gateway" else {}),
        }
        operations[asked.name] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{asked.name}"},
            "summary": asked.summary,
            "messages": [{"$ref": f"#/channels/{asked.name}/messages/{asked.name}"}],
            "reply": {
                "channel": {"$ref": f"#/channels/{asked.name}"},
                "messages": [
                    {"$ref": f"#/channels/{asked.name}/messages/{asked.name}Answer"},
                    {"$ref": f"#/channels/{asked.name}/messages/refusal"},
                ],
            },
            "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
        }
    if application.follows_bus:
        types.append(events.CodedEntries)
        messages["entries"] = _message(events.CodedEntries, event_bus.PAGE_KIND, sealed=True)
        channels["bus"] = {
            "address": event_bus.subject_of("{subscriber}"),
            "description": f"Stream {event_bus.STREAM}; one durable consumer a subscriber. A page comes at least once; the places of its entries say"
            " what is missing and what came before. A token has at most "
            f"{event_bus.MAX_PAGE_BYTES} bytes.",
            "servers": [{"$ref": "#/servers/bus"}],
            "parameters": {"subscriber": {"description": "Member id, e.g. municipality.131229."}},
            "messages": {"entries": {"$ref": "#/components/messages/entries"}},
        }
        operations["follow"] = {
            "action": "receive",
            "channel": {"$ref": "#/channels/bus"},
            "summary": "Take entries as they come",
            "messages": [{"$ref": "#/channels/bus/messages/entries"}],
        }
    _, schemas = msgspec.json.schema_components(types, ref_template=SCHEMAS)
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": application.title,
            "version": VERSION,
            "description": application.description,
            "license": {"name": "See LICENSE"},
        },
        "defaultContentType": wire.CONTENT_TYPE,
        "servers": {name: dict(server) for name, server in application.servers.items()},
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": for_everybody(dict(sorted(schemas.items())))},
    }


_SYSTEM: Final = {"description": "The member's tenant of the gateway, e.g. gateway.municipality.131229."}


def for_everybody(schema: Any) -> Any:
    """A JSON Schema with patterns as other languages read them: the end of a text is ``$`` there (ECMA-262), ``\\Z`` only in Python."""
    if isinstance(schema, dict):
        return {
            key: value.replace(r"\Z", "$")
            if key == "pattern" and isinstance(value, str)
            else for_everybody(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list | tuple):
        return [for_everybody(item) for item in schema]
    return schema


def _message(body: type[msgspec.Struct], kind: str, *, sealed: bool) -> dict[str, Any]:
    how = "Inside the signature, and sealed for the receiver" if sealed else "Inside the signature"
    return {
        "name": kind,
        "title": body.__name__,
        "summary": (inspect.getdoc(body) or body.__name__).splitlines()[0],
        "description": f"{how}; the kind of the token is {kind}.",
        "contentType": wire.CONTENT_TYPE,
        "payload": {"$ref": SCHEMAS.format(name=body.__name__)},
        "examples": [
            {"payload": msgspec.to_builtins(example)} for example in _EXAMPLES if type(example) is body
        ],
    }


_AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
_EVENT: Final = UUID("5c0f3a52-6d0f-4c0e-9d5e-3f1f0a7b2c11")
_CODE: Final = "1.6K4j0sQx0rR0mD2uM0b8gQv1cP9Yw5m3Zt7eLh2xXnA"
_TOPIC: Final = events.Topic(
    affair="81-1", provider_kind="pension_service", information="public_pension_benefit"
)
_GROUNDS: Final = (events.Ground(affair="81-1", provision="81-1-4"),)
_REFUSED: Final = (events.RefusedItem(position=0, reason=events.EventRefusal.NO_CODE_HELD),)
_ENTRY: Final = events.CodedEntry(
    sequence=41,
    publisher="pension_service",
    event_id=_EVENT,
    code=_CODE,
    kind=events.EventKind.BENEFIT_AWARDED,
    information="public_pension_benefit",
    occurred_at=_AT,
    grounds=_GROUNDS,
)
_STANDING: Final = events.Subscription(topic=_TOPIC, provision="81-1-4", since=_AT)
_EXAMPLES: Final[tuple[msgspec.Struct, ...]] = (
    Refusal(Hop.NETWORK, Reason.REPLAYED),
    events.PublishEvents(
        events=(
            events.ChangeEvent(
                event_id=_EVENT,
                addressee="P-1024",
                kind=events.EventKind.BENEFIT_AWARDED,
                information="public_pension_benefit",
                occurred_at=_AT,
            ),
        )
    ),
    events.EventsPublished(accepted=0, refused=_REFUSED),
    events.Events(
        events=(
            events.CodedEvent(
                event_id=_EVENT,
                code=_CODE,
                kind=events.EventKind.BENEFIT_AWARDED,
                information="public_pension_benefit",
                occurred_at=_AT,
            ),
        )
    ),
    events.EventResults(
        results=(
            events.EventResult(
                receivers=(events.Receiver(subscriber="municipality.131229", affairs=("81-1",)),)
            ),
        )
    ),
    events.ChangeSubscriptions(begin=(_TOPIC,)),
    events.Subscriptions(subscriptions=(_STANDING,)),
    events.ChangeWatches(topic=_TOPIC, watch=("C-7",)),
    events.ChangeCodedWatches(topic=_TOPIC, watch=(_CODE,)),
    events.WatchesChanged(watched=0, unwatched=0, refused=_REFUSED),
    events.EventsSince(after=40, wait_seconds=20),
    events.CodedEntries(entries=(_ENTRY,), oldest=1, latest=41),
    events.ReceivedEntries(
        entries=(
            events.ReceivedEntry(
                sequence=41,
                publisher="pension_service",
                event_id=_EVENT,
                addressee="C-7",
                kind=events.EventKind.BENEFIT_AWARDED,
                information="public_pension_benefit",
                occurred_at=_AT,
                received_at=_AT,
                grounds=_GROUNDS,
            ),
        ),
        oldest=1,
        latest=41,
    ),
)
"""One of each body; the test has the AsyncAPI parser judge them by the schemas."""


def text_of(name: str) -> str:
    """The document as it is kept in a file."""
    return msgspec.json.format(msgspec.json.encode(document(name)).decode()) + "\n"


def main() -> None:
    """Write every document into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in APPLICATIONS:
        (folder / f"events-{name}.json").write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
