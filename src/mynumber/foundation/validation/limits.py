"""How much of a stranger's document is read before it is put aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one validation. A document beyond them is INDETERMINATE (`too_large`), never half read."""

    document: int = 20 * MEGABYTE
    """Bytes of the document, and of detached content."""
    cms: int = 1 * MEGABYTE
    """Bytes of a CMS structure without its content: signers, certificates, lists."""
    xml: int = 8 * MEGABYTE
    xml_elements: int = 200_000
    xml_attributes: int = 200
    """Of one element, declarations of names included: canonical form sorts them."""
    signatures: int = 32
    """In one document."""
    pdf_revisions: int = 64
    pdf_compared: int = 16 * MEGABYTE
    """Bytes of the document times the revisions that its signatures are compared with: a hostile megabyte costs some five seconds."""
    pdf_decoded: int = 64 * MEGABYTE
    """Bytes that all streams of a revision may unfold to."""
    pdf_stream: int = 32 * MEGABYTE
    """Bytes that one stream may unfold to."""


DEFAULT_LIMITS: Final = Limits()
