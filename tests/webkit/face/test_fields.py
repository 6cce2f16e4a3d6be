"""Form fields: what comes out, what is refused, and in which words."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import PdfFileWriter

from mynumber.webkit.face.fields import (
    DigitsField,
    DocumentField,
    DocumentKind,
    KanaField,
    PhoneField,
    PinField,
    WarekiDateField,
    WidthTolerantField,
)
from mynumber.webkit.face.harmless import only_shows
from mynumber.webkit.face.language import EASY


def a_pdf(catalog: str = "", *more: str) -> bytes:
    """A PDF of one empty page, with more in its catalog and more objects (from number 4)."""
    bodies = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        *more,
    ]
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(bodies) + 1
    return (
        written
        + f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n".encode()
    )


PDF = a_pdf()


@pytest.fixture(scope="module", autouse=True)
def japanese() -> Iterator[None]:
    with translation.override("ja"):
        yield


def refusal(field: forms.Field, value: object) -> tuple[str, str]:
    """Code and words of the error."""
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(value)
    (error,) = refused.value.error_list
    return str(error.code), str(error.messages[0])


def test_a_date_is_shown_by_era_and_read_again() -> None:
    field = WarekiDateField()
    day = date(2026, 4, 1)
    assert field.prepare_value(day) == "令和8年4月1日"
    assert field.clean(field.prepare_value(day)) == day
    assert field.prepare_value(date(1870, 1, 1)) == "1870-01-01"
    assert not field.has_changed(day, "R8.4.1")
    assert field.has_changed(day, "R8.4.2")


def test_a_date_that_may_be_missing_is_none() -> None:
    assert WarekiDateField(required=False).clean("") is None


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("8.4.1", "era_missing", "令和などの年号を付けるか、西暦4けた"),
        ("昭和65年4月1日", "outside_era", "次の年号か、西暦"),
        ("2026-02-30", "no_such_day", "暦にない日"),
        ("2019-12-31", "too_early", "令和2年1月1日（2020年）以後"),
        ("2027-01-01", "too_late", "令和8年12月31日（2026年）以前"),
    ],
)
def test_a_date_that_cannot_be_says_what_to_do_and_repeats_nothing(text: str, code: str, words: str) -> None:
    field = WarekiDateField(earliest=date(2020, 1, 1), latest=date(2026, 12, 31))
    found, said = refusal(field, text)
    assert found == code
    assert words in said
    assert text not in said


def test_errors_speak_the_readers_language() -> None:
    with translation.override("en"):
        assert refusal(WarekiDateField(), "8.4.1")[1].startswith("Give the year")
        assert str(KanaField(label="x").error_messages["required"])
        assert refusal(KanaField(), "漢字")[1].startswith("Enter the reading")
    with translation.override(EASY):
        assert refusal(KanaField(), "漢字")[1] == "ひらがな か カタカナで 書いてください。漢字は 使えません。"


@given(st.text("0123456789", min_size=7, max_size=7), st.sampled_from("-−ー－ 　"), st.booleans())
def test_digits_come_out_whatever_stands_between(digits: str, between: str, wide: bool) -> None:
    text = f"{digits[:3]}{between}{digits[3:]}"
    if wide:
        text = text.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    assert DigitsField(digits=7).clean(text) == digits


@pytest.mark.parametrize("text", ["123456", "12345678", "123456a", "１２３４５６〇", "1234567\n8"])
def test_another_count_of_digits_is_refused(text: str) -> None:
    code, said = refusal(DigitsField(digits=7), text)
    assert code == "form"
    assert "数字7けたで入力してください" in said


def test_a_code_of_letters_is_read_in_capitals() -> None:
    field = WidthTolerantField(
        pattern="[A-Z]{2}[0-9]{8}[A-Z]{2}", form=("番号", "the number"), example="AB12345678CD", upper=True
    )
    assert field.clean("ａｂ１２３４５６７８ｃｄ") == "AB12345678CD"
    assert "inputmode" not in field.widget.attrs


@pytest.mark.parametrize("text", ["(03)1234-5678", "０９０ー１２３４ー５６７８", "0312345678"])
def test_a_telephone_number_is_ten_or_eleven_digits(text: str) -> None:
    assert PhoneField().clean(text)[0] == "0"


@pytest.mark.parametrize("text", ["1234567890", "+81312345678", "090-1234"])
def test_no_telephone_number_is_refused(text: str) -> None:
    assert refusal(PhoneField(), text)[0] == "form"


@pytest.mark.parametrize("text", ["123", "12345", "12a4", "①②③④⑤"])
def test_a_wrong_pin_is_not_repeated(text: str) -> None:
    assert text not in refusal(PinField(), text)[1]
    assert text not in str(PinField().widget.render("pin", text))


def test_a_pin_in_full_width_is_read() -> None:
    assert PinField().clean("１２３４") == "1234"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, DocumentKind.PDF),
        (b"\xff\xd8\xff\xe0" + b"0" * 20, DocumentKind.JPEG),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 20, DocumentKind.PNG),
    ],
)
def test_a_file_is_what_it_holds_not_what_it_is_called(content: bytes, kind: DocumentKind) -> None:
    document = DocumentField().clean(SimpleUploadedFile("書類.exe", content))
    assert (document.kind, document.content, document.name) == (kind, content, "書類.exe")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "kind"),
        (b"PK\x03\x04", "kind"),
        (b"<svg onload='x'>", "kind"),
        (b" %PDF-1.7", "kind"),
        (PDF + b"0" * 3000, "too_large"),
    ],
)
def test_a_file_that_is_something_else_is_refused(content: bytes, code: str) -> None:
    found, said = refusal(DocumentField(most=2048), SimpleUploadedFile("x.pdf", content))
    assert found == code
    assert "ください" in said


@pytest.mark.parametrize(
    "document",
    [
        a_pdf("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
        a_pdf("/OpenAction 4 0 R", "<< /S /Launch /F (calc.exe) >>"),
        a_pdf("/OpenAction 4 0 R", "<< /S /URI /URI (https://example.jp/who-opens-it) >>"),
        a_pdf("/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>", "<< /S /Named /N /Print >>"),
        a_pdf("/AA << /WC 4 0 R >>", "<< /S /GoTo >>"),
        a_pdf("/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>", "<< /Type /Filespec >>"),
        a_pdf("", "<< /S /#4aavaScript /J#53 (x) >>"),
        a_pdf("/AcroForm << /Fields [] /XFA [] >>"),
        a_pdf("/X [[[[ << /S /SubmitForm >> ]]]]"),
        b"%PDF-1.7\n%%EOF\n",
        b"%PDF-1.7\n" + b"\x00" * 500,
        PDF[: len(PDF) // 2],
        PDF.replace(b"/Root", b"/Encrypt << /Filter /Standard /V 1 /R 2 /O () /U () /P 0 >> /Root"),
    ],
    ids=[
        "script",
        "launch",
        "calls",
        "prints",
        "additional",
        "files",
        "spelled",
        "xfa",
        "deep",
        "empty",
        "noise",
        "half",
        "locked",
    ],
)
def test_a_pdf_that_does_more_than_show_pages_is_refused(document: bytes) -> None:
    code, said = refusal(DocumentField(), SimpleUploadedFile("x.pdf", document))
    assert code == "acts"
    assert "保存しなおす" in said


def test_what_acts_is_found_in_objects_that_are_packed_away() -> None:
    for action, accepted in (("/URI", True), ("/JavaScript", False)):
        writer = PdfFileWriter(stream_xrefs=True)  # type: ignore[no-untyped-call]
        packed = writer.prepare_object_stream()  # type: ignore[no-untyped-call]
        entry = generic.DictionaryObject({generic.NameObject("/S"): generic.NameObject(action)})  # type: ignore[no-untyped-call]
        reference = writer.add_object(entry, obj_stream=packed)
        writer.root[generic.NameObject("/Later")] = reference
        written = BytesIO()
        writer.write(written)  # type: ignore[no-untyped-call]
        assert action.encode() not in written.getvalue()
        assert only_shows(written.getvalue()) is accepted


def test_links_and_a_first_page_do_not_spoil_a_pdf() -> None:
    for first in ("[3 0 R /Fit]", "<< /S /GoTo /D [3 0 R /Fit] >>"):
        plain = a_pdf(f"/OpenAction {first}", "<< /S /URI /URI (https://example.jp/) >>")
        assert DocumentField().clean(SimpleUploadedFile("x.pdf", plain)).content == plain


def test_a_kind_that_was_not_asked_for_is_refused() -> None:
    field = DocumentField(kinds=[DocumentKind.PDF])
    assert refusal(field, SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n"))[0] == "kind"
    assert field.widget.attrs["accept"] == ".pdf"


@given(st.text(max_size=60))
def test_a_files_name_can_be_shown_and_stored(name: str) -> None:
    document = DocumentField().clean(SimpleUploadedFile(f"x{name}x", PDF))
    assert document.name
    assert len(document.name) <= 100
    assert document.name.isprintable()
    assert not set(document.name) & set("/\\\"'<>:;|?*%")


def test_a_form_without_its_file_is_none_or_refused() -> None:
    assert DocumentField(required=False).clean(None) is None
    assert refusal(DocumentField(), None)[0] == "required"
