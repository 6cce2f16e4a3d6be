"""Answering requests of a portal with both keys of real cards."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from django.test import Client

from mynumber.foundation.pki import read_signature_holder
from mynumber.foundation.smartcard import CardPins, PinName
from mynumber.protocols import sign_in, signing
from mynumber.protocols.card_handover import HandedCard
from mynumber.protocols.sign_in import Attribute, SignInRequest
from mynumber.protocols.signing import Document, SigningRequest
from mynumber.wallet.cards import CardFolder, Event
from tests.wallet.conftest import HOST, PINS, Issuers, pin
from tests.wallet.far_end import FarEnd

PDF = b"%PDF-1.7 not looked into here"
PASSWORD = PINS[PinName.SIGNATURE]


def a_sign_in(end: FarEnd, *attributes: Attribute) -> SignInRequest:
    return sign_in.new_request(
        portal=f"http://portal.localhost:{end.port}",
        relying_party="あおぞら銀行",
        purpose="口座を開くときの本人確認",
        now=datetime.now(UTC),
        attributes=attributes,
    )


def a_signing(end: FarEnd, **changes: Any) -> SigningRequest:
    text = "申込書\n口座を開きます。".encode()
    fields: dict[str, Any] = {
        "request_id": sign_in.new_identifier(),
        "portal": f"http://portal.localhost:{end.port}",
        "relying_party": "あおぞら銀行",
        "purpose": "口座の申込み",
        "documents": (
            Document(name="申込書", digest=sha256(text).digest(), summary="口座を開きます。", content=text),
            Document(name="同意書", digest=sha256(b"agreed").digest()),
        ),
        "nonce": bytes(32),
        "expires_at": int((datetime.now(UTC) + timedelta(minutes=5)).timestamp()),
    }
    return SigningRequest(**{**fields, **changes})


def open_page(browser: Client, address: str) -> tuple[str, dict[str, str]]:
    """The page, and the hidden fields of its form."""
    page = browser.get(address)
    assert page.status_code == 200, page.content.decode()
    html = page.content.decode()
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return html, {name: unescape(value) for name, value in hidden}


def verify(certificate: bytes, signature: bytes, digest: bytes) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def left(folder: CardFolder, name: PinName) -> int:
    return folder.card("hanako").stand(name).left


# --- signing in with attributes ----------------------------------------------------------------------------------


def test_attributes_take_both_keys_and_are_named(browser: Client, end: FarEnd, folder: CardFolder) -> None:
    asked = a_sign_in(end, Attribute.NAME, Attribute.BIRTH_DATE)
    page, form = open_page(browser, end.expects(asked))
    for words in ("氏名、生年月日", "4つとも入っています", "住所、性別は渡しません", "あと5回", "あと3回"):
        assert words in page
    answer = browser.post("/sign-in", {**form, "pin": "4649", "pin_signature": "hanako1990"})
    assert answer.status_code == 303
    response = sign_in.decode_response(end.answered[asked.request_id])
    challenge = sign_in.challenge(asked)
    verify(response.certificate, response.signature, challenge)
    assert response.attributes is not None
    verify(response.attributes.certificate, response.attributes.signature, challenge)
    assert read_signature_holder(response.attributes.certificate).name == "甲野　花子"
    said = b"".join(end.heard).upper()
    assert PASSWORD.encode() not in said
    # Now the device knows until when, and what it gave to whom.
    assert folder.card("hanako").certificates[1].until is not None
    assert [entry.event for entry in folder.history("hanako")][:2] == [Event.GAVE_ATTRIBUTES, Event.SIGNED_IN]


def test_without_attributes_the_signature_key_is_left_alone(browser: Client, end: FarEnd) -> None:
    asked = a_sign_in(end)
    page, form = open_page(browser, end.expects(asked))
    assert "pin_signature" not in page
    assert "氏名、住所、生年月日、性別、個人番号は渡りません" in page
    assert browser.post("/sign-in", {**form, "pin": "4649", "pin_signature": PASSWORD}).status_code == 303
    assert sign_in.decode_response(end.answered[asked.request_id]).attributes is None


@pytest.mark.parametrize(
    ("fields", "words", "tries"),
    [
        ({"pin": "4649", "pin_signature": "WRONG1"}, "署名用パスワードが違います。あと4回", (3, 4)),
        ({"pin": "0000", "pin_signature": PASSWORD}, "利用者証明用の暗証番号が違います。あと2回", (2, 5)),
        ({"pin": "4649", "pin_signature": "short"}, "残りの回数は減っていません", (3, 5)),
        ({"pin": "4649", "pin_signature": "ONLYLETTERS"}, "残りの回数は減っていません", (3, 5)),
        ({"pin": "", "pin_signature": PASSWORD}, "利用者証明用の暗証番号を入力してください", (3, 5)),
        ({"pin": "4649", "pin_signature": "A1" * 40}, "残りの回数は減っていません", (3, 5)),
        ({"pin": "4649", "pin_signature": "HANAKO1990\0"}, "残りの回数は減っていません", (3, 5)),
    ],
)
def test_nothing_leaves_before_both_are_right(
    browser: Client,
    end: FarEnd,
    folder: CardFolder,
    fields: dict[str, str],
    words: str,
    tries: tuple[int, int],
) -> None:
    asked = a_sign_in(end, Attribute.NAME)
    _, form = open_page(browser, end.expects(asked))
    answer = browser.post("/sign-in", {**form, **fields})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert (left(folder, PinName.AUTHENTICATION), left(folder, PinName.SIGNATURE)) == tries
    assert not end.answered
    assert not any(value and f'value="{value}"' in page for value in fields.values())


def test_a_card_without_a_signature_certificate_cannot_give_attributes(
    browser: Client, end: FarEnd, folder: CardFolder, issuers: Issuers
) -> None:
    folder.remove("hanako")
    card = issuers.card(pins=CardPins(*(pin(name) for name in PINS)), signature=False)
    folder.receive(HandedCard(id="taro", name="乙野 太郎", card=card), at=datetime.now(UTC))
    address = end.expects(a_sign_in(end, Attribute.NAME))
    page, _ = open_page(browser, address)
    assert "署名用の電子証明書が入っていません" in page
    assert 'name="pin"' not in page
    answer = browser.get(f"{address}&card=taro")
    assert answer.status_code == 422


def test_a_card_is_chosen_where_there_are_several(
    browser: Client, end: FarEnd, folder: CardFolder, issuers: Issuers
) -> None:
    card = issuers.card(pins=CardPins(*(pin(name) for name in PINS)))
    folder.receive(HandedCard(id="taro", name="乙野 太郎", card=card), at=datetime.now(UTC))
    address = end.expects(a_sign_in(end))
    page, _ = open_page(browser, address)
    assert "乙野 太郎（利用者証明用の暗証番号はあと3回）" in page
    assert 'type="password"' not in page
    assert browser.get(f"{address}&choose=1").status_code == 422
    assert browser.get(f"{address}&card=nobody").status_code == 422
    _, form = open_page(browser, f"{address}&card=taro")
    assert form["card"] == "taro"
    assert 'type="password"' not in open_page(browser, f"{address}&card=")[0]
    # The card of the form is the one that is asked, whatever the address says.
    browser.post("/sign-in?card=hanako", {**form, "pin": "0000"})
    assert [folder.card(one).stand(PinName.AUTHENTICATION).left for one in ("hanako", "taro")] == [3, 2]


def test_looking_sends_nothing(browser: Client, end: FarEnd) -> None:
    """Every page opened: the only things that go out are the questions for the requests, with empty bodies."""
    pages = [end.expects(a_sign_in(end, Attribute.NAME)), end.expects(a_signing(end))]
    pages += ["/", "/cards/hanako", "/cards/hanako/remove", "/cards/hanako/pins/juki"]
    pages += ["/readers", "/documents", "/device", "/phone"]
    assert [browser.get(path).status_code for path in pages] == [200] * len(pages)
    assert end.heard == [b"", b""]


def test_many_at_once_share_the_tries(browser: Client, end: FarEnd, folder: CardFolder) -> None:
    """Six wrong PINs in the same moment: three count, the others find the card blocked, nobody gets a try for nothing."""
    _, form = open_page(browser, end.expects(a_sign_in(end)))
    said: list[str] = []

    def send() -> None:
        said.append(Client(headers=HOST).post("/sign-in", {**form, "pin": "0000"}).content.decode())

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = [sum(f"あと{left}回まちがえると" in page for page in said) for left in (2, 1)]
    assert counts == [1, 1]
    assert sum("ロックされました" in page for page in said) == 4
    assert left(folder, PinName.AUTHENTICATION) == 0
    assert not end.answered


# --- documents -------------------------------------------------------------------------------------------------------


def test_documents_are_shown_in_words_and_signed(browser: Client, end: FarEnd, folder: CardFolder) -> None:
    asked = a_signing(end)
    page, form = open_page(browser, end.expects(asked))
    for words in ("申込書", "口座を開きます。", "同意書", "この端末では、中身を確かめられません", "あと5回"):
        assert words in page
    assert page.count("この端末では、中身を確かめられません") == 1
    for document in asked.documents:
        assert document.digest.hex() in page
    answer = browser.post("/signing", {**form, "pin_signature": PASSWORD})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(
        f"{asked.portal}/signing/finish?request={asked.request_id}&code="
    )
    response = signing.decode_response(end.answered[asked.request_id])
    for document, signature in zip(asked.documents, response.signatures, strict=True):
        verify(response.certificate, signature, document.digest)
    verify(response.certificate, response.statement_signature, signing.statement_digest(asked))
    assert [entry.about for entry in folder.history("hanako")][:2] == [
        "あおぞら銀行：同意書",
        "あおぞら銀行：申込書",
    ]


def test_a_wrong_password_counts_and_blocks(browser: Client, end: FarEnd, folder: CardFolder) -> None:
    asked = a_signing(end)
    _, form = open_page(browser, end.expects(asked))
    for remaining in (4, 3, 2, 1):
        answer = browser.post("/signing", {**form, "pin_signature": "WRONG123"})
        assert f"あと{remaining}回まちがえると" in answer.content.decode()
    page = browser.post("/signing", {**form, "pin_signature": "WRONG123"}).content.decode()
    assert "署名用パスワードがロックされました" in page
    assert "窓口" in page
    # The authentication PIN still works, so a kiosk can help.
    assert "キオスク端末" in page
    assert 'type="password"' not in page
    assert browser.post("/signing", {**form, "pin_signature": PASSWORD}).status_code == 422
    assert not end.answered


@pytest.mark.parametrize("part", ["summary", "name", "purpose"])
def test_only_what_was_shown_is_signed(browser: Client, end: FarEnd, part: str) -> None:
    asked = a_signing(end)
    _, form = open_page(browser, end.expects(asked))
    words = {"summary": "口座を開きます。", "name": "同意書", "purpose": "口座の申込み"}[part]
    changed = signing.encode(asked).replace(words.encode(), "送金の委任".encode())
    end.requests[asked.request_id] = signing.decode_request(changed)
    assert end.requests[asked.request_id] != asked
    answer = browser.post("/signing", {**form, "pin_signature": PASSWORD})
    assert answer.status_code == 502
    assert "依頼の内容が変わりました" in answer.content.decode()
    assert not end.answered


def test_a_document_that_came_along_can_be_kept(browser: Client, end: FarEnd) -> None:
    asked = a_signing(
        end, documents=(Document(name="<b>契約</b>", digest=sha256(PDF).digest(), content=PDF),)
    )
    page, _ = open_page(browser, end.expects(asked))
    assert "<b>契約</b>" not in page
    (link,) = re.findall(r'href="(/signing/content[^"]*)"', page)
    file = browser.get(unescape(link))
    assert file.content == PDF
    assert file.headers["Content-Disposition"] == 'attachment; filename="document-1.pdf"'
    assert file.headers["Content-Type"] == "application/octet-stream"
    for number in ("0", "2", "-1", "１", "x", "", "1000000000000"):
        assert browser.get(unescape(link).replace("n=1", f"n={number}")).status_code == 404


def test_a_document_that_is_not_what_it_says_is_not_shown(browser: Client, end: FarEnd) -> None:
    asked = a_signing(end)
    end.requests[asked.request_id] = asked
    body = signing.encode(asked).replace(b'"content":"', b'"content":"AAAA')
    end.other[f"/signing/requests/{asked.request_id}"] = lambda _: body
    answer = browser.get(signing.wallet_url("", asked))
    assert answer.status_code == 502


def test_a_request_of_another_portal_is_not_shown(browser: Client, end: FarEnd) -> None:
    asked = a_signing(end, portal="http://evil.localhost:1")
    end.requests[asked.request_id] = asked
    for portal in ("http://evil.localhost:1", f"http://portal.localhost:{end.port}"):
        answer = browser.get("/signing", {"request": asked.request_id, "portal": portal})
        assert answer.status_code in (403, 502)
    assert not end.answered
