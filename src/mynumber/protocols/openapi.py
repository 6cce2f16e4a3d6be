"""The messages over HTTP as OpenAPI 3.1 documents, made from the message types: ``python -m mynumber.protocols.openapi FOLDER``.

One document a process that vendors talk to. A body is a token (JWS, ES256); ``contentSchema`` describes what is inside its signature, and inside
the seal where there is one. docs/openapi keeps what this writes.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from mynumber.protocols import (
    acquisition,
    blind,
    copies,
    corrections,
    events,
    exchange,
    files,
    holders,
    holds,
    hours,
    information,
    notices,
    own_use,
    records,
    residents,
    supervision,
    wire,
)
from mynumber.protocols.asyncapi import for_everybody
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Reason, Refusal

OPENAPI: Final = "3.1.1"
VERSION: Final = "2.0.0"
SCHEMAS: Final = "#/components/schemas/{name}"
AnyMessage = Message[Any, Any]
Refer = Mapping[type[msgspec.Struct], Mapping[str, Any]]

MEMBER, GATEWAY, NETWORK, JLIS, PORTAL = "member", "gateway", "network", "jlis", "portal"
COMMISSION: Final = "commission"
"""Who sends: the own member, another gateway tenant, the network, J-LIS, the portal, the supervisory commission."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process and the messages that it takes, with who may send each."""

    title: str
    description: str
    server: str
    takes: Mapping[str, tuple[AnyMessage, ...]]
    tenants: bool = False
    """Whether it acts as several systems, of which the path names one."""


SERVICES: Final[dict[str, Service]] = {
    "gateway": Service(
        "Gateway (中間サーバー)",
        "What a gateway tenant takes: from its own member's system, from other gateways, from the network.",
        "http://gateway.localhost:8000",
        {
            MEMBER: (
                *(exchange.ASK, acquisition.OPEN_ACQUISITION, copies.REGISTER_COPIES, holds.CHANGE_HOLDS),
                *(hours.AVAILABILITY, records.QUERY_SIDE),
                *(events.PUBLISH, events.SUBSCRIPTIONS, events.WATCHES, events.RECEIVED),
                *(files.SEND_PART, files.QUERY_FILE, files.QUERY_REFUSED_LINES, files.FETCH_RESULTS),
                *(corrections.CORRECT, corrections.RECEIVED_CORRECTIONS),
                *(holders.WHO_HOLDS, holders.ASK_TO_OBTAIN, holders.SENT_OBTAINS),
                *(holders.FETCH_OBTAIN, holders.ANSWER_OBTAIN),
                *(notices.SEND_NOTICES, notices.NOTICE_REPORTS),
            ),
            GATEWAY: (
                *(exchange.PRESENT_SHEET, exchange.WITHDRAW, hours.QUERY_HOURS, corrections.TELL_CORRECTION),
                *(holders.FORWARD_OBTAIN, holders.TELL_OBTAINED),
            ),
            NETWORK: (acquisition.DELIVER_CODES, acquisition.ROTATE_CODES),
            PORTAL: (
                *(information.QUERY_INVENTORY, information.QUERY_OWN_RECORD, information.OPEN_CASE),
                notices.REPORT_NOTICES,
            ),
        },
        tenants=True,
    ),
    "network": Service(
        "Network core (情報提供ネットワークシステム)",
        "What the network takes from gateways and from J-LIS.",
        "http://network.localhost:8000",
        {
            GATEWAY: (
                *(exchange.REQUEST_PERMITS, exchange.NOTIFY, exchange.QUERY_STATUS, holders.QUERY_HOLDERS),
                *(corrections.NOTE_CORRECTIONS, events.EVENTS, events.SUBSCRIPTIONS),
                *(events.CODED_WATCHES, events.EVENTS_SINCE),
                *(blind.REQUEST_BLIND_PERMITS, notices.ADDRESS_NOTICES),
            ),
            JLIS: (acquisition.ISSUE_CODES,),
            NETWORK: (acquisition.TELL_ISSUED, acquisition.QUERY_ISSUED),
            PORTAL: (
                *(records.QUERY_RECORDS, records.QUERY_RECEIPT, events.QUERY_EVENT_RECORDS),
                *(blind.QUERY_TAGS, blind.QUERY_MARKED_RECORDS, blind.QUERY_MARKED_RECEIPT),
                *(information.QUERY_OWN_HOLDERS, information.REQUEST_OWN_PERMITS),
            ),
            COMMISSION: (supervision.SUPERVISE, own_use.TELL_OWN_USE),
        },
    ),
    "jlis": Service(
        "J-LIS (地方公共団体情報システム機構)",
        "What J-LIS takes from members that inquire or provide: numbers by the four attributes, requests for codes.",
        "http://jlis.localhost:8000",
        {MEMBER: (residents.LOOK_UP, residents.LOOK_UP_BY_NUMBER, acquisition.REQUEST_CODES)},
    ),
}


def document(name: str) -> dict[str, Any]:
    """The OpenAPI document of ``gateway``, ``network`` or ``jlis``."""
    service = SERVICES[name]
    kinds = [message for messages in service.takes.values() for message in messages]
    types: list[type[msgspec.Struct]] = list(
        dict.fromkeys([Refusal, *(body for one in kinds for body in (one.question, one.answer))])
    )
    references, schemas = msgspec.json.schema_components(types, ref_template=SCHEMAS)
    refer: Refer = dict(zip(types, references, strict=True))
    paths: dict[str, Any] = {}
    for sender, messages in service.takes.items():
        for message in messages:
            address = f"/{{system}}{message.path}" if service.tenants else message.path
            paths[address] = {
                **({"parameters": [{"$ref": "#/components/parameters/system"}]} if service.tenants else {}),
                "post": _operation(message, sender, refer),
            }
    parameters = {"parameters": {"system": _SYSTEM}} if service.tenants else {}
    return {
        "openapi": OPENAPI,
        "info": {
            "title": service.title,
            "version": VERSION,
            "description": f"{service.description} Every message is a signed token; see docs/protocols/envelope.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {"url": service.server, "description": "The signed directory of systems names the real one."}
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {
                **for_everybody(dict(sorted(schemas.items()))),
                "PlainRefusal": _PLAIN,
                "NoSuchAddress": _NO_SUCH_ADDRESS,
            },
            "responses": {
                "404": {
                    "description": "There is no such system here, no such kind of message, or the method is not POST.",
                    "content": {
                        "application/json": {"schema": {"$ref": SCHEMAS.format(name="NoSuchAddress")}}
                    },
                },
                **{
                    str(status): {
                        "description": f"Refused: {', '.join(reasons)}. Signed for a proven sender, else plain JSON.",
                        "content": {
                            wire.CONTENT_TYPE: {
                                "schema": _token(refer[Refusal], wire.REFUSAL_KIND, sealed=False)
                            },
                            "application/json": {"schema": {"$ref": SCHEMAS.format(name="PlainRefusal")}},
                        },
                    }
                    for status, reasons in _reasons().items()
                },
            },
            **parameters,
        },
    }


def _operation(message: AnyMessage, sender: str, refer: Refer) -> dict[str, Any]:
    return {
        "operationId": message.name,
        "summary": _first_line(message.question),
        "description": f"Sent by: {sender}. A token has at most {message.max_bytes} bytes, both ways."
        + (" Sealed both ways." if message.sealed else ""),
        "x-sent-by": sender,
        "requestBody": {
            "required": True,
            "content": {
                wire.CONTENT_TYPE: {
                    "schema": _token(refer[message.question], message.name, sealed=message.sealed)
                    | {"maxLength": message.max_bytes}
                }
            },
        },
        "responses": {
            "200": {
                "description": f"Answered: {_first_line(message.answer)}",
                "content": {
                    wire.CONTENT_TYPE: {
                        "schema": _token(refer[message.answer], message.answer_kind, sealed=message.sealed)
                    }
                },
            },
            **{
                str(status): {"$ref": f"#/components/responses/{status}"}
                for status in sorted({404, *_reasons()})
            },
        },
    }


def _token(inside: Mapping[str, Any], kind: str, *, sealed: bool) -> dict[str, Any]:
    """A token as a schema: the form of the text, and what is in it."""
    if sealed:
        inside = {
            "type": "object",
            "properties": {
                "sealed": {
                    "type": "string",
                    "contentEncoding": "base64url",
                    "description": "HPKE, sealed to the receiver; what follows is inside.",
                    "contentMediaType": "application/json",
                    "contentSchema": inside,
                }
            },
            "required": ["sealed"],
            "additionalProperties": False,
        }
    return {
        "type": "string",
        "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$",
        "description": f'Compact JWS, typ "{kind}".',
        "contentMediaType": wire.CONTENT_TYPE,
        "contentSchema": {
            "type": "object",
            "properties": {
                **_CLAIMS,
                "body": inside,
            },
            "required": [*_CLAIMS, "body"],
            "additionalProperties": False,
        },
    }


def _first_line(body: type[msgspec.Struct]) -> str:
    own = body.__dict__.get("__doc__")
    return inspect.cleandoc(own).splitlines()[0] if own else body.__name__


def _reasons() -> dict[int, list[str]]:
    """HTTP statuses of refusals with the reasons that have them."""
    found: dict[int, list[str]] = {}
    for reason in Reason:
        found.setdefault(wire.STATUS_OF.get(reason, 400), []).append(reason.value)
    return dict(sorted(found.items()))


_NAME: Final = {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$"}
_CLAIMS: Final[dict[str, Any]] = {
    "iss": _NAME | {"description": "The sender, a system of the directory."},
    "aud": _NAME | {"description": "The receiver."},
    "iat": {"type": "integer", "description": "Issued, seconds since 1970."},
    "exp": {"type": "integer", "description": "Expires: 60 seconds after."},
    "jti": _NAME | {"description": "Message id; used once."},
    "irt": {"anyOf": [_NAME, {"type": "null"}], "description": "Of an answer: the id of its question."},
}
_SYSTEM: Final = {
    "name": "system",
    "in": "path",
    "required": True,
    "description": "The gateway tenant, e.g. gateway.municipality.131229.",
    "schema": {"type": "string", "pattern": r"^gateway\.[a-z0-9_.]{1,70}$"},
}
_PLAIN: Final = {
    "title": "PlainRefusal",
    "description": "A refusal for a sender that is not proven: there is nobody to sign it for.",
    "type": "object",
    "properties": {"refusal": {"$ref": SCHEMAS.format(name="Refusal")}},
    "required": ["refusal"],
}
_NO_SUCH_ADDRESS: Final = {
    "title": "NoSuchAddress",
    "description": "Nothing was asked of anybody: the address is wrong.",
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
    "additionalProperties": False,
}


def text_of(name: str) -> str:
    """The document as it is kept in a file."""
    return msgspec.json.format(msgspec.json.encode(document(name)).decode()) + "\n"


def main() -> None:
    """Write every document into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in SERVICES:
        (folder / f"{name}.json").write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
