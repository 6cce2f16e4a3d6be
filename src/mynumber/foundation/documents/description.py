"""What a holder is told of a document before the password is asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pyhanko.sign.fields import enumerate_sig_fields

from mynumber.foundation.documents.card import DocumentRefused, RefusedBecause
from mynumber.foundation.documents.pdf import open_pdf
from mynumber.foundation.validation.documents import DocumentKind, kind_of
from mynumber.foundation.validation.limits import DEFAULT_LIMITS, Limits
from mynumber.foundation.validation.pdf import BAD_PDF


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """Facts of a file, none of its content."""

    kind: DocumentKind
    length: int
    sha256: str
    """Hexadecimal, of the whole file."""
    pages: int | None = None
    """Of a PDF."""
    signatures: int = 0
    """Already in a PDF."""


def describe(document: bytes, *, limits: Limits = DEFAULT_LIMITS) -> DocumentFacts:
    """Look at a file that is to be signed. Raises DocumentRefused when it is a PDF that cannot be signed, or too large."""
    if len(document) > limits.document:
        raise DocumentRefused(RefusedBecause.TOO_LARGE)
    kind, digest = kind_of(document), hashlib.sha256(document).hexdigest()
    if kind is not DocumentKind.PDF:
        return DocumentFacts(kind, len(document), digest)
    reader = open_pdf(document, limits)
    try:
        pages = int(reader.root["/Pages"]["/Count"])
        signatures = len(list(enumerate_sig_fields(reader, filled_status=True)))
    except BAD_PDF:
        raise DocumentRefused(RefusedBecause.MALFORMED) from None
    return DocumentFacts(kind, len(document), digest, pages, signatures)
