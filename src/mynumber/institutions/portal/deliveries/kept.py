"""What lies in the tables sealed: documents, their titles and lines. Who has the database alone reads nothing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from mynumber.institutions.portal.deliveries.models import DeliveredDocument
from mynumber.webkit import safe
from mynumber.webkit.messages import this_node

SAFE = "deliveries"
"""Name of the secret in the key ring."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a document without opening it. It does not print itself."""

    title: str
    format: str
    """PAdES, XAdES or CMS."""
    signed_at: datetime | None
    """What the signer says."""
    checked_at: datetime
    sha256: str
    sentences: tuple[str, ...]
    """The report in words."""
    issued: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """Names and values of an XML."""
    values: tuple[tuple[str, str], ...] = ()
    """Keys and values of those lines that forms are filled with."""

    def __repr__(self) -> str:
        return "Facts(...)"


def seal(content: bytes, *, about: str) -> bytes:
    """Seal bytes about one thing (a row's id and what of it)."""
    return safe.seal(this_node().keyring, SAFE, content, about=about)


def facts_of(document: DeliveredDocument) -> Facts:
    """Title, report, lines."""
    opened = safe.unseal(this_node().keyring, SAFE, bytes(document.facts), about=f"{document.pk}/facts")
    return msgspec.json.decode(opened, type=Facts)


def content_of(document: DeliveredDocument) -> bytes:
    """The document as it was delivered."""
    return safe.unseal(this_node().keyring, SAFE, bytes(document.content), about=f"{document.pk}/content")
