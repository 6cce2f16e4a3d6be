"""Signatures in XML (XML-DSig, XAdES-BES), with what a reader would see and nobody signed.

signxml computes; here is decided what may be believed. One signature a document, which is the root or a child of the root.
Entities and document types are refused. What the signature refers to must be the whole document: anything else (signature
wrapping, a signed part within an unsigned whole) is reported, and the exact bytes that are signed are in the coverage.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from mynumber.foundation.validation.certificates import check_signer, holder_of
from mynumber.foundation.validation.limits import Limits
from mynumber.foundation.validation.meanings import CheckName, Reason
from mynumber.foundation.validation.quiet import silence
from mynumber.foundation.validation.report import Coverage, Findings, Format, Remark, SignatureReport, only
from mynumber.foundation.validation.trust import Trust, load_certificate
from mynumber.foundation.validation.xml_reading import XmlRefused, parse_xml, parser

silence("signxml")

DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
XADES: Final = "{http://uri.etsi.org/01903/v1.3.2#}"
SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"
CONTENT_NAME: Final = "content"
"""The one address of a detached reference that may stand for the content that was handed in; any other name does as well."""
_TRANSFORMS: Final = frozenset(
    {SignatureConstructionMethod.enveloped.value, *(method.value for method in CanonicalizationMethod)}
)
_METHODS: Final = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS: Final = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_HASHES: Final = {each.value: each.name.lower() for each in _DIGESTS}
_IDS: Final = ("id",)


class InUtf8:
    """Put before a class of signxml: it copies elements through ASCII, which has no Japanese names of elements."""

    def _tostring(self, xml_node: etree._Element, **options: Any) -> bytes:
        written: bytes = etree.tostring(xml_node, encoding="UTF-8", **options)
        return written


class _Verifier(InUtf8, XMLVerifier):
    pass


def check_xml(
    document: bytes,
    *,
    content: bytes | None,
    trust: Trust,
    at: datetime,
    limits: Limits,
    include_holder: bool,
) -> tuple[SignatureReport, ...]:
    """One report. content: what an outside reference points to."""
    try:
        root = parse_xml(document, limits)
        signature = _only_signature(root)
        return (
            _check(
                root, signature, content, trust=trust, at=at, limits=limits, include_holder=include_holder
            ),
        )
    except XmlRefused as refused:
        return (only(refused.reason, format=Format.XML, check=refused.check),)


def _check(
    root: etree._Element,
    signature: etree._Element,
    content: bytes | None,
    *,
    trust: Trust,
    at: datetime,
    limits: Limits,
    include_holder: bool,
) -> SignatureReport:
    findings = Findings()
    findings.say(CheckName.FORMAT)
    references = _references(signature)
    properties = _signed_properties(root, signature)
    kind = Format.XADES if properties is not None else Format.XML
    claimed_at = _claimed_at(properties)
    findings.say(CheckName.ALGORITHM, _algorithms(signature, references))
    certificate = _certificate(signature)
    if certificate is None:
        findings.say(CheckName.SIGNER, Reason.NO_CERTIFICATE)
        return SignatureReport(kind, findings.checks(), claimed_at=claimed_at)
    findings.say(CheckName.SIGNER, _named(certificate, properties))
    outside = [uri for uri in references if uri and not uri.startswith("#")]
    if (outside and content is None) or len(outside) > 1:
        findings.say(CheckName.FORMAT, Reason.CONTENT_MISSING)
    coverage = None
    if findings.holds(CheckName.FORMAT, CheckName.ALGORITHM):
        beside = _beside(signature, content, limits) if outside else None
        results = _verify(findings, root, certificate, beside)
        if results is not None:
            findings.say(CheckName.COVERAGE, _covers(root, signature, references, beside))
            signed = dict(zip(references, (result.signed_data for result in results), strict=True))
            coverage = _coverage(root, signature, signed, properties, findings)
    facts, revoked_at = check_signer(findings, certificate, trust, moment=at, at=at, claimed_at=claimed_at)
    return SignatureReport(
        kind,
        findings.checks(),
        coverage,
        claimed_at,
        None,
        revoked_at,
        facts,
        holder_of(certificate, trust) if include_holder else None,
    )


# --- reading --------------------------------------------------------------------------------------------------


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(f"{DS}Signature"))
    if not found:
        raise XmlRefused(Reason.NO_SIGNATURE)
    if len(found) > 1:
        raise XmlRefused(Reason.UNSUPPORTED)
    (signature,) = found
    if signature is not root and signature.getparent() is not root:
        raise XmlRefused(Reason.ONLY_A_PART, CheckName.COVERAGE)
    return signature


def _references(signature: etree._Element) -> list[str]:
    """The URIs that are signed. Raises XmlRefused for what signxml would pass over in silence."""
    uris = []
    for reference in signature.iterfind(f"{DS}SignedInfo/{DS}Reference"):
        uri = reference.get("URI")
        transforms = [each.get("Algorithm") for each in reference.iterfind(f"{DS}Transforms/{DS}Transform")]
        if uri is None or not _TRANSFORMS.issuperset(transforms) or len(transforms) > 4:
            raise XmlRefused(Reason.UNSUPPORTED)
        uris.append(uri)
    if not uris or len(uris) != len(set(uris)) or len(uris) > 20:
        raise XmlRefused(Reason.UNSUPPORTED)
    return uris


def _algorithms(signature: etree._Element, references: list[str]) -> Reason:
    path = f"{DS}SignedInfo/{DS}Reference/{DS}DigestMethod"
    digests = [element.get("Algorithm") for element in signature.iterfind(path)]
    method = signature.find(f"{DS}SignedInfo/{DS}SignatureMethod")
    strong = (
        method is not None
        and method.get("Algorithm") in {each.value for each in _METHODS}
        and len(digests) == len(references)
        and {each.value for each in _DIGESTS}.issuperset(digests)
    )
    return Reason.HOLDS if strong else Reason.WEAK_ALGORITHM


def _certificate(signature: etree._Element) -> x509.Certificate | None:
    """The signer's: the first of the first X509Data."""
    element = signature.find(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    if element is None or element.text is None:
        return None
    try:
        return load_certificate(base64.b64decode("".join(element.text.split()), validate=True))
    except (binascii.Error, ValueError):
        return None


def _signed_properties(root: etree._Element, signature: etree._Element) -> etree._Element | None:
    """xades:SignedProperties of this signature, if it is really one of the things that are signed."""
    for reference in signature.iterfind(f"{DS}SignedInfo/{DS}Reference"):
        if reference.get("Type") != SIGNED_PROPERTIES:
            continue
        target = _target(root, reference.get("URI") or "")
        path = f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties"
        if target is not None and target in signature.findall(path):
            return target
        raise XmlRefused(Reason.UNREADABLE)
    return None


def _claimed_at(properties: etree._Element | None) -> datetime | None:
    if properties is None:
        return None
    text = properties.findtext(f"{XADES}SignedSignatureProperties/{XADES}SigningTime")
    try:
        claimed = datetime.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None
    return claimed.astimezone(UTC) if claimed is not None and claimed.tzinfo is not None else None


def _named(certificate: x509.Certificate, properties: etree._Element | None) -> Reason:
    """XAdES names the signer's certificate by its digest (ETSI EN 319 132-1 5.2.2); plain XML-DSig names none."""
    if properties is None:
        return Reason.HOLDS
    base = properties.find(f"{XADES}SignedSignatureProperties")
    for tag in ("SigningCertificateV2", "SigningCertificate"):
        entry = base.find(f"{XADES}{tag}/{XADES}Cert/{XADES}CertDigest") if base is not None else None
        if entry is None:
            continue
        method = entry.find(f"{DS}DigestMethod")
        name = _HASHES.get(method.get("Algorithm", "")) if method is not None else None
        try:
            expected = base64.b64decode(entry.findtext(f"{DS}DigestValue") or "", validate=True)
        except (binascii.Error, ValueError):
            return Reason.ANOTHER_CERTIFICATE
        der = certificate.public_bytes(Encoding.DER)
        return (
            Reason.HOLDS
            if name and hashlib.new(name, der).digest() == expected
            else Reason.ANOTHER_CERTIFICATE
        )
    return Reason.ANOTHER_CERTIFICATE


# --- what is signed -------------------------------------------------------------------------------------------


_Content = Any
"""What an outside reference points to: bytes, or an element where it is hashed in canonical form."""


def _beside(signature: etree._Element, content: bytes | None, limits: Limits) -> _Content | None:
    for reference in signature.iterfind(f"{DS}SignedInfo/{DS}Reference"):
        is_outside = not (reference.get("URI") or "#").startswith("#")
        if is_outside and reference.find(f"{DS}Transforms/{DS}Transform") is not None:
            return parse_xml(content or b"", limits)
    return content


def _verify(
    findings: Findings, root: etree._Element, certificate: x509.Certificate, content: _Content | None
) -> list[VerifyResult] | None:
    configuration = SignatureConfiguration(
        require_x509=True,
        location="./",
        expect_references=True,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        # Whether it is valid at the right time is another check, and this one must not depend on the clock.
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        results = _Verifier().verify(
            root,
            x509_cert=certificate,
            parser=parser(),
            uri_resolver=lambda _: content,
            expect_config=configuration,
        )
    except InvalidDigest:
        findings.say(CheckName.SIGNATURE)
        findings.say(CheckName.CONTENT, Reason.CONTENT_DIFFERS)
        return None
    except InvalidSignature:
        findings.say(CheckName.SIGNATURE, Reason.SIGNATURE_DIFFERS)
        return None
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, AttributeError, LookupError):
        findings.say(CheckName.FORMAT, Reason.UNREADABLE)
        return None
    findings.say(CheckName.SIGNATURE)
    findings.say(CheckName.CONTENT)
    return results if isinstance(results, list) else [results]


def _covers(
    root: etree._Element, signature: etree._Element, references: list[str], content: _Content | None
) -> Reason:
    """Whether what is signed is all that a reader sees."""
    if any(uri and not uri.startswith("#") for uri in references):
        # Detached: the content was handed in, and the signature is a file of its own.
        whole = signature is root and content is not None
    elif signature is root:
        whole = _objects_signed(root, signature, references, needs_one=True)
    else:
        whole = any(_target(root, uri) is root for uri in references)
    if not whole:
        return Reason.ONLY_A_PART
    if not _objects_signed(root, signature, references, needs_one=False) or not _only_known_parts(signature):
        return Reason.UNSIGNED_BYTES
    seen = (root, content) if isinstance(content, etree._Element) else (root,)
    has_comments = any(next(each.iter(etree.Comment), None) is not None for each in seen)
    return Reason.COMMENTS_UNSIGNED if has_comments else Reason.HOLDS


def _objects_signed(
    root: etree._Element, signature: etree._Element, references: list[str], *, needs_one: bool
) -> bool:
    """Every ds:Object is signed, or holds XAdES properties; an enveloping signature has one that is signed."""
    targets = [_target(root, uri) for uri in references]
    signed = 0
    for each in signature.iterfind(f"{DS}Object"):
        if each in targets or (len(each) == 1 and not (each.text or "").strip() and each[0] in targets):
            signed += 1
        elif [child.tag for child in each if isinstance(child.tag, str)] != [f"{XADES}QualifyingProperties"]:
            return False
    return signed > 0 or not needs_one


def _only_known_parts(signature: etree._Element) -> bool:
    """The enveloped-signature transform takes the signature out of what is hashed: nothing else may hide in it."""
    known = {f"{DS}{name}" for name in ("SignedInfo", "SignatureValue", "KeyInfo", "Object")}
    properties = {f"{XADES}SignedProperties", f"{XADES}UnsignedProperties"}
    children = {child.tag for child in signature if isinstance(child.tag, str)}
    inner = {
        child.tag
        for child in signature.iterfind(f"{DS}Object/{XADES}QualifyingProperties/*")
        if isinstance(child.tag, str)
    }
    return children <= known and inner <= properties


def _target(root: etree._Element, uri: str) -> etree._Element | None:
    """What a same-document reference points to; None when nothing, or more than one thing, has the name."""
    if uri == "":
        return root
    if not uri.startswith("#"):
        return None
    name = uri[1:]
    found = [
        element
        for element in root.iter(etree.Element)
        if any(
            etree.QName(key).localname.lower() in _IDS and value == name
            for key, value in element.attrib.items()
        )
    ]
    return found[0] if len(found) == 1 else None


def _coverage(
    root: etree._Element,
    signature: etree._Element,
    signed: Mapping[str, bytes],
    properties: etree._Element | None,
    findings: Findings,
) -> Coverage:
    own = signature.findall(f"{DS}KeyInfo") + ([properties] if properties is not None else [])
    content = b"".join(data for uri, data in signed.items() if _target(root, uri) not in own)
    remarks = []
    if any(True for _ in root.iter(etree.Comment)):
        remarks.append(Remark.XML_COMMENTS)
    if next(signature.iter(f"{XADES}UnsignedProperties"), None) is not None:
        remarks.append(Remark.UNSIGNED_ATTRIBUTES)
    return Coverage(
        findings.holds(CheckName.COVERAGE),
        len(content),
        hashlib.sha256(content).hexdigest(),
        content,
        tuple(remarks),
    )
