"""The validation service: what programs get, what is refused, what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mynumber.foundation.documents import sign_cms, sign_pdf
from mynumber.foundation.validation import Conclusion, Reason
from mynumber.institutions.digital_agency.validation import checking, trust
from mynumber.institutions.digital_agency.validation.models import ValidationCount, VerifierTrust
from mynumber.institutions.digital_agency.validation.uploads import MAXIMUM_BYTES
from tests.institutions.digital_agency.house import House
from tests.support.signing import HOLDER, plain_pdf

CONTENT = b"content beside the signature"


@pytest.fixture
def client(house: House) -> Client:
    VerifierTrust.objects.all().delete()
    return Client(enforce_csrf_checks=True, headers={"host": "digital-agency.localhost:8000"})


def send(client: Client, document: bytes | None = None, content: bytes | None = None, **fields: str):  # type: ignore[no-untyped-def]
    """POST /validations."""
    files = {
        name: SimpleUploadedFile("委任状 花子.pdf", each)
        for name, each in (("document", document), ("content", content))
        if each is not None
    }
    return client.post("/validations", {**fields, **files})


def signed_pdf(house: House) -> bytes:
    return sign_pdf(plain_pdf(), house.card, signed_at=datetime.now(UTC))


def test_a_document_signed_with_a_card_of_j_lis_passes(client: Client, house: House) -> None:
    response = send(client, signed_pdf(house))
    assert response.status_code == 200, response.content
    report = response.json()
    assert report["conclusion"] == "TOTAL-PASSED"
    assert {check["outcome"] for check in report["signatures"][0]["checks"]} == {"passed"}
    assert report["sentences"]["ja"][0].startswith("この署名は有効です")
    assert report["sentences"]["en"][0].startswith("The signature is valid")
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_content_beside_the_signature_is_taken(client: Client, house: House) -> None:
    signature = sign_cms(CONTENT, house.card, signed_at=datetime.now(UTC))
    assert send(client, signature).json()["reason"] == Reason.CONTENT_MISSING.value
    assert send(client, signature, CONTENT).json()["conclusion"] == "TOTAL-PASSED"
    assert send(client, signature, CONTENT + b".").json()["conclusion"] == "TOTAL-FAILED"


def test_the_holder_is_told_only_to_those_who_ask(client: Client, house: House) -> None:
    document = signed_pdf(house)
    assert HOLDER.name not in send(client, document).content.decode()
    asked = send(client, document, holder="1").json()
    assert asked["signatures"][0]["holder"]["attributes"]["name"] == HOLDER.name


def test_a_changed_document_fails(client: Client, house: House) -> None:
    report = send(client, signed_pdf(house).replace(b"I agree", b"I refus")).json()
    assert (report["conclusion"], report["reason"]) == ("TOTAL-FAILED", "content_differs")


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({}, 400, "no_document"),
        ({"document": b""}, 400, "no_document"),
        ({"document": b"x" * (MAXIMUM_BYTES + 1)}, 413, "too_large"),
        ({"document": b"x", "content": b"x" * (MAXIMUM_BYTES + 1)}, 413, "too_large"),
        ({"document": b"x" * MAXIMUM_BYTES, "content": b"x" * (2 * MAXIMUM_BYTES)}, 413, "too_large"),
    ],
)
def test_what_cannot_be_checked_is_said_with_what_to_do(
    client: Client, fields: dict[str, bytes], status: int, error: str
) -> None:
    response = send(client, fields.get("document"), fields.get("content"))
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert set(response.json()["what_to_do"]) == {"ja", "en"}
    assert all(response.json()["what_to_do"].values())


def test_something_else_than_a_form_is_no_document(client: Client) -> None:
    for body, kind in (
        (b"{}", "application/json"),
        (b"garbage", "multipart/form-data; boundary=x"),
        (b"", "text/plain"),
    ):
        response = client.post("/validations", body, content_type=kind)
        assert response.status_code == 400
    assert client.get("/validations").status_code == 405
    assert client.delete("/validations/").status_code == 405


def test_it_is_counted_and_nothing_of_it_is_kept(
    client: Client,
    house: House,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ValidationCount.objects.all().delete()
    big = sign_cms(b"x" * 4_000_000, house.card, signed_at=datetime.now(UTC), detached=False)
    for document in (signed_pdf(house), signed_pdf(house), b"hello", big):
        send(client, document, holder="1")
    rows = ValidationCount.objects.order_by("kind").values_list("kind", "conclusion", "count")
    assert list(rows) == [
        ("cms", "TOTAL-PASSED", 1),
        ("pdf", "TOTAL-PASSED", 2),
        ("unknown", "INDETERMINATE", 1),
    ]
    assert list(tmp_path.iterdir()) == []
    said = capsys.readouterr().out
    assert "document checked" in said
    for secret in (HOLDER.name, HOLDER.address, "花子", "5157A02"):
        assert secret not in said


def test_lists_are_asked_for_again_after_their_age_and_not_before(client: Client, house: House) -> None:
    document, now = signed_pdf(house), datetime.now(UTC)
    assert send(client, document).status_code == 200
    first = VerifierTrust.objects.get().fetched_at
    with house.away():
        checking.check(document, content=None, include_holder=False, now=now + timedelta(minutes=4))
    assert VerifierTrust.objects.get().fetched_at == first
    checking.check(document, content=None, include_holder=False, now=now + timedelta(minutes=6))
    assert VerifierTrust.objects.get().fetched_at == now + timedelta(minutes=6)


def test_without_j_lis_the_lists_at_hand_serve_until_they_are_too_old(client: Client, house: House) -> None:
    document, now = signed_pdf(house), datetime.now(UTC)
    assert send(client, document).json()["conclusion"] == "TOTAL-PASSED"
    with house.away():
        soon = checking.check(document, content=None, include_holder=False, now=now + timedelta(minutes=50))
        late = checking.check(document, content=None, include_holder=False, now=now + trust.MAXIMUM_AGE * 1.1)
    assert soon.conclusion is Conclusion.TOTAL_PASSED
    assert (late.conclusion, late.reason) == (Conclusion.INDETERMINATE, Reason.NO_STATUS)


def test_before_j_lis_ever_answered_nothing_is_checked(client: Client, house: House) -> None:
    with house.away():
        response = send(client, signed_pdf(house))
    assert (response.status_code, response.json()["error"]) == (503, "no_trust")
    assert response.headers["Retry-After"] == "30"


def test_when_all_places_are_taken_others_are_asked_to_wait(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = signed_pdf(house)
    monkeypatch.setattr(checking, "WAIT_SECONDS", 0.01)
    for _ in range(checking.AT_ONCE):
        checking._places.acquire()
    try:
        response = send(client, document)
    finally:
        for _ in range(checking.AT_ONCE):
            checking._places.release()
    assert (response.status_code, response.json()["error"]) == (503, "busy")
    assert send(client, document).status_code == 200


def test_the_page_says_the_same_in_both_languages_without_script(client: Client, house: House) -> None:
    form = client.get("/validations/").content.decode()
    assert 'enctype="multipart/form-data"' in form
    assert 'lang="ja"' in form
    files = {"document": SimpleUploadedFile("x.pdf", signed_pdf(house))}
    page = client.post("/validations/", {**files, "holder": "1"}).content.decode()
    assert "この署名は有効です" in page
    assert HOLDER.address in page
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    files = {"document": SimpleUploadedFile("x.pdf", signed_pdf(house).replace(b"I agree", b"I refus"))}
    page = client.post("/validations/", files).content.decode()
    assert "The signature is not valid. Do not accept it." in page
    assert "TOTAL-FAILED / HASH_FAILURE" in page
    assert HOLDER.name not in page
    assert client.post("/validations/").status_code == 400
