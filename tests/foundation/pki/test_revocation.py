"""Revocation lists: the same bytes as cryptography's builder, one a municipality, and what a verifier makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.pki import (
    AUTHENTICATION,
    SIGNATURE,
    CertificateAuthority,
    MalformedTrust,
    Medium,
    Municipality,
    Reason,
    Revocation,
    RevocationReason,
    Trust,
    VerificationRefused,
    municipality_of,
)
from mynumber.foundation.pki.listed import KnownList
from mynumber.foundation.pki.revocation import scope
from tests.foundation.pki.hierarchies import (
    CHUO,
    EXPIRY,
    KATSUSHIKA,
    NOW,
    Hierarchy,
    authentication,
    rsa_key,
    signature,
)

SERIAL = 0x1234ABCD
moments = st.integers(-631_152_000, 3_818_188_800).map(lambda second: datetime.fromtimestamp(second, UTC))
"""1950, the first year of a list, to 2090: on both sides of 2050, when the form of a time changes."""
revocations = st.builds(
    Revocation,
    st.one_of(st.integers(1, 2**159 - 1), st.sampled_from([1, 127, 128, 255, 256, 2**63 - 1, 2**63])),
    moments,
    st.sampled_from(RevocationReason),
)


def by_cryptography(
    authority: CertificateAuthority,
    lines: list[Revocation],
    number: int,
    now: datetime,
    point: x509.Name | None,
) -> bytes:
    """The same list by cryptography's own builder."""
    key = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now)
        .next_update(now + authority.profile.revocation_list_validity)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    if point is not None:
        builder = builder.add_extension(scope(point), critical=True)
    for line in lines:
        entry = x509.RevokedCertificateBuilder().serial_number(line.serial).revocation_date(line.revoked_at)
        if line.reason is not RevocationReason.UNSPECIFIED:
            entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(line.reason.value)), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)


@settings(deadline=None)
@given(
    st.lists(revocations, max_size=12),
    st.integers(0, 2**130),
    moments,
    st.sampled_from([None, KATSUSHIKA, CHUO]),
)
def test_a_list_is_the_one_that_cryptography_writes(
    lines: list[Revocation], number: int, now: datetime, municipality: Municipality | None
) -> None:
    authority = authentication().current
    point = AUTHENTICATION.distribution_point(municipality) if municipality else None
    written = authority.revocation_list(lines, number=number, now=now, municipality=municipality)
    assert written == by_cryptography(authority, lines, number, now, point)


def test_long_lists_have_long_lengths() -> None:
    """Lengths of one, two and three bytes, each at its edge."""
    authority = authentication().current
    for count in (1, 3, 4, 5, 6, 7, 8, 1000, 2000):
        lines = [Revocation(serial, NOW, RevocationReason.LOST) for serial in range(1, count + 1)]
        written = authority.revocation_list(lines, number=1, now=NOW)
        assert written == by_cryptography(authority, lines, 1, NOW, None)


@pytest.mark.parametrize("serial", [0, -1])
def test_a_serial_number_is_positive(serial: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        authentication().current.revocation_list([Revocation(serial, NOW)], number=1, now=NOW)


def test_a_list_names_what_was_revoked_and_why() -> None:
    lines = [
        Revocation(0xAA + number, NOW - timedelta(hours=number), reason)
        for number, reason in enumerate(RevocationReason)
    ]
    der = authentication().current.revocation_list(lines, number=7, now=NOW)
    parsed = x509.load_der_x509_crl(der)
    for line, entry in zip(lines, parsed, strict=True):
        assert (entry.serial_number, entry.revocation_date_utc) == (line.serial, line.revoked_at)
        reasons = [extension.value.reason.value for extension in entry.extensions]
        assert reasons == ([] if line.reason is RevocationReason.UNSPECIFIED else [line.reason.value])


def test_a_line_says_whether_the_certificate_may_come_back() -> None:
    lines = [Revocation(1, NOW, RevocationReason.SUSPENDED), Revocation(2, NOW, RevocationReason.LOST)]
    known = KnownList.read(authentication().current.revocation_list(lines, number=7, now=NOW))
    held, lost = known.line(1), known.line(2)
    assert held is not None
    assert lost is not None
    assert (held.suspended, lost.suspended, known.line(3)) == (True, False, None)


# --- one list a municipality --------------------------------------------------------------------------------


def trusting(hierarchy: Hierarchy, *lists: bytes) -> Trust:
    roots = [hierarchy.older.certificate_der(), hierarchy.current.certificate_der()]
    return Trust(roots=roots, revocation_lists=lists, profile=hierarchy.current.profile)


def reason_of(trust: Trust, certificate: bytes, *, at: datetime = NOW, now: datetime | None = None) -> Reason:
    with pytest.raises(VerificationRefused) as refused:
        trust.check(certificate, at=at, now=now)
    return refused.value.reason


both = pytest.mark.parametrize(
    "hierarchy", [authentication(), signature()], ids=["authentication", "signature"]
)


@both
def test_the_list_of_the_holders_municipality_counts(hierarchy: Hierarchy) -> None:
    leaf, ca = hierarchy.leaf(SERIAL), hierarchy.current
    here = ca.revocation_list([], number=1, now=NOW, municipality=KATSUSHIKA)
    revoked = [Revocation(SERIAL, NOW, RevocationReason.LOST)]
    elsewhere = ca.revocation_list(revoked, number=9, now=NOW, municipality=CHUO)
    assert trusting(hierarchy, here, elsewhere).check(leaf, at=NOW).serial == "1234ABCD"
    assert reason_of(trusting(hierarchy, elsewhere), leaf) is Reason.NO_REVOCATION_LIST
    here = ca.revocation_list(revoked, number=2, now=NOW, municipality=KATSUSHIKA)
    assert reason_of(trusting(hierarchy, here, elsewhere), leaf) is Reason.REVOKED


@both
def test_a_list_of_the_whole_ca_speaks_of_everybody(hierarchy: Hierarchy) -> None:
    leaf, ca = hierarchy.leaf(SERIAL), hierarchy.current
    assert trusting(hierarchy, ca.revocation_list([], number=1, now=NOW)).check(leaf, at=NOW)
    whole = ca.revocation_list([Revocation(SERIAL, NOW)], number=1, now=NOW)
    fresh = ca.revocation_list([], number=2, now=NOW, municipality=KATSUSHIKA)
    # Either list may say no: they are two series with numbers of their own.
    assert reason_of(trusting(hierarchy, whole, fresh), leaf) is Reason.REVOKED


def test_a_certificate_without_municipality_stands_on_the_list_of_the_whole_ca() -> None:
    hierarchy = authentication()
    leaf, ca = hierarchy.leaf(SERIAL, municipality=None), hierarchy.current
    whole = ca.revocation_list([], number=1, now=NOW)
    assert trusting(hierarchy, whole).check(leaf, at=NOW)
    local = ca.revocation_list([], number=1, now=NOW, municipality=KATSUSHIKA)
    assert reason_of(trusting(hierarchy, local), leaf) is Reason.NO_REVOCATION_LIST


@both
def test_the_list_of_another_generation_says_nothing(hierarchy: Hierarchy) -> None:
    leaf = hierarchy.leaf(SERIAL, of=hierarchy.older)
    newer = hierarchy.current.revocation_list(
        [Revocation(SERIAL, NOW)], number=5, now=NOW, municipality=KATSUSHIKA
    )
    assert reason_of(trusting(hierarchy, newer), leaf) is Reason.NO_REVOCATION_LIST
    older = hierarchy.older.revocation_list([], number=1, now=NOW, municipality=KATSUSHIKA)
    verified = trusting(hierarchy, newer, older).check(leaf, at=NOW)
    assert verified.root == hierarchy.older.certificate


@both
def test_a_suspended_certificate_is_told_apart_and_comes_back(hierarchy: Hierarchy) -> None:
    leaf, ca = hierarchy.leaf(SERIAL), hierarchy.current
    held = [Revocation(SERIAL, NOW, RevocationReason.SUSPENDED)]
    lists = [ca.revocation_list(held, number=1, now=NOW, municipality=KATSUSHIKA)]
    assert reason_of(trusting(hierarchy, *lists), leaf) is Reason.SUSPENDED
    lists.append(ca.revocation_list([], number=2, now=NOW, municipality=KATSUSHIKA))
    assert trusting(hierarchy, *lists).check(leaf, at=NOW)


@both
def test_where_a_certificate_would_be_listed_can_be_asked(hierarchy: Hierarchy) -> None:
    assert municipality_of(hierarchy.leaf()) == KATSUSHIKA
    assert municipality_of(hierarchy.leaf(municipality=CHUO)) == CHUO
    assert municipality_of(hierarchy.current.certificate) is None
    assert municipality_of(b"no certificate") is None


# --- another time -------------------------------------------------------------------------------------------

SIGNED = NOW + timedelta(days=100)
LATER = NOW + timedelta(days=400)
AFTER_THE_END = datetime(2032, 1, 1, tzinfo=UTC)


@both
def test_what_was_signed_before_the_revocation_stands(hierarchy: Hierarchy) -> None:
    leaf, ca = hierarchy.leaf(SERIAL), hierarchy.current
    for revoked_at, refused in ((SIGNED - timedelta(seconds=1), True), (SIGNED, True), (LATER, False)):
        lines = [Revocation(SERIAL, revoked_at, RevocationReason.CHANGED)]
        trust = trusting(hierarchy, ca.revocation_list(lines, number=1, now=LATER, municipality=KATSUSHIKA))
        if refused:
            assert reason_of(trust, leaf, at=SIGNED, now=LATER) is Reason.REVOKED
        else:
            assert trust.check(leaf, at=SIGNED, now=LATER).serial == "1234ABCD"
        assert reason_of(trust, leaf, at=LATER) is Reason.REVOKED


@both
def test_who_asks_about_now_is_told_no_although_the_issuers_clock_is_ahead(hierarchy: Hierarchy) -> None:
    ahead = [Revocation(SERIAL, NOW + timedelta(minutes=1))]
    crl = hierarchy.current.revocation_list(ahead, number=1, now=NOW, municipality=KATSUSHIKA)
    assert reason_of(trusting(hierarchy, crl), hierarchy.leaf(SERIAL)) is Reason.REVOKED


@both
def test_of_a_certificate_that_is_over_the_list_at_its_end_speaks(hierarchy: Hierarchy) -> None:
    leaf, ca = hierarchy.leaf(SERIAL), hierarchy.current
    at_its_end = datetime(2031, 5, 3, 12, tzinfo=UTC)
    silent = ca.revocation_list([], number=900, now=AFTER_THE_END, municipality=KATSUSHIKA)
    assert (
        reason_of(trusting(hierarchy, silent), leaf, at=SIGNED, now=AFTER_THE_END)
        is Reason.REVOCATION_LIST_STALE
    )
    for lines in ([], [Revocation(SERIAL, SIGNED - timedelta(days=1))]):
        last = ca.revocation_list(lines, number=800, now=at_its_end, municipality=KATSUSHIKA)
        trust = trusting(hierarchy, silent, last)
        if lines:
            assert reason_of(trust, leaf, at=SIGNED, now=AFTER_THE_END) is Reason.REVOKED
        else:
            assert trust.check(leaf, at=SIGNED, now=AFTER_THE_END)
        assert reason_of(trust, leaf, at=AFTER_THE_END) is Reason.EXPIRED


# --- purposes and media -------------------------------------------------------------------------------------


def trust_for(authority: CertificateAuthority, **other: object) -> Trust:
    return Trust(
        roots=[authority.certificate_der()],
        revocation_lists=[authority.revocation_list([], number=1, now=NOW)],
        **{"profile": authority.profile, **other},  # type: ignore[arg-type]
    )


@both
def test_a_phone_is_told_from_a_card(hierarchy: Hierarchy) -> None:
    trust = trust_for(hierarchy.current)
    for medium in Medium:
        assert trust.check(hierarchy.leaf(medium=medium), at=NOW).medium is medium
    cards = trust_for(hierarchy.current, media={Medium.CARD})
    assert cards.check(hierarchy.leaf(), at=NOW).medium is Medium.CARD
    assert reason_of(cards, hierarchy.leaf(medium=Medium.PHONE)) is Reason.WRONG_POLICY


def test_the_two_purposes_do_not_stand_in_for_each_other() -> None:
    for own, other in ((authentication(), signature()), (signature(), authentication())):
        assert reason_of(trust_for(own.current), other.leaf()) is Reason.UNTRUSTED
        # Also where a verifier trusts a root for the wrong purpose.
        wrong = trust_for(own.current, profile=other.current.profile)
        assert reason_of(wrong, own.leaf()) is Reason.WRONG_POLICY


@both
def test_services_of_the_ca_are_no_residents(hierarchy: Hierarchy) -> None:
    trust, ca = trust_for(hierarchy.current), hierarchy.current
    key = rsa_key(9).public_key()
    for certificate in (
        ca.issue_ocsp_responder(key, serial=3, issued_at=NOW),
        ca.issue_time_stamping(key, serial=4, issued_at=NOW),
    ):
        assert reason_of(trust, certificate) is Reason.WRONG_POLICY


def test_a_signature_is_checked_with_the_certificate() -> None:
    assert EXPIRY.year == 2031
    with pytest.raises(VerificationRefused, match="bad_signature"):
        trust_for(signature().current).verify(
            certificate=signature().leaf(), challenge=bytes(32), signature=bytes(256), now=NOW
        )


@given(st.binary(max_size=200))
def test_any_bytes_are_no_list(der: bytes) -> None:
    with pytest.raises(MalformedTrust):
        KnownList.read(der)


def test_the_two_hierarchies_have_names_of_their_own() -> None:
    assert AUTHENTICATION.authority_name() != SIGNATURE.authority_name()
