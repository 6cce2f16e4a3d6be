"""Who signed, at what time, and whether the certificate was good then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from mynumber.foundation.documents import sign_cms
from mynumber.foundation.pki import CertificateAuthority, Medium, Revocation, RevocationReason
from mynumber.foundation.validation import (
    CertificateKind,
    CheckName,
    Conclusion,
    MalformedTrust,
    Reason,
    SubIndication,
    Trust,
)
from tests.foundation.validation.parts import CONTENT, check, house, outcomes, signed, signed_at
from tests.support.signing import HOLDER, OTHER_TOWN, SERIAL, TOWN, KeySigner, rsa_key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def cms(
    *, at: datetime | None = None, stamped_at: datetime | None = None, signer: KeySigner | None = None
) -> bytes:
    stamp = house().stamp(stamped_at) if stamped_at else None
    return sign_cms(
        CONTENT, signer or house().card(), signed_at=at or signed_at(), detached=False, time_stamp=stamp
    )


# --- the chain ------------------------------------------------------------------------------------------------


def test_generations_share_a_name_and_the_signature_tells_which_one_issued() -> None:
    assert house().older.certificate.subject == house().authority.certificate.subject
    wrong = Trust(
        signature_roots=[house().older.certificate_der()],
        revocation_lists=[house().revocation_list(of=house().older)],
    )
    report = check(signed("cms"), trust=wrong)
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.UNTRUSTED)
    assert report.signatures[0].sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert report.signatures[0].certificate is not None
    assert report.signatures[0].certificate.kind is CertificateKind.UNKNOWN


def test_a_certificate_that_calls_itself_one_of_the_ca_is_not_believed() -> None:
    impostor = CertificateAuthority.create(
        now=house().now, profile=house().authority.profile, key=rsa_key(10)
    )
    certificate = impostor.issue_signature(
        rsa_key(9).public_key(),
        holder=HOLDER,
        municipality=TOWN,
        common_name="1",
        serial=SERIAL,
        issued_at=house().now,
        expires_on=house().expires_on,
    )
    report = check(cms(signer=KeySigner(rsa_key(9), certificate)))
    assert report.reason is Reason.UNTRUSTED
    assert outcomes(report)[CheckName.REVOCATION] == "not_reached"


def test_a_certificate_cannot_issue_another_one() -> None:
    leaf = x509.load_der_x509_certificate(house().certificate)
    forged = (
        x509.CertificateBuilder(extensions=list(leaf.extensions))
        .subject_name(leaf.subject)
        .issuer_name(leaf.subject)
        .public_key(rsa_key(9).public_key())
        .serial_number(7)
        .not_valid_before(leaf.not_valid_before_utc)
        .not_valid_after(leaf.not_valid_after_utc)
        .sign(rsa_key(4), hashes.SHA256())
    )
    report = check(cms(signer=KeySigner(rsa_key(9), forged.public_bytes(Encoding.DER))))
    assert report.reason is Reason.UNTRUSTED
    trusting_a_leaf = Trust(
        signature_roots=[house().certificate],
    )
    report = check(
        cms(signer=KeySigner(rsa_key(9), forged.public_bytes(Encoding.DER))), trust=trusting_a_leaf
    )
    assert report.reason is Reason.UNTRUSTED


def test_an_authentication_certificate_does_not_sign_documents() -> None:
    signer = KeySigner(rsa_key(5), house().authentication_certificate)
    report = check(cms(signer=signer))
    assert report.conclusion is Conclusion.INDETERMINATE
    assert outcomes(report)[CheckName.POLICY] == "authentication_certificate"
    assert outcomes(report)[CheckName.KEY_USAGE] == "wrong_key_usage"
    assert report.signatures[0].certificate is not None
    assert report.signatures[0].certificate.kind is CertificateKind.AUTHENTICATION


def test_a_phone_signs_as_a_card_does() -> None:
    certificate = house().authority.issue_signature(
        rsa_key(9).public_key(),
        holder=HOLDER,
        municipality=TOWN,
        common_name="1",
        serial=99,
        issued_at=house().now,
        expires_on=house().expires_on,
        medium=Medium.PHONE,
    )
    assert check(cms(signer=KeySigner(rsa_key(9), certificate))).conclusion is Conclusion.TOTAL_PASSED


def test_a_certificate_of_our_ca_for_something_else_does_not_sign() -> None:
    report = check(cms(signer=KeySigner(rsa_key(6), house().stamping_certificate)))
    assert report.conclusion is Conclusion.INDETERMINATE
    assert outcomes(report)[CheckName.POLICY] == "wrong_policy"
    assert outcomes(report)[CheckName.KEY_USAGE] == "wrong_key_usage"


def test_policies_are_the_verifiers_choice() -> None:
    trust = Trust(
        signature_roots=[house().authority.certificate_der()],
        revocation_lists=[house().revocation_list()],
        signature_policies=[x509.ObjectIdentifier("1.2.3")],
    )
    report = check(signed("cms"), trust=trust)
    assert (report.reason, report.signatures[0].sub_indication) == (
        Reason.WRONG_POLICY,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    )


# --- time -----------------------------------------------------------------------------------------------------


def end() -> datetime:
    return x509.load_der_x509_certificate(house().certificate).not_valid_after_utc


def test_after_the_end_of_the_certificate_nothing_proves_when_it_signed() -> None:
    later = end() + DAY
    report = check(signed("cms"), at=later, trust=house().trust(at=later))
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.EXPIRED_UNPROVEN)
    assert report.signatures[0].sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE


def test_a_time_stamp_and_a_list_from_then_keep_it_valid() -> None:
    certificate = house().authority.issue_signature(
        rsa_key(9).public_key(),
        holder=HOLDER,
        municipality=TOWN,
        common_name="1",
        serial=98,
        issued_at=house().now,
        expires_on=(house().now + 30 * DAY).date(),
    )
    document = cms(signer=KeySigner(rsa_key(9), certificate), stamped_at=signed_at())
    later = house().now + 60 * DAY
    whole = house().revocation_list(at=later - HOUR, town=None, number=2)
    then = house().revocation_list(at=signed_at() + HOUR)
    report = check(document, at=later, trust=house().trust(then, whole))
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert report.signatures[0].proven_at == signed_at()
    # A list of today may have forgotten certificates that are over: its silence proves nothing.
    today_only = check(document, at=later, trust=house().trust(whole))
    assert (today_only.conclusion, today_only.reason) == (Conclusion.INDETERMINATE, Reason.STATUS_STALE)


def test_a_time_stamp_whose_authority_has_ended_counts_as_none() -> None:
    later = end() + DAY
    assert later > x509.load_der_x509_certificate(house().stamping_certificate).not_valid_after_utc
    document = cms(stamped_at=signed_at())
    report = check(document, at=later, trust=house().trust(at=later))
    assert outcomes(report)[CheckName.TIME_STAMP] == "time_stamp_untrusted"
    assert report.reason is Reason.EXPIRED_UNPROVEN


def test_who_claims_to_have_signed_outside_the_validity_is_taken_at_the_word() -> None:
    early = check(cms(at=house().now - HOUR))
    assert (early.conclusion, early.reason) == (Conclusion.TOTAL_FAILED, Reason.NOT_YET_VALID)
    late = check(cms(at=end() + HOUR), at=end() + DAY)
    assert (late.conclusion, late.reason) == (Conclusion.TOTAL_FAILED, Reason.EXPIRED)
    before = check(signed("cms"), at=house().now - DAY)
    assert before.conclusion is Conclusion.TOTAL_FAILED
    assert outcomes(before)[CheckName.VALIDITY] == "not_yet_valid"


# --- revocation -----------------------------------------------------------------------------------------------


def test_a_certificate_revoked_before_it_signed_fails() -> None:
    trust = house().trust(house().revoked(signed_at() - timedelta(minutes=1)))
    report = check(signed("cms"), trust=trust)
    assert (report.conclusion, report.reason) == (Conclusion.TOTAL_FAILED, Reason.REVOKED)
    assert report.signatures[0].sub_indication is SubIndication.REVOKED
    assert report.signatures[0].revoked_at == signed_at() - timedelta(minutes=1)


def test_revoked_after_the_claimed_time_is_not_proven_either_way() -> None:
    revoked_at = signed_at() + DAY
    trust = house().trust(house().revoked(revoked_at))
    report = check(signed("cms"), trust=trust, at=revoked_at + HOUR)
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.REVOKED_UNPROVEN)
    assert report.signatures[0].sub_indication is SubIndication.REVOKED_NO_POE


def test_a_time_stamp_from_before_the_revocation_keeps_a_signature_valid() -> None:
    revoked_at = signed_at() + DAY
    whole = house().revocation_list(at=revoked_at, town=None, number=3)
    trust = house().trust(house().revoked(revoked_at), whole)
    for form in ("cms-stamped", "pdf-stamped"):
        report = check(signed(form), trust=trust, at=revoked_at + HOUR)
        assert report.conclusion is Conclusion.TOTAL_PASSED
        assert outcomes(report)[CheckName.REVOCATION] == "revoked_later"
        assert report.signatures[0].proven_at == signed_at()
    stamped_late = cms(stamped_at=revoked_at + timedelta(minutes=1))
    late = check(stamped_late, trust=trust, at=revoked_at + HOUR)
    assert late.reason is Reason.REVOKED_UNPROVEN


def test_a_suspended_certificate_may_become_good_again() -> None:
    suspended = house().revoked(signed_at() - timedelta(minutes=1), RevocationReason.SUSPENDED)
    report = check(signed("cms"), trust=house().trust(suspended))
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.SUSPENDED)
    resumed = house().revocation_list(at=signed_at(), number=9)
    assert check(signed("cms"), trust=house().trust(suspended, resumed)).conclusion is Conclusion.TOTAL_PASSED


def test_a_revocation_is_not_forgotten_because_a_newer_list_is_silent() -> None:
    revoked = house().revoked(signed_at() - timedelta(minutes=1))
    silent = house().revocation_list(at=signed_at(), number=9)
    assert check(signed("cms"), trust=house().trust(revoked, silent)).reason is Reason.REVOKED


def test_an_old_list_cannot_tell_and_still_tells_what_was_revoked() -> None:
    old = house().revocation_list(at=signed_at() - 3 * DAY)
    report = check(signed("cms"), trust=house().trust(old))
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.STATUS_STALE)
    assert report.signatures[0].sub_indication is SubIndication.TRY_LATER
    revoked = house().revoked(signed_at() - timedelta(minutes=1), listed=signed_at() - 3 * DAY)
    assert check(signed("cms"), trust=house().trust(revoked)).reason is Reason.REVOKED


def test_a_list_of_tomorrow_says_nothing_today() -> None:
    tomorrow = house().revocation_list(at=signed_at() + DAY)
    assert check(signed("cms"), trust=house().trust(tomorrow)).reason is Reason.NO_STATUS


def test_a_list_of_this_very_moment_counts_though_clocks_differ() -> None:
    ahead = house().revocation_list(at=signed_at() + timedelta(seconds=30))
    assert (
        check(signed("cms"), trust=house().trust(ahead), at=signed_at()).conclusion is Conclusion.TOTAL_PASSED
    )


def test_a_list_speaks_only_of_its_own_municipality() -> None:
    elsewhere = house().revocation_list(town=OTHER_TOWN)
    assert check(signed("cms"), trust=house().trust(elsewhere)).reason is Reason.NO_STATUS
    other = house().revocation_list(Revocation(SERIAL, signed_at() - HOUR), town=OTHER_TOWN)
    assert check(signed("cms"), trust=house().trust(house().revocation_list(), other)).conclusion is (
        Conclusion.TOTAL_PASSED
    )
    everything = house().revocation_list(Revocation(SERIAL, signed_at() - HOUR), town=None)
    assert check(signed("cms"), trust=house().trust(everything)).reason is Reason.REVOKED


def test_without_any_list_nothing_is_said_to_be_valid() -> None:
    report = check(signed("cms"), trust=Trust(signature_roots=[house().authority.certificate_der()]))
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.NO_STATUS)


# --- OCSP -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delegated", [True, False])
def test_an_ocsp_answer_says_good_or_revoked(*, delegated: bool) -> None:
    at = signed_at()
    good = house().ocsp(at, delegated=delegated)
    assert (
        check(signed("cms"), trust=house().trust(ocsp_responses=[good])).conclusion is Conclusion.TOTAL_PASSED
    )
    revoked = house().ocsp(at, delegated=delegated, revoked_at=at - timedelta(minutes=1))
    assert check(signed("cms"), trust=house().trust(ocsp_responses=[revoked])).reason is Reason.REVOKED


def test_an_ocsp_answer_that_is_over_cannot_tell() -> None:
    answer = house().ocsp(signed_at() - 3 * HOUR)
    assert check(signed("cms"), trust=house().trust(ocsp_responses=[answer])).reason is Reason.STATUS_STALE


def test_an_ocsp_answer_that_nobody_vouches_for_is_the_verifiers_mistake() -> None:
    answer = house().ocsp(signed_at())
    impostor = CertificateAuthority.create(
        now=house().now, profile=house().authority.profile, key=rsa_key(10)
    )
    signature = ocsp.load_der_ocsp_response(answer).signature
    for forged in (
        answer.replace(signature, bytes((signature[0] ^ 1,)) + signature[1:]),
        house().ocsp(signed_at(), by=impostor),
    ):
        with pytest.raises(MalformedTrust, match="vouches"):
            house().trust(ocsp_responses=[forged])


def test_the_responder_of_another_generation_says_nothing_of_this_one() -> None:
    answer = house().ocsp(signed_at(), by=house().older)
    assert check(signed("cms"), trust=house().trust(ocsp_responses=[answer])).reason is Reason.NO_STATUS


# --- what a verifier was given ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"signature_roots": []},
        {"signature_roots": [b""]},
        {"signature_roots": [b"0"], "revocation_lists": []},
    ],
)
def test_trust_without_a_root_is_refused(given: dict[str, list[bytes]]) -> None:
    with pytest.raises(MalformedTrust):
        Trust(**given)  # type: ignore[arg-type]


def test_lists_and_answers_that_cannot_be_read_are_refused() -> None:
    roots = [house().authority.certificate_der()]
    for bad in (b"", b"0\x00", house().certificate, house().revocation_list()[:-1]):
        with pytest.raises(MalformedTrust):
            Trust(signature_roots=roots, revocation_lists=[bad])
        with pytest.raises(MalformedTrust):
            Trust(signature_roots=roots, ocsp_responses=[bad])
    strange = house().revocation_list(of=house().older)
    with pytest.raises(MalformedTrust, match="vouches"):
        Trust(signature_roots=roots, revocation_lists=[strange])


def test_a_list_for_some_reasons_only_is_refused() -> None:
    root = house().authority
    point = x509.IssuingDistributionPoint(
        [x509.DirectoryName(root.certificate.subject)],
        None,
        False,
        False,
        frozenset({x509.ReasonFlags.key_compromise}),
        False,
        False,
    )
    partial = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(house().now)
        .next_update(house().now + DAY)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(point, critical=True)
        .sign(root.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    with pytest.raises(MalformedTrust, match="some reasons"):
        Trust(signature_roots=[root.certificate_der()], revocation_lists=[partial])


def test_time_zones_do_not_matter() -> None:
    from datetime import timezone

    local = (signed_at() + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=9)))
    assert check(signed("cms"), at=local).conclusion is Conclusion.TOTAL_PASSED
    assert check(signed("cms"), at=local).checked_at.astimezone(UTC) == signed_at() + timedelta(minutes=1)
