"""Signing documents with the signature key of a card: PDF (PAdES), CMS (CAdES), XML (XAdES) and JWS.

    facts = describe(document)                                  # shown to the holder before the password
    card = SignatureCard.unlock(reader, password)               # then the certificate can be read
    signed = sign_pdf(document, card, signed_at=now)

or in two phases, where the card is elsewhere::

    prepared = prepare_pdf(document, certificate=der, signed_at=now)
    signed = prepared.finish(card.sign(prepared.digest))

`mynumber.foundation.validation` is the other side. docs/protocols/validation.md.
"""

from __future__ import annotations

from mynumber.foundation.documents.card import (
    BadSignature,
    DigestSigner,
    DocumentRefused,
    Prepared,
    RefusedBecause,
    SignatureCard,
)
from mynumber.foundation.documents.cms import prepare_cms, sign_cms
from mynumber.foundation.documents.description import DocumentFacts, describe
from mynumber.foundation.documents.jws import prepare_jws, sign_jws
from mynumber.foundation.documents.pdf import prepare_pdf, sign_pdf
from mynumber.foundation.documents.time_stamp import (
    TimeStamper,
    TimeStampRefused,
    time_stamp_request,
    token_of,
)
from mynumber.foundation.documents.xml import prepare_xml, sign_xml

__all__ = [
    "BadSignature",
    "DigestSigner",
    "DocumentFacts",
    "DocumentRefused",
    "Prepared",
    "RefusedBecause",
    "SignatureCard",
    "TimeStampRefused",
    "TimeStamper",
    "describe",
    "prepare_cms",
    "prepare_jws",
    "prepare_pdf",
    "prepare_xml",
    "sign_cms",
    "sign_jws",
    "sign_pdf",
    "sign_xml",
    "time_stamp_request",
    "token_of",
]
