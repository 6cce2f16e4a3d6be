"""Time-stamps: what they prove, and when they count as none."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from mynumber.foundation.documents import TimeStampRefused, sign_cms, time_stamp_request, token_of
from mynumber.foundation.pki import Revocation
from mynumber.foundation.pki.timestamp import Failure, rejection
from mynumber.foundation.validation import CheckName, Conclusion, Reason, Trust
from tests.foundation.validation.parts import CONTENT, check, house, outcomes, signed, signed_at

DAY = timedelta(days=1)


def cms(token_over: bytes | None = None) -> bytes:
    """token_over: the stamp is over this digest instead of the signature's."""

    def stamp(digest: bytes) -> bytes:
        return house().stamp(signed_at())(token_over or digest)

    return sign_cms(CONTENT, house().card(), signed_at=signed_at(), detached=False, time_stamp=stamp)


def test_the_stamp_of_another_signature_is_noticed() -> None:
    report = check(cms(hashlib.sha256(b"another").digest()))
    assert (report.conclusion, report.reason) == (Conclusion.INDETERMINATE, Reason.TIME_STAMP_BROKEN)
    assert report.signatures[0].proven_at is None


def test_a_stamp_from_the_future_is_broken() -> None:
    document = sign_cms(
        CONTENT,
        house().card(),
        signed_at=signed_at(),
        detached=False,
        time_stamp=house().stamp(signed_at() + DAY),
    )
    assert check(document).reason is Reason.TIME_STAMP_BROKEN


def test_a_stamp_of_an_unknown_authority_counts_as_none() -> None:
    trust = Trust(
        signature_roots=[house().authority.certificate_der()], revocation_lists=[house().revocation_list()]
    )
    report = check(signed("cms-stamped"), trust=trust)
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert outcomes(report)[CheckName.TIME_STAMP] == "time_stamp_untrusted"
    assert report.signatures[0].proven_at is None


def test_an_authority_whose_status_is_unknown_counts_only_if_the_verifier_says_so() -> None:
    roots = [house().authority.certificate_der()]
    for needed, reason, proven in (
        (True, "time_stamp_status_unknown", None),
        (False, "time_stamp_without_status", signed_at()),
    ):
        trust = Trust(
            signature_roots=roots,
            time_stamp_roots=roots,
            revocation_lists=[house().revocation_list()],
            time_stamps_need_status=needed,
        )
        report = check(signed("pdf-stamped"), trust=trust)
        assert report.conclusion is Conclusion.TOTAL_PASSED
        assert outcomes(report)[CheckName.TIME_STAMP] == reason
        assert report.signatures[0].proven_at == proven


@pytest.mark.parametrize("needed", [True, False])
def test_a_revoked_authority_never_counts(*, needed: bool) -> None:
    revoked = house().revocation_list(Revocation(78, house().now), town=None)
    roots = [house().authority.certificate_der()]
    trust = Trust(
        signature_roots=roots,
        time_stamp_roots=roots,
        revocation_lists=[revoked],
        time_stamps_need_status=needed,
    )
    report = check(signed("cms-stamped"), trust=trust)
    assert outcomes(report)[CheckName.TIME_STAMP] == "time_stamp_untrusted"


def test_the_authoritys_own_certificate_may_be_what_is_believed() -> None:
    trust = Trust(
        signature_roots=[house().authority.certificate_der()],
        time_stamp_roots=[house().stamping_certificate],
        revocation_lists=[house().revocation_list()],
    )
    assert check(signed("cms-stamped"), trust=trust).signatures[0].proven_at == signed_at()


def test_a_certificate_that_is_not_for_stamps_stamps_nothing() -> None:
    trust = Trust(
        signature_roots=[house().authority.certificate_der()],
        time_stamp_roots=[house().certificate],
        revocation_lists=[house().revocation_list()],
    )
    report = check(signed("cms-stamped"), trust=trust)
    assert outcomes(report)[CheckName.TIME_STAMP] == "time_stamp_untrusted"


def test_every_changed_byte_of_a_token_is_noticed_or_harmless() -> None:
    document = signed("cms-stamped")
    start = document.index(house().stamping_certificate)
    for position in range(start - 200, start + 100, 7):
        changed = bytearray(document)
        changed[position] ^= 0x21
        report = check(bytes(changed))
        (signature,) = report.signatures
        assert signature.proven_at in (None, signed_at())


def test_an_answer_to_another_question_is_not_taken() -> None:
    digest = hashlib.sha256(CONTENT).digest()
    from mynumber.foundation.pki.timestamp import parse_request

    response = house().stamping.stamp(parse_request(time_stamp_request(digest, nonce=1)), now=signed_at())
    assert token_of(response, digest=digest, nonce=1)
    for other in (
        (response, hashlib.sha256(b"").digest(), 1),
        (response, digest, 2),
        (rejection(Failure.SYSTEM_FAILURE), digest, 1),
        (b"", digest, 1),
        (b"0\x03\x02\x01\x00", digest, 1),
        (house().certificate, digest, 1),
    ):
        with pytest.raises(TimeStampRefused):
            token_of(other[0], digest=other[1], nonce=other[2])
    with pytest.raises(ValueError, match="32 bytes"):
        time_stamp_request(b"", nonce=1)
