"""PDF signatures of PAdES-B shape (ETSI EN 319 142-1), with an optional signature time-stamp (PAdES-T).

The signature is added as an incremental update: the bytes that were there stay, and so do earlier signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest, SignatureObject
from pyhanko.sign.validation.pdf_embedded import read_certification_data

from mynumber.foundation.documents.card import (
    DigestSigner,
    DocumentRefused,
    Prepared,
    RefusedBecause,
    read_certificate,
)
from mynumber.foundation.documents.cms import signed_attributes, signed_data
from mynumber.foundation.documents.time_stamp import TimeStamper
from mynumber.foundation.validation.limits import DEFAULT_LIMITS, Limits
from mynumber.foundation.validation.pdf import BAD_PDF, decode_limits

_ROOM: Final = 4096
"""Bytes of a signature without its certificates."""
_ROOM_FOR_TIME_STAMP: Final = 16 * 1024


class _Writer(IncrementalPdfFileWriter):
    """pyHanko's, which leaves the document's metadata as they are: they may be malformed, and no clock is read."""

    def _update_meta(self) -> None:
        pass


def sign_pdf(
    document: bytes,
    card: DigestSigner,
    *,
    signed_at: datetime,
    reason: str | None = None,
    time_stamp: TimeStamper | None = None,
) -> bytes:
    """Add a signature to a PDF. Raises DocumentRefused, BadSignature, CardError. See `prepare_pdf`."""
    prepared = prepare_pdf(
        document, certificate=card.certificate, signed_at=signed_at, reason=reason, time_stamp=time_stamp
    )
    return prepared.finish(card.sign(prepared.digest))


def prepare_pdf(
    document: bytes,
    *,
    certificate: bytes,
    signed_at: datetime,
    reason: str | None = None,
    other_certificates: Sequence[bytes] = (),
    time_stamp: TimeStamper | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Prepared:
    """The first half of `sign_pdf`: an invisible signature field of its own, `SignatureN`.

    signed_at: what the signature says of its time (/M). reason: why it was signed, shown by readers of the PDF.
    """
    parsed = read_certificate(certificate)
    reader = open_pdf(document, limits)
    certificates = (certificate, *other_certificates)
    room = sum(map(len, certificates)) + _ROOM + (_ROOM_FOR_TIME_STAMP if time_stamp else 0)
    try:
        region, output = _with_room(reader, room, signed_at=signed_at, reason=reason)
    except BAD_PDF:
        raise DocumentRefused(RefusedBecause.MALFORMED) from None
    attributes = signed_attributes(region.document_digest, certificate, signed_at=None)

    def assemble(signature: bytes) -> bytes:
        structure = signed_data(
            attributes, signature, certificates=certificates, content=None, time_stamp=time_stamp
        )
        filled = BytesIO(output)
        region.fill_with_cms(filled, structure)
        return filled.getvalue()

    return Prepared(hashlib.sha256(attributes.dump()).digest(), parsed, assemble)


def open_pdf(document: bytes, limits: Limits) -> PdfFileReader:
    """A PDF that can take a signature. Raises DocumentRefused."""
    if len(document) > limits.document:
        raise DocumentRefused(RefusedBecause.TOO_LARGE)
    try:
        reader = PdfFileReader(BytesIO(document), decode_limits=decode_limits(limits))
        if reader.encrypted:
            raise DocumentRefused(RefusedBecause.ENCRYPTED)
        certified = read_certification_data(reader)
    except BAD_PDF:
        raise DocumentRefused(RefusedBecause.MALFORMED) from None
    if certified is not None and certified.permission is MDPPerm.NO_CHANGES:
        raise DocumentRefused(RefusedBecause.LOCKED)
    return reader


def _with_room(
    reader: PdfFileReader, room: int, *, signed_at: datetime, reason: str | None
) -> tuple[PreparedByteRangeDigest, bytes]:
    """The document with a signature field and an empty place in it, and the digest of all but that place."""
    taken = {name for name, _, _ in enumerate_sig_fields(reader)}
    name = next(name for number in range(1, len(taken) + 2) if (name := f"Signature{number}") not in taken)
    writer = _Writer.from_reader(reader)
    steps = PdfCMSEmbedder(SigFieldSpec(name)).write_cms(name, writer)
    next(steps)
    placeholder = SignatureObject(
        timestamp=signed_at, subfilter=SigSeedSubFilter.PADES, reason=reason, bytes_reserved=2 * room
    )
    steps.send(SigObjSetup(placeholder))
    region, output = steps.send(SigIOSetup("sha256"))
    return region, output.getvalue()
