"""Time-stamps: what they prove, and when they count as none."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

from mynumber.foundation.documents import TimeStampRefused, sign_cms, sign_pdf, time_stamp_request, token_of
from mynumber.foundation.pki import Revocation
from mynumber.foundation.pki.timestamp import Failure, rejection
from mynumber.foundation.validation import CheckName, Conclusion, Reason, Trust
from tests.foundation.validation.parts import CONTENT, check, house, outcomes, signed, signed_at
from tests.support.signing import plain_pdf

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


def test_the_clock_of_the_authority_may_be_a_little_ahead() -> None:
    now = signed_at()
    document = sign_cms(
        CONTENT,
        house().card(),
        signed_at=now,
        detached=False,
        time_stamp=house().stamp(now + timedelta(seconds=30)),
    )
    report = check(document, at=now)
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert report.signatures[0].proven_at == now


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


# --- time-stamps over a whole PDF ---------------------------------------------------------------------------------


def with_document_stamp(document: bytes, at: datetime, *, over: bytes | None = None) -> bytes:
    """The document with one more revision that holds a time-stamp over all of it. over: another digest is stamped instead."""
    writer = IncrementalPdfFileWriter(BytesIO(document))
    steps = PdfCMSEmbedder(fields.SigFieldSpec("Stamp")).write_cms("Stamp", writer)
    next(steps)
    steps.send(SigObjSetup(DocumentTimestamp(bytes_reserved=16384)))  # type: ignore[no-untyped-call]
    region, output = steps.send(SigIOSetup("sha256"))
    region.fill_with_cms(output, house().stamp(at)(over or region.document_digest))
    whole: bytes = output.getvalue()
    return whole


def test_a_stamp_over_the_document_proves_the_signature_in_it() -> None:
    document = with_document_stamp(signed("pdf"), signed_at() + timedelta(minutes=1))
    revoked_at = signed_at() + DAY
    trust = house().trust(
        house().revoked(revoked_at), house().revocation_list(at=revoked_at, town=None, number=3)
    )
    report = check(document, trust=trust, at=revoked_at + timedelta(hours=1))
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert outcomes(report)[CheckName.COVERAGE] == "later_additions"
    assert report.signatures[0].proven_at == signed_at() + timedelta(minutes=1)
    unproven = check(signed("pdf"), trust=trust, at=revoked_at + timedelta(hours=1))
    assert unproven.reason is Reason.REVOKED_UNPROVEN


def test_a_stamp_over_another_document_proves_nothing() -> None:
    document = with_document_stamp(signed("pdf"), signed_at(), over=hashlib.sha256(b"another").digest())
    assert (
        check(document, at=signed_at() + DAY, trust=house().trust(at=signed_at() + DAY))
        .signatures[0]
        .proven_at
        is None
    )


def test_a_stamp_from_before_the_signature_proves_nothing_of_it() -> None:
    stamped = with_document_stamp(plain_pdf(), signed_at() - timedelta(minutes=1))
    document = sign_pdf(stamped, house().card(), signed_at=signed_at())
    report = check(document)
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert report.signatures[0].proven_at is None
    assert check(stamped).reason is Reason.NO_SIGNATURE
