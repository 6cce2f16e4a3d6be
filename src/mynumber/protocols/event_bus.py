"""How entries travel through NATS JetStream: subject, stream, and a page of entries signed by the network and sealed for one gateway.

The bus is not trusted: it sees which subscriber a message is for, its size and its time. What it drops, doubles or holds back is found by
the dense places of the entries, and fetched from the core.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from mynumber.foundation import envelope
from mynumber.protocols.events import RETENTION, CodedEntries
from mynumber.protocols.node import Node
from mynumber.protocols.wire import from_text, to_text

PAGE_KIND: Final = "event-entries.v1"
STREAM: Final = "MESH"
SUBJECTS: Final = "mesh.>"
MAX_PAGE_BYTES: Final = 512 * 1024
NETWORK: Final = "network"


def subject_of(subscriber: str) -> str:
    """``mesh.municipality.131229``"""
    return f"mesh.{subscriber}"


def durable_of(subscriber: str) -> str:
    """The name of a subscriber's durable consumer: NATS takes no dots there, and member ids have no hyphens."""
    return subscriber.replace(".", "-")


def inbox_of(system: str) -> str:
    """Under what NATS answers a client, so that a user of NATS can be held to the answers that are its own."""
    return f"_INBOX.{durable_of(system)}"


class Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: a page, sealed for the gateway (base64url)."""

    sealed: str


def seal_page(node: Node, page: CodedEntries, *, gateway: str, now: datetime) -> bytes:
    """A page for one gateway, valid as long as entries can be fetched."""
    blob = envelope.seal(
        msgspec.json.encode(page),
        to=node.directory.seal_key(gateway),
        info=_info(gateway),
        aad=b"",
    )
    return envelope.sign(
        Sealed(to_text(blob)),
        key=node.signing_key(NETWORK),
        issuer=NETWORK,
        audience=gateway,
        kind=PAGE_KIND,
        now=now,
        lifetime=RETENTION,
        max_lifetime=RETENTION,
    )


def open_page(node: Node, token: bytes, *, gateway: str, now: datetime) -> CodedEntries:
    """Check who signed it for whom, open and read. Raises :class:`~mynumber.foundation.envelope.EnvelopeRefused`."""
    verified = envelope.verify(
        token,
        key_for=lambda issuer, kid: node.directory.verify_key(issuer, kid) if issuer == NETWORK else None,
        audience=gateway,
        kind=PAGE_KIND,
        now=now,
        max_bytes=MAX_PAGE_BYTES,
        max_lifetime=RETENTION,
    )
    sealed = envelope.decode_body(verified.body, Sealed)
    plain = envelope.open_sealed(
        from_text(sealed.sealed), key=node.sealing_key(gateway), info=_info(gateway), aad=b""
    )
    return envelope.decode_body(plain, CodedEntries)


def _info(gateway: str) -> bytes:
    return b"\n".join((b"mynumber event entries v1", gateway.encode()))
