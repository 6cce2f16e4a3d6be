"""PDF files that try to pass for signed: changed after signing, shadowed, cut, blown up."""

from __future__ import annotations

import re
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from mynumber.foundation.documents import sign_pdf
from mynumber.foundation.validation import CheckName, Conclusion, Limits, Outcome, Reason, Remark, validate
from tests.foundation.validation.parts import check, house, outcomes, signed, signed_at
from tests.support.signing import plain_pdf

MEGABYTE = 1024 * 1024


def updated(document: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The document with an incremental update, made by `change(writer)`."""
    writer = IncrementalPdfFileWriter(BytesIO(document))
    change(writer)
    written = BytesIO()
    writer.write(written)  # type: ignore[no-untyped-call]
    return written.getvalue()


def new_text(writer: IncrementalPdfFileWriter) -> None:
    """The page says something else."""
    page = writer.root["/Pages"]["/Kids"][0]
    stream = generic.StreamObject(stream_data=b"BT /F1 24 Tf 72 720 Td (I owe 900.) Tj ET")
    page[generic.pdf_name("/Contents")] = writer.add_object(stream)
    writer.update_container(page)


def test_a_second_signature_leaves_the_first_one_good() -> None:
    twice = sign_pdf(signed("pdf"), house().card(), signed_at=signed_at() + timedelta(seconds=1))
    report = check(twice)
    assert report.conclusion is Conclusion.TOTAL_PASSED
    first, second = report.signatures
    assert first.check(CheckName.COVERAGE).reason is Reason.LATER_ADDITIONS  # type: ignore[union-attr]
    assert first.coverage is not None
    assert not first.coverage.whole
    assert Remark.LATER_REVISIONS in first.coverage.remarks
    assert second.check(CheckName.COVERAGE).reason is Reason.HOLDS  # type: ignore[union-attr]
    assert second.coverage is not None
    assert second.coverage.whole


def test_another_text_on_the_page_is_a_change_after_signing() -> None:
    report = check(updated(signed("pdf"), new_text))
    assert (report.conclusion, report.reason) == (Conclusion.TOTAL_FAILED, Reason.CHANGED_AFTER_SIGNING)
    (signature,) = report.signatures
    assert signature.check(CheckName.SIGNATURE).outcome is Outcome.PASSED  # type: ignore[union-attr]
    assert signature.coverage is not None
    assert signature.coverage.content.startswith(plain_pdf())


def test_a_form_filled_after_signing_is_said() -> None:
    document = sign_pdf(plain_pdf(form=True), house().card(), signed_at=signed_at())
    assert check(document).conclusion is Conclusion.TOTAL_PASSED

    def fill(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field[generic.pdf_name("/V")] = generic.pdf_string("900")
        writer.update_container(field)

    report = check(updated(document, fill))
    assert report.conclusion is Conclusion.INDETERMINATE
    assert report.reason is Reason.FORM_FILLED_LATER


def test_a_note_put_over_the_page_is_a_change() -> None:
    def cover(writer: IncrementalPdfFileWriter) -> None:
        note = generic.DictionaryObject(  # type: ignore[no-untyped-call]
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
                generic.pdf_name("/Contents"): generic.pdf_string("900"),
                generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 800))),
            }
        )
        page = writer.root["/Pages"]["/Kids"][0]
        annotations = page.get("/Annots", generic.ArrayObject())
        annotations.append(writer.add_object(note))
        page[generic.pdf_name("/Annots")] = annotations
        writer.update_container(page)

    report = check(updated(signed("pdf"), cover))
    assert report.conclusion is not Conclusion.TOTAL_PASSED
    assert report.reason in (Reason.CHANGED_AFTER_SIGNING, Reason.FORM_FILLED_LATER)


def test_another_catalogue_behind_the_signature_is_a_change() -> None:
    def shadow(writer: IncrementalPdfFileWriter) -> None:
        writer.root[generic.pdf_name("/OpenAction")] = generic.DictionaryObject(  # type: ignore[no-untyped-call]
            {
                generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
                generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
            }
        )
        writer.update_root()  # type: ignore[no-untyped-call]

    assert check(updated(signed("pdf"), shadow)).reason is Reason.CHANGED_AFTER_SIGNING


def test_bytes_behind_the_end_are_not_signed_and_not_accepted() -> None:
    for tail in (b"x" * 100, b"%%EOF\n", b"\nhello", plain_pdf("I owe 900.")):
        report = check(signed("pdf") + tail)
        assert report.conclusion is not Conclusion.TOTAL_PASSED, tail[:10]
    blank = check(signed("pdf") + b"\r\n").signatures[0].coverage
    assert blank is not None
    assert not blank.whole


def test_bytes_before_the_head_are_not_accepted() -> None:
    assert check(b"x" + signed("pdf")).conclusion is not Conclusion.TOTAL_PASSED


def test_the_hole_for_the_signature_holds_nothing_else() -> None:
    document = signed("pdf")
    numbers = [int(n) for n in re.search(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+)", document).groups()]  # type: ignore[union-attr]
    begin, end = numbers[1], numbers[2]
    assert document[begin : begin + 1] == b"<"
    assert document[end - 20 : end] == b"0" * 19 + b">"
    padded = document[: end - 5] + b"4141" + document[end - 1 :]
    report = check(padded)
    assert report.conclusion is not Conclusion.TOTAL_PASSED
    spaced = document[: end - 3] + b"  " + document[end - 1 :]
    assert check(spaced).conclusion is not Conclusion.TOTAL_PASSED
    shifted = document[: end - 9] + b">4141411" + document[end - 1 :]
    assert check(shifted).conclusion is not Conclusion.TOTAL_PASSED


@pytest.mark.parametrize(
    "entry", [b"[0 10 20 30]", b"[0 0 0 0]", b"[-1 5 5 5]", b"[0 99999999 1 1]", b"[0 1 2]", b"[(a) 1 2 3]"]
)
def test_a_byte_range_of_ones_own_is_refused(entry: bytes) -> None:
    document = signed("pdf")
    match = re.search(rb"/ByteRange ?\[[^\]]*\]", document)
    assert match is not None
    forged = (
        document[: match.start()] + (b"/ByteRange " + entry).ljust(len(match[0])) + document[match.end() :]
    )
    assert check(forged).conclusion is not Conclusion.TOTAL_PASSED


def test_an_unknown_form_of_signature_is_not_left_out() -> None:
    report = check(signed("pdf").replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachex"))
    assert report.reason is Reason.UNSUPPORTED


def test_an_encrypted_file_is_not_looked_into() -> None:
    from pyhanko.pdf_utils.crypt import StandardSecurityHandler
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    writer = copy_into_new_writer(PdfFileReader(BytesIO(plain_pdf())))
    handler = StandardSecurityHandler.build_from_pw("owner", "user")
    writer._assign_security_handler(handler)
    written = BytesIO()
    writer.write(written)  # type: ignore[no-untyped-call]
    assert check(written.getvalue()).reason is Reason.ENCRYPTED


# --- weight -----------------------------------------------------------------------------------------------------


def metadata(content: bytes, filters: bytes = b"") -> bytes:
    head = b"<< /Type /Metadata /Subtype /XML /Filter [%s] /Length %d >>" % (filters, len(content))
    return head + b"\nstream\n" + content + b"\nendstream"


def appended(document: bytes, number: int, content: bytes) -> bytes:
    """An incremental update by hand: one object anew."""
    previous = int(re.findall(rb"startxref\s+(\d+)", document)[-1])
    size = int(re.findall(rb"/Size (\d+)", document)[-1])
    place = len(document)
    written = document + b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\n" % (size, previous)
    return written + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(written)


def peak_of(document: bytes) -> tuple[Reason, int]:
    """The report's reason, and the bytes of memory it took at most."""
    tracemalloc.start()
    reason = check(document).reason
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return reason, peak


@pytest.fixture(scope="module")
def folded() -> bytes:
    """300 MB of nothing, folded twice: some kilobytes."""
    return zlib.compress(zlib.compress(b" " * (300 * MEGABYTE), 9), 9)


def test_a_stream_that_unfolds_without_end_is_put_aside(folded: bytes) -> None:
    whole = plain_pdf(extra=metadata(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"))
    document = sign_pdf(whole, house().card(), signed_at=signed_at())
    assert check(document).conclusion is Conclusion.TOTAL_PASSED
    reason, peak = peak_of(appended(document, 6, metadata(folded, b"/FlateDecode /FlateDecode")))
    assert reason in (Reason.CHANGED_AFTER_SIGNING, Reason.UNREADABLE)
    assert peak < 120 * MEGABYTE


def test_a_cross_reference_stream_that_unfolds_without_end_is_put_aside(folded: bytes) -> None:
    stream = (
        b"1 0 obj\n<< /Type /XRef /W [1 2 1] /Size 2 /Root 2 0 R /Filter [/FlateDecode /FlateDecode] /Length %d >>\n"
        b"stream\n%s\nendstream\nendobj\n" % (len(folded), folded)
    )
    reason, peak = peak_of(b"%PDF-1.7\n" + stream + b"startxref\n9\n%%EOF\n")
    assert reason is Reason.UNREADABLE
    assert peak < 120 * MEGABYTE


def test_too_many_revisions_or_signatures_are_put_aside() -> None:
    document = signed("pdf")
    for _ in range(3):
        document = sign_pdf(document, house().card(), signed_at=signed_at())
    trust, at = house().trust(), signed_at() + timedelta(minutes=1)
    assert validate(document, trust=trust, at=at).conclusion is Conclusion.TOTAL_PASSED
    assert validate(document, trust=trust, at=at, limits=Limits(signatures=3)).reason is Reason.TOO_LARGE
    assert validate(document, trust=trust, at=at, limits=Limits(pdf_revisions=4)).reason is Reason.TOO_LARGE
    compared = (3 + 2 + 1) * len(document)
    enough, short = Limits(pdf_compared=compared), Limits(pdf_compared=compared - 1)
    assert validate(document, trust=trust, at=at, limits=enough).conclusion is Conclusion.TOTAL_PASSED
    assert validate(document, trust=trust, at=at, limits=short).reason is Reason.TOO_LARGE


def test_pages_that_go_in_circles_end() -> None:
    circle = plain_pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")
    assert check(circle).reason in (Reason.NO_SIGNATURE, Reason.UNREADABLE)
    fields = plain_pdf(form=True).replace(b"/T (amount) /V (100)", b"/T (a)/Kids [7 0 R] ")
    assert check(fields).conclusion is not Conclusion.TOTAL_PASSED


def test_outcomes_of_a_changed_file_say_what_still_holds() -> None:
    reasons = outcomes(check(updated(signed("pdf"), new_text)))
    assert reasons[CheckName.CONTENT] == "holds"
    assert reasons[CheckName.COVERAGE] == "changed_after_signing"
