"""What a verifier believes: roots, revocation lists and OCSP answers, all given as data. Nothing is ever fetched.

All generations of a CA have one name, so the issuer of a certificate is the root whose key signed it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp, verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from mynumber.foundation.pki import AUTHENTICATION, SIGNATURE, MalformedTrust
from mynumber.foundation.validation.report import CertificateKind
from mynumber.foundation.validation.status import (
    UNREADABLE,
    RevocationList,
    Status,
    answered,
    points_of,
    read_answer,
    read_list,
    weigh,
)

SIGNATURE_POLICIES: Final = frozenset(SIGNATURE.policies.values())
"""Policies of certificates that sign documents: of the card and of the phone."""
AUTHENTICATION_POLICIES: Final = frozenset(AUTHENTICATION.policies.values())


@dataclass(frozen=True, slots=True)
class Issuer:
    """One generation of a CA that is believed, with what it says about its certificates."""

    kind: CertificateKind
    root: x509.Certificate
    general_lists: tuple[RevocationList, ...]
    """Those that speak of every certificate of this generation."""
    lists: Mapping[x509.GeneralName, Sequence[RevocationList]]
    """Those that speak of one municipality, by distribution point: there are thousands."""
    answers: tuple[ocsp.OCSPSingleResponse, ...]

    def in_force(self, at: datetime) -> bool:
        return self.root.not_valid_before_utc <= at <= self.root.not_valid_after_utc

    def issued(self, leaf: x509.Certificate) -> bool:
        """Whether this generation signed the certificate."""
        try:
            leaf.verify_directly_issued_by(self.root)
        except (InvalidSignature, *UNREADABLE):
            return False
        return True

    def path_holds(self, leaf: x509.Certificate, moment: datetime) -> bool:
        """RFC 5280 path validation at a moment; the checks of the leaf's own extensions are made one by one elsewhere."""
        leaf_policy = (
            verification.ExtensionPolicy.permit_all()
            .may_be_present(x509.CertificatePolicies, verification.Criticality.AGNOSTIC, None)
            .require_not_present(x509.BasicConstraints)
        )
        verifier = (
            verification.PolicyBuilder()
            .store(verification.Store([self.root]))
            .time(moment)
            .max_chain_depth(0)
            .extension_policies(
                ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf_policy
            )
            .build_client_verifier()
        )
        try:
            verifier.verify(leaf, [])
        except (verification.VerificationError, *UNREADABLE):
            return False
        return True

    def status(self, leaf: x509.Certificate, moment: datetime, *, at: datetime) -> Status:
        """Whether the certificate was good at `moment` (proven, not after `at`), as far as is known at `at`."""
        serial = leaf.serial_number
        own_lists = (each for point in points_of(leaf) for each in self.lists.get(point, ()))
        known = [each.evidence(serial) for each in (*self.general_lists, *own_lists)]
        known += [answered(answer) for answer in self.answers if answer.serial_number == serial]
        return weigh(known, moment, at=at, not_after=leaf.not_valid_after_utc)


class Trust:
    """Roots, lists and answers of a verifier, read once and asked often. Safe to share between threads."""

    def __init__(
        self,
        *,
        signature_roots: Sequence[bytes],
        authentication_roots: Sequence[bytes] = (),
        time_stamp_roots: Sequence[bytes] = (),
        revocation_lists: Sequence[bytes] = (),
        ocsp_responses: Sequence[bytes] = (),
        signature_policies: Collection[x509.ObjectIdentifier] = SIGNATURE_POLICIES,
        time_stamps_need_status: bool = True,
    ) -> None:
        """Read DER. Raises MalformedTrust.

        signature_roots: CAs whose certificates may sign documents. authentication_roots: known only to say clearly that an
        authentication certificate does not sign documents. time_stamp_roots: CAs of time-stamping authorities, or certificates
        of such authorities themselves. time_stamps_need_status: whether a time-stamp counts as none when nothing says that its
        authority's certificate is not revoked; one that is known to be revoked never counts. A list or answer that none of these vouches for is refused: the verifier was given
        something that does not fit together.
        """
        if not signature_roots:
            raise MalformedTrust("a verifier needs a root")
        lists = [read_list(der) for der in revocation_lists]
        answers = [read_answer(der) for der in ocsp_responses]
        used: set[int] = set()

        parts = {
            der: _parts(_read_root(der), lists, answers, used)
            for der in {*signature_roots, *authentication_roots, *time_stamp_roots}
        }

        def issuers(kind: CertificateKind, roots: Sequence[bytes]) -> tuple[Issuer, ...]:
            return tuple(Issuer(kind, *parts[der]) for der in dict.fromkeys(roots))

        self.signature = issuers(CertificateKind.SIGNATURE, signature_roots)
        self.authentication = issuers(CertificateKind.AUTHENTICATION, authentication_roots)
        self.time_stamp = issuers(CertificateKind.UNKNOWN, time_stamp_roots)
        self.signature_policies = frozenset(signature_policies)
        self.time_stamps_need_status = time_stamps_need_status
        if len(used) != len(lists) + len(answers):
            raise MalformedTrust("no root vouches for a revocation list or an answer")

    def issuer_of(self, leaf: x509.Certificate) -> Issuer | None:
        """The generation that signed a certificate of a person."""
        return _first(leaf, (*self.signature, *self.authentication))

    def time_stamp_issuer_of(self, leaf: x509.Certificate) -> Issuer | None:
        """The generation that signed the certificate of a time-stamping authority, or the certificate itself when it is believed."""
        itself = next((issuer for issuer in self.time_stamp if issuer.root == leaf), None)
        return itself or _first(leaf, self.time_stamp)


def load_certificate(der: bytes) -> x509.Certificate | None:
    """A certificate all of whose fields can be read, else None."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = certificate.extensions, certificate.not_valid_before_utc, certificate.not_valid_after_utc
        _ = certificate.subject, certificate.issuer, certificate.public_key()
    except UNREADABLE:
        return None
    return certificate if certificate.serial_number > 0 else None


# --- reading ------------------------------------------------------------------------------------------------


def _first(leaf: x509.Certificate, issuers: Iterable[Issuer]) -> Issuer | None:
    return next((issuer for issuer in issuers if issuer.issued(leaf)), None)


def _read_root(der: bytes) -> x509.Certificate:
    root = load_certificate(der)
    if root is None:
        raise MalformedTrust("a root is not a certificate")
    return root


_Parts = tuple[
    x509.Certificate,
    tuple[RevocationList, ...],
    Mapping[x509.GeneralName, Sequence[RevocationList]],
    tuple[ocsp.OCSPSingleResponse, ...],
]


def _parts(
    root: x509.Certificate,
    lists: Sequence[RevocationList],
    answers: Sequence[ocsp.OCSPResponse],
    used: set[int],
) -> _Parts:
    """What a root says about its certificates; notes in `used` what it vouches for."""
    identifier = _subject_key(root)
    own_lists = [each for each in lists if _signed_by(each.revocations, root, identifier)]
    own_answers = [each for each in answers if _vouched(each, root)]
    used.update(map(id, (*own_lists, *own_answers)))
    by_point: dict[x509.GeneralName, list[RevocationList]] = {}
    for each in own_lists:
        for point in each.points or ():
            by_point.setdefault(point, []).append(each)
    singles = (single for answer in own_answers for single in answer.responses if _about(single, root))
    return root, tuple(each for each in own_lists if each.points is None), by_point, tuple(singles)


def _signed_by(
    revocations: x509.CertificateRevocationList, root: x509.Certificate, identifier: bytes | None
) -> bool:
    key = root.public_key()
    if (
        not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        or revocations.issuer != root.subject
    ):
        return False
    named = _authority_key(revocations)
    if identifier is not None and named is not None and named != identifier:
        return False  # of another generation: spares most of the signatures
    try:
        return revocations.is_signature_valid(key)
    except UNREADABLE:
        return False


def _subject_key(root: x509.Certificate) -> bytes | None:
    try:
        return root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def _authority_key(revocations: x509.CertificateRevocationList) -> bytes | None:
    try:
        return revocations.extensions.get_extension_for_class(
            x509.AuthorityKeyIdentifier
        ).value.key_identifier
    except (x509.ExtensionNotFound, *UNREADABLE):
        return None


def _vouched(answer: ocsp.OCSPResponse, root: x509.Certificate) -> bool:
    """Signed by the CA itself or by a responder it delegated to (RFC 6960 4.2.2.2)."""
    return any(_verifies(answer, signer) for signer in (root, *_responders(answer, root)))


def _responders(answer: ocsp.OCSPResponse, root: x509.Certificate) -> Iterable[x509.Certificate]:
    for certificate in answer.certificates:
        try:
            certificate.verify_directly_issued_by(root)
            usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (InvalidSignature, x509.ExtensionNotFound, *UNREADABLE):
            continue
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage and begin <= answer.produced_at_utc <= end:
            yield certificate


def _verifies(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.SHA1 | hashes.MD5):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _about(single: ocsp.OCSPSingleResponse, root: x509.Certificate) -> bool:
    """Whether an answer is about a certificate of this very generation: the name alone does not tell."""
    try:
        digest = hashes.Hash(single.hash_algorithm)
    except UNREADABLE:
        return False
    digest.update(_key_bits(root))
    return single.issuer_key_hash == digest.finalize()


def _key_bits(root: x509.Certificate) -> bytes:
    """The subjectPublicKey BIT STRING without tag, length and unused bits (RFC 6960 4.1.1)."""
    key = root.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return b""
