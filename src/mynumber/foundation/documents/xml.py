"""XML signatures of XAdES-BES shape (ETSI EN 319 132-1), enveloped: the signature becomes the last child of the root."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from mynumber.foundation.documents.card import (
    DigestSigner,
    DocumentRefused,
    Prepared,
    RefusedBecause,
    read_certificate,
)
from mynumber.foundation.validation.limits import DEFAULT_LIMITS, Limits
from mynumber.foundation.validation.meanings import Reason
from mynumber.foundation.validation.xml import DS, XADES, InUtf8
from mynumber.foundation.validation.xml_reading import XmlRefused, parse_xml

_REFUSALS = {Reason.TOO_LARGE: RefusedBecause.TOO_LARGE}


class _Recorder:
    """Stands where signxml wants a private key, and keeps the digest of what it is asked to sign."""

    def __init__(self) -> None:
        self.digest = b""

    def sign(self, data: bytes, **_: object) -> bytes:
        self.digest = hashlib.sha256(data).digest()
        return bytes(256)


class _Signer(InUtf8, XAdESSigner):
    """signxml's, with the time that the caller says."""

    def __init__(self, signed_at: datetime) -> None:
        super().__init__(
            data_object_format=XAdESDataObjectFormat(Description="signed document", MimeType="text/xml"),
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        self._signed_at = signed_at

    def add_signing_time(
        self, signed_signature_properties: Any, sig_root: Any, signing_settings: Any
    ) -> None:
        element = etree.SubElement(signed_signature_properties, f"{XADES}SigningTime", nsmap=self.namespaces)
        element.text = self._signed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _add_reference_to_signed_info(self, sig_root: Any, node_to_reference: Any, **attrs: str) -> None:
        # signxml hashes the exclusive canonical form and does not say so; everybody else would hash the default one.
        super()._add_reference_to_signed_info(sig_root, node_to_reference, **attrs)  # type: ignore[no-untyped-call]
        reference = sig_root.find(f"{DS}SignedInfo")[-1]
        transforms = etree.Element(f"{DS}Transforms")
        etree.SubElement(transforms, f"{DS}Transform", Algorithm=self.c14n_alg.value)
        reference.insert(0, transforms)


def sign_xml(document: bytes, card: DigestSigner, *, signed_at: datetime) -> bytes:
    """Sign a whole XML document. Raises DocumentRefused, BadSignature, CardError."""
    prepared = prepare_xml(document, certificate=card.certificate, signed_at=signed_at)
    return prepared.finish(card.sign(prepared.digest))


def prepare_xml(
    document: bytes, *, certificate: bytes, signed_at: datetime, limits: Limits = DEFAULT_LIMITS
) -> Prepared:
    """The first half of `sign_xml`. Comments in the document are not covered by the signature (canonical form)."""
    parsed = read_certificate(certificate)
    try:
        root = parse_xml(document, limits)
    except XmlRefused as refused:
        raise DocumentRefused(_REFUSALS.get(refused.reason, RefusedBecause.MALFORMED)) from None
    if next(root.iter(f"{DS}Signature"), None) is not None:
        raise DocumentRefused(RefusedBecause.ALREADY_SIGNED)
    recorder: Any = _Recorder()
    key: rsa.RSAPrivateKey = recorder
    try:
        signed = _Signer(signed_at).sign(root, key=key, cert=[parsed], always_add_key_value=False)
    except (SignXMLException, etree.LxmlError, ValueError):
        raise DocumentRefused(RefusedBecause.MALFORMED) from None

    def assemble(signature: bytes) -> bytes:
        value = signed.find(f"{DS}Signature/{DS}SignatureValue")
        if value is None:
            raise DocumentRefused(RefusedBecause.MALFORMED)
        value.text = base64.b64encode(signature).decode("ascii")
        written: bytes = etree.tostring(signed, xml_declaration=True, encoding="UTF-8")
        return written

    return Prepared(recorder.digest, parsed, assemble)
