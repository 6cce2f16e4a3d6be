"""A verifier believes the holder of a good certificate and names the reason for everybody else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.pki import (
    AUTHENTICATION,
    CertificateAuthority,
    MalformedTrust,
    Municipality,
    Reason,
    Revocation,
    Trust,
    VerificationRefused,
    VerifiedHolder,
)

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EXPIRY = date(2031, 5, 3)
Extensions = list[tuple[x509.ExtensionType, bool]]
STATEMENT = b"a sign-in statement"
CHALLENGE = hashlib.sha256(STATEMENT).digest()


@dataclass(frozen=True)
class World:
    """One CA, one holder, one verifier."""

    authority: CertificateAuthority
    key: rsa.RSAPrivateKey
    certificate: bytes
    signature: bytes
    trust: Trust

    def verify(self, *, now: datetime = NOW, **other: bytes) -> VerifiedHolder:
        given_ = {
            "certificate": self.certificate,
            "challenge": CHALLENGE,
            "signature": self.signature,
            **other,
        }
        return self.trust.verify(now=now, **given_)

    def trusting(self, *lists: bytes) -> World:
        trust = Trust(roots=[self.authority.certificate_der()], revocation_lists=lists)
        return replace(self, trust=trust)


@pytest.fixture(scope="module")
def world() -> World:
    authority = CertificateAuthority.create(now=NOW - timedelta(days=1))
    key = rsa.generate_private_key(65537, 2048)
    certificate = authority.issue_authentication(
        key.public_key(), common_name="1", serial=0xABCD, issued_at=NOW, expires_on=EXPIRY
    )
    trust = Trust(
        roots=[authority.certificate_der()],
        revocation_lists=[authority.revocation_list([], number=1, now=NOW)],
    )
    signature = key.sign(STATEMENT, padding.PKCS1v15(), hashes.SHA256())
    return World(authority, key, certificate, signature, trust)


def reason_of(world: World, *, now: datetime = NOW, **other: bytes) -> Reason:
    with pytest.raises(VerificationRefused) as refused:
        world.verify(now=now, **other)
    return refused.value.reason


def test_a_holder_is_known_by_the_serial_and_nothing_else(world: World) -> None:
    holder = world.verify()
    assert holder.serial == "ABCD"
    assert "ABCD" not in repr(holder)


def test_another_authority_of_the_same_name_is_not_trusted(world: World) -> None:
    impostor = CertificateAuthority.create(now=NOW - timedelta(days=1))
    assert impostor.certificate.subject == world.authority.certificate.subject
    forged = impostor.issue_authentication(
        world.key.public_key(), common_name="1", serial=0xABCD, issued_at=NOW, expires_on=EXPIRY
    )
    assert reason_of(world, certificate=forged) is Reason.UNTRUSTED


def test_generations_of_one_name_are_told_apart_by_signature(world: World) -> None:
    newer = CertificateAuthority.create(now=NOW - timedelta(days=1))
    certificate = newer.issue_authentication(
        world.key.public_key(), common_name="2", serial=0xEEEE, issued_at=NOW, expires_on=EXPIRY
    )
    lists = [
        world.authority.revocation_list([Revocation(0xEEEE, NOW)], number=1, now=NOW),
        newer.revocation_list([Revocation(0xABCD, NOW)], number=1, now=NOW),
    ]
    roots = [world.authority.certificate_der(), newer.certificate_der()]
    both = replace(world, trust=Trust(roots=roots, revocation_lists=lists))
    # Each serial is revoked in the other generation's list, which says nothing about it.
    assert both.verify().serial == "ABCD"
    assert both.verify(certificate=certificate).serial == "EEEE"


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (NOW - timedelta(seconds=1), Reason.NOT_YET_VALID),
        (datetime(2031, 5, 3, 15, 0, 0, tzinfo=UTC), Reason.EXPIRED),
    ],
)
def test_a_certificate_counts_only_in_its_time(world: World, now: datetime, reason: Reason) -> None:
    assert reason_of(world, now=now) is reason


def test_the_last_second_still_counts(world: World) -> None:
    last = datetime(2031, 5, 3, 14, 59, 59, tzinfo=UTC)
    later = world.trusting(world.authority.revocation_list([], number=9, now=last - timedelta(hours=1)))
    assert later.verify(now=last).serial == "ABCD"


def test_a_revoked_certificate_is_refused(world: World) -> None:
    revoked = world.trusting(world.authority.revocation_list([Revocation(0xABCD, NOW)], number=2, now=NOW))
    assert reason_of(revoked) is Reason.REVOKED


def test_the_newest_list_counts(world: World) -> None:
    old = world.authority.revocation_list([], number=9, now=NOW)
    new = world.authority.revocation_list([Revocation(0xABCD, NOW)], number=10, now=NOW)
    for lists in ((old, new), (new, old)):
        assert reason_of(world.trusting(*lists)) is Reason.REVOKED


def test_without_a_list_nobody_is_believed(world: World) -> None:
    assert reason_of(world.trusting()) is Reason.NO_REVOCATION_LIST


@pytest.mark.parametrize("age", [timedelta(hours=48), timedelta(hours=-1)])
def test_a_list_of_another_time_is_stale(world: World, age: timedelta) -> None:
    stale = world.trusting(world.authority.revocation_list([], number=1, now=NOW - age))
    assert reason_of(stale) is Reason.REVOCATION_LIST_STALE


def test_a_stale_list_still_revokes(world: World) -> None:
    old = world.authority.revocation_list([Revocation(0xABCD, NOW)], number=1, now=NOW - timedelta(days=30))
    assert reason_of(world.trusting(old)) is Reason.REVOKED


def test_a_list_of_an_impostor_is_refused(world: World) -> None:
    impostor = CertificateAuthority.create(now=NOW)
    with pytest.raises(MalformedTrust, match="no root signed"):
        world.trusting(impostor.revocation_list([], number=1, now=NOW))


def point(**other: Any) -> x509.IssuingDistributionPoint:
    """The scope of a whole list of Katsushika, made narrower."""
    name = x509.DirectoryName(AUTHENTICATION.distribution_point(Municipality.of("131229")))
    plain = {
        "full_name": [name],
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**plain, **other})


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        (point(full_name=None, only_contains_user_certs=True), "speaks of a part"),
        (point(only_contains_user_certs=True), "speaks of a part"),
        (point(only_contains_ca_certs=True), "speaks of a part"),
        (point(only_contains_attribute_certs=True), "speaks of a part"),
        (point(indirect_crl=True), "speaks of a part"),
        (point(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})), "speaks of a part"),
        (point(full_name=[x509.UniformResourceIdentifier("http://a/")]), "speaks of a part"),
        (x509.DeltaCRLIndicator(1), "critical extension"),
        (
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\5\0"),
            "critical extension",
        ),
    ],
)
def test_a_list_of_a_part_is_refused(world: World, extension: x509.ExtensionType, message: str) -> None:
    with pytest.raises(MalformedTrust, match=message):
        world.trusting(list_with(world, [(x509.CRLNumber(1), False), (extension, True)]))


def test_a_list_without_number_is_refused(world: World) -> None:
    with pytest.raises(MalformedTrust, match="no number"):
        world.trusting(list_with(world, []))


def list_with(world: World, extensions: Extensions) -> bytes:
    """An empty list of the trusted CA with these extensions."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(world.authority.certificate.subject)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(world.authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_signature_over_something_else_is_refused(world: World) -> None:
    other = world.key.sign(b"another statement", padding.PKCS1v15(), hashes.SHA256())
    assert reason_of(world, signature=other) is Reason.BAD_SIGNATURE


def test_a_signature_of_another_form_is_refused(world: World) -> None:
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    assert reason_of(world, signature=world.key.sign(STATEMENT, pss, hashes.SHA256())) is Reason.BAD_SIGNATURE
    assert reason_of(world, signature=b"") is Reason.BAD_SIGNATURE


def test_only_a_digest_is_a_challenge(world: World) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        world.verify(challenge=STATEMENT)


def test_a_certificate_has_one_encoding(world: World) -> None:
    """A signature that ends in a 0 bit could also be written with one unused bit."""
    serial = 0
    while True:
        serial += 1
        der = world.authority.issue_authentication(
            world.key.public_key(), common_name="1", serial=serial, issued_at=NOW, expires_on=EXPIRY
        )
        if der[-1] & 1 == 0:
            break
    assert world.verify(certificate=der).serial == f"{serial:X}"
    other = bytearray(der)
    other[-257] = 1
    assert x509.load_der_x509_certificate(bytes(other)).serial_number == serial
    assert reason_of(world, certificate=bytes(other)) is Reason.MALFORMED


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_certificate_with_any_one_bit_changed_is_refused(world: World) -> None:
    for position in range(len(world.certificate)):
        for bit in range(8):
            changed = bytearray(world.certificate)
            changed[position] ^= 1 << bit
            with pytest.raises(VerificationRefused):
                world.verify(certificate=bytes(changed))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_list_with_any_one_bit_changed_is_refused(world: World) -> None:
    root = world.authority.certificate_der()
    good = world.authority.revocation_list([Revocation(5, NOW)], number=1, now=NOW)
    for position in range(len(good)):
        for bit in range(8):
            changed = bytearray(good)
            changed[position] ^= 1 << bit
            with pytest.raises(MalformedTrust):
                Trust(roots=[root], revocation_lists=[bytes(changed)])


@given(st.integers(0, 255), st.integers(1, 255))
def test_a_signature_with_one_byte_changed_is_refused(world: World, position: int, flip: int) -> None:
    changed = bytearray(world.signature)
    changed[position] ^= flip
    assert reason_of(world, signature=bytes(changed)) is Reason.BAD_SIGNATURE


@given(st.binary(max_size=300))
def test_any_bytes_are_no_certificate(world: World, certificate: bytes) -> None:
    assert reason_of(world, certificate=certificate) is Reason.MALFORMED


@pytest.mark.parametrize(("roots", "lists"), [([], []), ([b"x"], []), ([None], [b"x"])])
def test_a_verifier_that_was_given_rubbish_says_so(
    world: World, roots: list[bytes | None], lists: list[bytes]
) -> None:
    real = [world.authority.certificate_der() if root is None else root for root in roots]
    with pytest.raises(MalformedTrust):
        Trust(roots=real, revocation_lists=lists)


# --- leaves of another make, all signed by the trusted CA ---------------------------------------------------


def usage(**on: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


def policies(*oids: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
    )


AUTHENTICATING, SIGNING = AUTHENTICATION.policy.dotted_string, "1.2.392.200149.8.5.1.1.20"
GOOD_USAGE, GOOD_POLICY = usage(digital_signature=True), policies(AUTHENTICATING)
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")


@pytest.mark.parametrize(
    ("extensions", "reason"),
    [
        ([(GOOD_USAGE, True)], Reason.WRONG_POLICY),
        ([(GOOD_POLICY, True)], Reason.WRONG_POLICY),
        ([(GOOD_USAGE, True), (policies(SIGNING), True)], Reason.WRONG_POLICY),
        ([(GOOD_USAGE, True), (policies(AUTHENTICATING, SIGNING), True)], Reason.WRONG_POLICY),
        ([(GOOD_USAGE, True), (policies("2.5.29.32.0"), True)], Reason.WRONG_POLICY),
        ([(usage(key_encipherment=True), True), (GOOD_POLICY, True)], Reason.WRONG_POLICY),
        (
            [(usage(digital_signature=True, content_commitment=True), True), (GOOD_POLICY, True)],
            Reason.WRONG_POLICY,
        ),
        ([(GOOD_USAGE, True), (GOOD_POLICY, False)], Reason.UNTRUSTED),
        ([(GOOD_USAGE, False), (GOOD_POLICY, True)], Reason.UNTRUSTED),
        ([(GOOD_USAGE, True), (GOOD_POLICY, True), (UNKNOWN, True)], Reason.UNTRUSTED),
        (
            [
                (GOOD_USAGE, True),
                (GOOD_POLICY, True),
                (x509.BasicConstraints(ca=True, path_length=None), True),
            ],
            Reason.UNTRUSTED,
        ),
    ],
)
def test_a_certificate_of_another_kind_is_refused(
    world: World, extensions: Extensions, reason: Reason
) -> None:
    assert reason_of(world, certificate=leaf_with(world, world.key.public_key(), extensions)) is reason


def test_the_leaf_builder_of_this_test_makes_good_leaves_too(world: World) -> None:
    extensions: Extensions = [(GOOD_USAGE, True), (GOOD_POLICY, True), (UNKNOWN, False)]
    certificate = leaf_with(world, world.key.public_key(), extensions)
    assert world.verify(certificate=certificate).serial == "5"


def test_a_key_of_another_kind_is_refused(world: World) -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is refused
    extensions: Extensions = [(GOOD_USAGE, True), (GOOD_POLICY, True)]
    for key in (weak, ec.generate_private_key(ec.SECP256R1())):
        assert (
            reason_of(world, certificate=leaf_with(world, key.public_key(), extensions))
            is Reason.WRONG_POLICY
        )


def test_the_root_itself_is_no_holder(world: World) -> None:
    assert reason_of(world, certificate=world.authority.certificate_der()) is Reason.WRONG_POLICY


def test_an_authority_that_is_over_vouches_for_nobody() -> None:
    start = datetime(2010, 1, 1, tzinfo=UTC)
    authority = CertificateAuthority.create(now=start)
    key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateBuilder(
        authority.certificate.subject,
        AUTHENTICATION.holder_name("1"),
        key.public_key(),
        5,
        NOW,
        NOW + timedelta(days=9),
    )
    builder = builder.add_extension(GOOD_USAGE, critical=True).add_extension(GOOD_POLICY, critical=True)
    certificate = builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
    crl = authority.revocation_list([], number=1, now=NOW)
    trust = Trust(roots=[authority.certificate_der()], revocation_lists=[crl])
    with pytest.raises(VerificationRefused, match="untrusted"):
        trust.check(certificate, at=NOW)


def leaf_with(
    world: World, public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, extensions: Extensions
) -> bytes:
    """A leaf that the trusted CA's key signed, with these extensions and an authority key identifier."""
    root = world.authority.certificate
    builder = x509.CertificateBuilder(
        root.subject, AUTHENTICATION.holder_name("1"), public_key, 5, NOW, NOW + timedelta(days=9)
    )
    subject_key = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(subject_key)
    builder = builder.add_extension(identifier, critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(world.authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
