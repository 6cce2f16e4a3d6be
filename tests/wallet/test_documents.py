"""Signing files at the device: the verifier library judges what comes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mynumber.foundation.pki import Municipality
from mynumber.foundation.smartcard import PinName
from mynumber.foundation.validation import Conclusion, Report, Trust, validate
from mynumber.wallet.cards import CardFolder, Event
from mynumber.wallet.documents import KEPT_FOR, Documents
from mynumber.wallet.uploads import MAXIMUM_FILE
from tests.support.signing import plain_pdf
from tests.wallet.conftest import PINS, Issuers
from tests.wallet.far_end import FarEnd

PASSWORD = PINS[PinName.SIGNATURE]


def choose(browser: Client, content: bytes, name: str = "手紙.pdf") -> str:
    """Choose a file; the address of its page."""
    answer = browser.post("/documents", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 303, answer.content.decode()
    return answer.headers["Location"]


def sign(browser: Client, address: str, password: str = PASSWORD) -> bytes:
    """Sign the file and download the result."""
    answer = browser.post(address, {"card": "hanako", "pin_signature": password})
    assert answer.status_code == 303, answer.content.decode()
    return browser.get(f"{address}/signed").content


def judged(issuers: Issuers, document: bytes, content: bytes | None = None) -> Report:
    at = datetime.now(UTC) + timedelta(seconds=1)
    town = Municipality.of("13122")
    lists = [
        issuers.signature.revocation_list([], number=1, now=at, municipality=one) for one in (town, None)
    ]
    trust = Trust(signature_roots=[issuers.signature.certificate_der()], revocation_lists=lists)
    return validate(document, trust=trust, at=at, content=content, include_holder=True)


def test_a_pdf_is_signed_and_holds(
    browser: Client, end: FarEnd, folder: CardFolder, issuers: Issuers
) -> None:
    address = choose(browser, plain_pdf())
    page = browser.get(address).content.decode()
    for words in ("手紙.pdf", "1ページ", "ありません", "氏名、住所、生年月日、性別", "あと5回"):
        assert words in page
    signed = sign(browser, address)
    assert signed.startswith(plain_pdf())
    report = judged(issuers, signed)
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert folder.history("hanako")[0].event is Event.SIGNED_FILE
    assert folder.history("hanako")[0].about == "手紙.pdf"
    headers = browser.get(f"{address}/signed").headers
    assert headers["Content-Type"] == "application/pdf"
    assert "%E6%89%8B%E7%B4%99-%E7%BD%B2%E5%90%8D%E6%B8%88%E3%81%BF.pdf" in headers["Content-Disposition"]
    assert not end.heard, "a file never leaves the device"


def test_a_pdf_is_signed_twice(browser: Client, issuers: Issuers) -> None:
    once = sign(browser, choose(browser, plain_pdf()))
    address = choose(browser, once)
    assert "1件。消えずに残ります" in browser.get(address).content.decode()
    report = judged(issuers, sign(browser, address))
    assert report.conclusion is Conclusion.TOTAL_PASSED
    assert len(report.signatures) == 2


def test_another_file_gets_a_signature_beside_it(browser: Client, issuers: Issuers) -> None:
    letter = "こんにちは".encode()
    signed = sign(browser, choose(browser, letter, "手紙.txt"))
    assert judged(issuers, signed, letter).conclusion is Conclusion.TOTAL_PASSED
    assert judged(issuers, signed, letter + b"!").conclusion is Conclusion.TOTAL_FAILED


def test_a_wrong_password_counts_and_signs_nothing(browser: Client, folder: CardFolder) -> None:
    address = choose(browser, plain_pdf())
    answer = browser.post(address, {"card": "hanako", "pin_signature": "WRONG123"})
    assert answer.status_code == 422
    assert "あと4回まちがえると" in answer.content.decode()
    assert browser.get(f"{address}/signed").status_code == 404
    assert folder.card("hanako").stand(PinName.SIGNATURE).left == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空です"),
        (b"%PDF-1.7\nrubbish", "PDFとして読み取れません"),
        (plain_pdf()[:-200], "PDFとして読み取れません"),
        (bytes(MAXIMUM_FILE + 1), "大きすぎます"),
    ],
)
def test_what_cannot_be_signed_is_refused_before_the_password(
    browser: Client, tmp_path: Path, content: bytes, words: str
) -> None:
    answer = browser.post("/documents", {"file": SimpleUploadedFile("x.pdf", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not list((tmp_path / "wallet").glob("documents/*"))


def test_no_file_is_no_file(browser: Client) -> None:
    for fields in ({}, {"file": "text"}):
        answer = browser.post("/documents", fields)
        assert answer.status_code == 422
        assert "ファイルを選んでください" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("a<b>.txt", "a&lt;b&gt;.txt"),
        ("a\x07b", "ab"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_name_is_only_a_name(browser: Client, tmp_path: Path, name: str, shown: str) -> None:
    address = choose(browser, b"hello", name)
    assert f"<strong>{shown}</strong>" in browser.get(address).content.decode()
    (folder,) = (tmp_path / "wallet" / "documents").iterdir()
    assert {file.name for file in folder.iterdir()} == {"content", "draft.json"}
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_files_are_forgotten(browser: Client, tmp_path: Path) -> None:
    documents = Documents(tmp_path / "wallet" / "documents")
    address = choose(browser, b"hello", "a.txt")
    sign(browser, address)
    documents.forget_old(datetime.now(UTC))
    assert browser.get(address).status_code == 200
    documents.forget_old(datetime.now(UTC) + KEPT_FOR + timedelta(seconds=1))
    assert not list(documents.path.iterdir())
    assert browser.get(address).status_code == 404
    half = documents.path / ("A" * 22)  # as another request has just begun to write it
    half.mkdir()
    documents.forget_old(datetime.now(UTC))
    assert half.is_dir()
    documents.forget_old(datetime.now(UTC) + KEPT_FOR + timedelta(seconds=1))
    assert not half.exists()
    address = choose(browser, b"hello", "a.txt")
    assert browser.post(address, {"act": "discard"}).status_code == 303
    assert not list(documents.path.iterdir())


@pytest.mark.parametrize("draft", ["x", "A" * 22, "..", "%2e%2e"])
def test_an_unknown_file_is_gone(browser: Client, draft: str) -> None:
    assert browser.get(f"/documents/{draft}").status_code == 404
    assert browser.get(f"/documents/{draft}/signed").status_code == 404
