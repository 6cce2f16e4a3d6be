"""CMS signatures of CAdES-B shape (ETSI EN 319 122-1), with an optional signature time-stamp (CAdES-T)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.general import as_signing_certificate_v2

from mynumber.foundation.documents.card import DigestSigner, Prepared, read_certificate
from mynumber.foundation.documents.time_stamp import TimeStamper

_DIGEST: Final = algos.DigestAlgorithm({"algorithm": "sha256"})


def sign_cms(
    content: bytes,
    card: DigestSigner,
    *,
    signed_at: datetime,
    detached: bool = True,
    time_stamp: TimeStamper | None = None,
) -> bytes:
    """Sign any bytes; returns a CMS ContentInfo, DER. Raises DocumentRefused, BadSignature, CardError."""
    prepared = prepare_cms(
        content, certificate=card.certificate, signed_at=signed_at, detached=detached, time_stamp=time_stamp
    )
    return prepared.finish(card.sign(prepared.digest))


def prepare_cms(
    content: bytes,
    *,
    certificate: bytes,
    signed_at: datetime,
    detached: bool = True,
    other_certificates: Sequence[bytes] = (),
    time_stamp: TimeStamper | None = None,
) -> Prepared:
    """The first half of `sign_cms`. other_certificates: put in beside the signer's, such as the CA's."""
    parsed = read_certificate(certificate)
    attributes = signed_attributes(hashlib.sha256(content).digest(), certificate, signed_at=signed_at)
    inside = None if detached else content
    return Prepared(
        hashlib.sha256(attributes.dump()).digest(),
        parsed,
        lambda signature: signed_data(
            attributes,
            signature,
            certificates=(certificate, *other_certificates),
            content=inside,
            time_stamp=time_stamp,
        ),
    )


def signed_attributes(digest: bytes, certificate: bytes, *, signed_at: datetime | None) -> Any:
    """content-type, message-digest, signing-certificate-v2 and, but for PAdES, signing-time."""
    reference = as_signing_certificate_v2(asn1_x509.Certificate.load(certificate))
    attributes = [
        _attribute("content_type", "data"),
        _attribute("message_digest", digest),
        _attribute("signing_certificate_v2", reference),
    ]
    if signed_at is not None:
        moment = cms.Time({"utc_time": signed_at.astimezone(UTC).replace(microsecond=0)})
        attributes.append(_attribute("signing_time", moment))
    return cms.CMSAttributes(attributes)


def signed_data(
    attributes: Any,
    signature: bytes,
    *,
    certificates: Sequence[bytes],
    content: bytes | None,
    time_stamp: TimeStamper | None,
) -> bytes:
    """The whole structure. certificates: the signer's first."""
    parsed = [asn1_x509.Certificate.load(der) for der in certificates]
    signer = {"issuer": parsed[0].issuer, "serial_number": parsed[0].serial_number}
    signer_info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(signer)}),
            "digest_algorithm": _DIGEST,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signed_attrs": attributes,
            "signature": signature,
        }
    )
    if time_stamp is not None:
        token = cms.ContentInfo.load(time_stamp(hashlib.sha256(signature).digest()))
        signer_info["unsigned_attrs"] = cms.CMSAttributes([_attribute("signature_time_stamp_token", token)])
    structure = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": cms.DigestAlgorithms((_DIGEST,)),
            "encap_content_info": {"content_type": "data"}
            | ({} if content is None else {"content": content}),
            "certificates": [cms.CertificateChoices("certificate", each) for each in parsed],
            "signer_infos": [signer_info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": structure}).dump())


def _attribute(name: str, value: Any) -> Any:
    return cms.CMSAttribute({"type": cms.CMSAttributeType(name), "values": (value,)})
