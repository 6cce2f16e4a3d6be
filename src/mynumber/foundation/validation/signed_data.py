"""CMS SignedData (RFC 5652) as far as every form that contains one needs it: CMS, PDF, time-stamps.

pyHanko reads and computes; what is believed is decided in `certificates`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import SigningError, check_ess_certid, match_issuer_serial
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.errors import SignatureValidationError

from mynumber.foundation.validation.certificates import check_signer, holder_of, time_stamp_authority_reason
from mynumber.foundation.validation.limits import Limits
from mynumber.foundation.validation.meanings import MEANINGS, CheckName, Outcome, Reason
from mynumber.foundation.validation.quiet import silence
from mynumber.foundation.validation.report import CertificateFacts, Findings, Holder, Remark
from mynumber.foundation.validation.status import CLOCK_SKEW
from mynumber.foundation.validation.trust import Trust, load_certificate

silence("pyhanko", "pyhanko_certvalidator")

STRONG_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
_STRONG_SIGNATURES: Final = frozenset({"rsassa_pkcs1v15", "rsassa_pss", "ecdsa"})
MAXIMUM_CERTIFICATES: Final = 50

BAD_ASN1: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises on bytes that are not what they should be."""
DigestOf = Callable[[str], bytes]
"""The digest of some bytes by the name of the algorithm, such as sha256."""


class MalformedSignedData(Exception):
    """The bytes are no CMS SignedData."""


class TooMuchSignedData(Exception):
    """There is more of it than `Limits.cms`."""


def read_signed_data(der: bytes, *, limits: Limits, padded: bool = False) -> Any:
    """The SignedData of a ContentInfo. padded: zeros may follow (PDF). Raises MalformedSignedData, TooMuchSignedData."""
    try:
        info = cms.ContentInfo.load(der, strict=not padded)
        if info["content_type"].native != "signed_data":
            raise MalformedSignedData("the structure is not signed data")
        signed_data = info["content"]
        if len(der) - len(encapsulated(signed_data) or b"") > limits.cms:
            raise TooMuchSignedData
        # asn1crypto reads a part when it is first asked for: ask for all of them here, where a failure means the document.
        _ = signed_data["version"], [each["algorithm"] for each in signed_data["digest_algorithms"]]
        _ = signed_data["encap_content_info"]["content_type"].native, signed_data["crls"]
        _ = _certificates(signed_data)
        for each in signed_data["signer_infos"]:
            _touch(each)
        if padded and der[_length(der) :].strip(b"\0"):
            raise MalformedSignedData("something follows the structure")
    except BAD_ASN1:
        raise MalformedSignedData("the bytes are not DER of a CMS structure") from None
    return signed_data


def _touch(signer_info: Any) -> None:
    """Read what the checks will ask for. Not `.native`, which writes the whole structure anew."""
    for name in ("version", "sid", "digest_algorithm", "signature_algorithm", "signature"):
        _ = signer_info[name]
    for name in ("signed_attrs", "unsigned_attrs"):
        for attribute in () if isinstance(signer_info[name], core.Void) else signer_info[name]:
            _ = attribute["type"].native, list(attribute["values"])
    _ = generic_cms.extract_self_reported_ts(signer_info)


def encapsulated(signed_data: Any) -> bytes | None:
    """The content inside, None when it is elsewhere."""
    content = signed_data["encap_content_info"]["content"]
    return None if isinstance(content, core.Void) or content is None else bytes(content)


@dataclass(frozen=True, slots=True)
class Signer:
    """What the checks of one signer gave."""

    claimed_at: datetime | None
    proven_at: datetime | None
    revoked_at: datetime | None
    certificate: CertificateFacts | None
    holder: Holder | None
    remarks: tuple[Remark, ...]


def check_signer_info(
    findings: Findings,
    signed_data: Any,
    signer_info: Any,
    *,
    digest_of: DigestOf,
    trust: Trust,
    at: datetime,
    proven_at: datetime | None = None,
    claimed_at: datetime | None = None,
    include_holder: bool = False,
) -> Signer:
    """All checks of one signer but those of format and coverage.

    digest_of: of the content as it is. proven_at: the document as a whole is proven to have been there then.
    claimed_at: where the container says it and the signature does not.
    """
    findings.say(CheckName.ALGORITHM, _algorithms(signer_info))
    claimed_at = generic_cms.extract_self_reported_ts(signer_info) or claimed_at
    remarks = tuple(_remarks(signed_data, signer_info))
    certificate = _signer_certificate(signed_data, signer_info)
    if certificate is None:
        findings.say(CheckName.SIGNER, Reason.NO_CERTIFICATE)
        return Signer(claimed_at, None, None, None, None, remarks)
    _integrity(findings, signed_data, signer_info, certificate.asn1, digest_of)
    if findings.holds(CheckName.SIGNATURE):
        for token in _time_stamps(signer_info):
            stamp = check_time_stamp(
                token,
                digest_of=lambda name: hashlib.new(name, signer_info["signature"].native).digest(),
                trust=trust,
                moment=proven_at or at,
                at=at,
            )
            findings.say(CheckName.TIME_STAMP, stamp.reason)
            if stamp.at is not None:
                proven_at = min(stamp.at, proven_at or stamp.at)
    facts, revoked_at = check_signer(
        findings, certificate.parsed, trust, moment=proven_at or at, at=at, claimed_at=claimed_at
    )
    holder = holder_of(certificate.parsed, trust) if include_holder else None
    return Signer(claimed_at, proven_at, revoked_at, facts, holder, remarks)


# --- time-stamps (RFC 3161) -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """What a time-stamp is worth: `at` only when it holds."""

    reason: Reason
    at: datetime | None = None


def check_time_stamp(
    signed_data: Any, *, digest_of: DigestOf, trust: Trust, moment: datetime, at: datetime
) -> TimeStamp:
    """Check a time-stamp token over bytes whose digest is given. moment: when the token is known to have been there."""
    try:
        info = signed_data["encap_content_info"]["content"].parsed
        if not isinstance(info, tsp.TSTInfo):
            return TimeStamp(Reason.TIME_STAMP_BROKEN)
        stamped_at: datetime = info["gen_time"].native
        imprint = info["message_imprint"]
        algorithm: str = imprint["hash_algorithm"]["algorithm"].native
        (signer_info,) = signed_data["signer_infos"]
        content = encapsulated(signed_data) or b""
        candidates = [*_certificates(signed_data), *map(_of_parsed, _authorities(trust))]
        certificate = next((each for each in candidates if _names(signer_info, each.asn1)), None)
        if algorithm not in STRONG_DIGESTS or digest_of(algorithm) != imprint["hashed_message"].native:
            return TimeStamp(Reason.TIME_STAMP_BROKEN)
        if stamped_at.tzinfo is None or stamped_at > at + CLOCK_SKEW:
            return TimeStamp(Reason.TIME_STAMP_BROKEN)
        if certificate is None:
            return TimeStamp(Reason.TIME_STAMP_UNTRUSTED)
        own = Findings()
        own.say(CheckName.ALGORITHM, _algorithms(signer_info))
        _integrity(
            own,
            signed_data,
            signer_info,
            certificate.asn1,
            lambda name: hashlib.new(name, content).digest(),
        )
    except BAD_ASN1:
        return TimeStamp(Reason.TIME_STAMP_BROKEN)
    if not own.holds(CheckName.ALGORITHM, CheckName.CONTENT, CheckName.SIGNATURE, CheckName.SIGNER):
        return TimeStamp(Reason.TIME_STAMP_BROKEN)
    reason = time_stamp_authority_reason(certificate.parsed, trust, moment=moment, at=at)
    return TimeStamp(reason, min(stamped_at, at) if MEANINGS[reason].outcome is Outcome.PASSED else None)


def _time_stamps(signer_info: Any) -> Iterable[Any]:
    try:
        return tuple(generic_cms.extract_tst_data_iter(signer_info, signed=False))
    except BAD_ASN1:
        return (None,)  # there is one, and it is broken


def _authorities(trust: Trust) -> Iterable[x509.Certificate]:
    return (issuer.root for issuer in trust.time_stamp)


# --- one signer -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Certificate:
    asn1: Any
    """For pyHanko."""
    parsed: x509.Certificate


def _integrity(
    findings: Findings, signed_data: Any, signer_info: Any, certificate: Any, digest_of: DigestOf
) -> None:
    """The message digest, the signature over the signed attributes, and the certificate that they name."""
    try:
        if isinstance(signer_info["signed_attrs"], core.Void) or not len(signer_info["signed_attrs"]):
            # Without them a signature over attributes can be passed off as one over other content.
            findings.say(CheckName.FORMAT, Reason.UNSUPPORTED)
            return
        name = signer_info["digest_algorithm"]["algorithm"].native
        content_type = signed_data["encap_content_info"]["content_type"].native
        intact, valid = generic_cms.validate_sig_integrity(
            signer_info, certificate, expected_content_type=content_type, actual_digest=digest_of(name)
        )
    except SignatureValidationError as error:
        if error.ades_subindication is AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND:
            findings.say(CheckName.SIGNER, Reason.ANOTHER_CERTIFICATE)
        else:
            findings.say(CheckName.FORMAT, Reason.UNREADABLE)
        return
    except (*BAD_ASN1, SigningError):
        findings.say(CheckName.FORMAT, Reason.UNREADABLE)
        return
    findings.say(CheckName.CONTENT, Reason.HOLDS if intact else Reason.CONTENT_DIFFERS)
    findings.say(CheckName.SIGNATURE, Reason.HOLDS if valid else Reason.SIGNATURE_DIFFERS)
    findings.say(CheckName.SIGNER)


def _algorithms(signer_info: Any) -> Reason:
    try:
        digest = signer_info["digest_algorithm"]["algorithm"].native
        algorithm = signer_info["signature_algorithm"]
        scheme = algorithm.signature_algo
        is_bare = algorithm["algorithm"].native in ("rsassa_pkcs1v15", "ecdsa")
        fits = is_bare or algorithm.hash_algo == digest
    except BAD_ASN1:
        return Reason.WEAK_ALGORITHM
    strong = digest in STRONG_DIGESTS and scheme in _STRONG_SIGNATURES and fits
    return Reason.HOLDS if strong else Reason.WEAK_ALGORITHM


def _certificates(signed_data: Any) -> list[_Certificate]:
    choices = signed_data["certificates"]
    if isinstance(choices, core.Void) or len(choices) > MAXIMUM_CERTIFICATES:
        return []
    certificates = (choice.chosen for choice in choices if choice.name == "certificate")
    read = ((each, load_certificate(each.dump())) for each in certificates)
    return [_Certificate(each, parsed) for each, parsed in read if parsed is not None]


def _signer_certificate(signed_data: Any, signer_info: Any) -> _Certificate | None:
    """The certificate that the signer's identifier names; of several that which the signed attribute fits."""
    try:
        named = [each for each in _certificates(signed_data) if _names(signer_info, each.asn1)]
        reference = generic_cms.get_signing_cert_attr(signer_info["signed_attrs"])
        if reference is not None:
            identifier = reference["certs"][0]
            named.sort(key=lambda each: not check_ess_certid(each.asn1, identifier))
    except (*BAD_ASN1, SignatureValidationError):
        return None
    return named[0] if named else None


def _names(signer_info: Any, certificate: Any) -> bool:
    sid = signer_info["sid"]
    if sid.name == "issuer_and_serial_number":
        return bool(match_issuer_serial(sid.chosen, certificate))
    return bool(sid.chosen.native == certificate.key_identifier)


def _of_parsed(certificate: x509.Certificate) -> _Certificate:
    return _Certificate(asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)), certificate)


def _remarks(signed_data: Any, signer_info: Any) -> Iterable[Remark]:
    unsigned, choices, lists = signer_info["unsigned_attrs"], signed_data["certificates"], signed_data["crls"]
    if not isinstance(unsigned, core.Void) and len(unsigned):
        yield Remark.UNSIGNED_ATTRIBUTES
    has_others = not isinstance(choices, core.Void) and len(choices) > len(signed_data["signer_infos"])
    if has_others or not isinstance(lists, core.Void):
        yield Remark.OTHER_CERTIFICATES
    try:
        is_plain = _frame_is_plain(signed_data, signer_info)
    except BAD_ASN1:
        is_plain = False
    if not is_plain:
        yield Remark.UNUSUAL_FRAME


def _frame_is_plain(signed_data: Any, signer_info: Any) -> bool:
    """Whether versions and algorithms outside of the signature are as RFC 5652 (5.1, 5.3) and RFC 5754 (2) want them."""
    by_key = any(one["sid"].name != "issuer_and_serial_number" for one in signed_data["signer_infos"])
    is_data = signed_data["encap_content_info"]["content_type"].native == "data"
    own_version = "v1" if signer_info["sid"].name == "issuer_and_serial_number" else "v3"
    listed = {algorithm["algorithm"].native for algorithm in signed_data["digest_algorithms"]}
    used = {one["digest_algorithm"]["algorithm"].native for one in signed_data["signer_infos"]}
    signature = signer_info["signature_algorithm"]
    parameters = [
        *(algorithm["parameters"] for algorithm in signed_data["digest_algorithms"]),
        signer_info["digest_algorithm"]["parameters"],
        *([] if signature["algorithm"].native == "rsassa_pss" else [signature["parameters"]]),
    ]
    return (
        signed_data["version"].native == ("v1" if is_data and not by_key else "v3")
        and signer_info["version"].native == own_version
        and listed == used
        and all(isinstance(each, core.Null | core.Void) for each in parameters)
    )


def _length(der: bytes) -> int:
    """Length of the first element."""
    size = der[1]
    if size < 0x80:
        return 2 + size
    count = size & 0x7F
    if count == 0:
        raise MalformedSignedData("the length is indefinite")
    return 2 + count + int.from_bytes(der[2 : 2 + count])
