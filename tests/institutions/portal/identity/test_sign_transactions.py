"""The signing API: digests in, the resident's signatures out, readable for the service alone."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwe

from mynumber.foundation.pki import read_signature_holder
from mynumber.institutions.portal.identity.models import Authorization, SignTransaction
from mynumber.protocols import signing
from mynumber.protocols.sign_in import Reason, SignInRefused
from mynumber.protocols.signing import SigningClient, SigningRequest, SigningResponse
from tests.institutions.portal.house import PUBLIC, Holder, House
from tests.institutions.portal.identity.service import (
    ENDPOINTS,
    Attempt,
    Service,
    Visitor,
    answer_of,
    led_to,
    now,
)

CONTRACT = "口座開設の申込書\n申込者は規約に同意します。".encode()
OTHER = b"a second document"


@pytest.fixture
def service(house: House) -> Service:
    return Service.register("見本銀行")


@pytest.fixture
def visitor(house: House, holder: Holder) -> Visitor:
    return Visitor(house, house.with_signature(holder))


def own_token(service: Service) -> str:
    answer = service.post("token", grant_type="client_credentials", scope="sign")
    return str(answer.json()["access_token"])


def ask(service: Service, body: Any, token: str | None = None) -> Any:
    return service.http.post(
        "/api/sign-transactions",
        body if isinstance(body, bytes) else json.dumps(body).encode(),
        content_type="application/json",
        headers={"authorization": f"Bearer {token or own_token(service)}"},
    )


def listed(*documents: bytes) -> dict[str, Any]:
    return {
        "documents": [
            {
                "name": f"書類{number}",
                "digest": base64.b64encode(hashlib.sha256(document).digest()).decode(),
                "summary": "要約です。",
            }
            for number, document in enumerate(documents, 1)
        ]
    }


def transaction(service: Service, *documents: bytes) -> str:
    answer = ask(service, listed(*(documents or (CONTRACT,))))
    assert answer.status_code == 201, answer.content
    return str(answer.json()["sign_transaction_id"])


def result(service: Service, transaction_id: str, token: str | None = None) -> Any:
    return service.http.get(
        f"/api/sign-transactions/{transaction_id}/result",
        headers={"authorization": f"Bearer {token or own_token(service)}"},
    )


def sign(asked: SigningRequest, holder: Holder) -> SigningResponse:
    """What the device does with card and password."""
    certificate, key = holder.signing()
    return SigningResponse(
        certificate=certificate,
        signatures=tuple(key(document.digest) for document in asked.documents),
        statement_signature=key(signing.statement_digest(asked)),
    )


def to_the_device(
    visitor: Visitor, service: Service, transaction_id: str, attempt: Attempt
) -> SigningRequest:
    """Up to the request that the device shows."""
    parameters = service.parameters(attempt, scope="openid sign", sign_transaction_id=transaction_id)
    page = visitor.use_card(visitor.arrive(parameters))
    assert "書類1" in visitor.browser.text(page)
    response: Any = visitor.browser.post_form(page, f"{page}/answer", answer="yes", scopes_given="sign")
    assert response.status_code == 303, response.content.decode()
    target = urlsplit(response.headers["Location"])
    assert (target.netloc, target.path) == ("wallet.localhost:8000", "/signing")
    request_id = parse_qs(target.query)["request"][0]
    return SigningClient(visitor.house.device).fetch(request_id, now=now())


def come_back(visitor: Visitor, asked: SigningRequest, response: SigningResponse) -> dict[str, str]:
    accepted = SigningClient(visitor.house.device).respond(asked, response)
    back = visitor.browser.get(signing.finish_url(asked, accepted).removeprefix(PUBLIC))
    return answer_of(visitor.browser.get(led_to(back)).headers["Location"])


def test_documents_are_signed_and_only_the_service_reads_the_result(
    service: Service, visitor: Visitor
) -> None:
    attempt, transaction_id = Attempt(), transaction(service, CONTRACT, OTHER)
    assert result(service, transaction_id).status_code == 202
    asked = to_the_device(visitor, service, transaction_id, attempt)
    assert asked.relying_party == "見本銀行"
    assert [document.name for document in asked.documents] == ["書類1", "書類2"]
    back = come_back(visitor, asked, sign(asked, visitor.holder))
    tokens = service.redeem(back["code"], attempt).json()
    assert tokens["scope"] == "openid sign"
    encrypted = result(service, transaction_id)
    assert (encrypted.status_code, encrypted.headers["Content-Type"]) == (200, "application/jose")
    registry = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])
    opened = jwe.decrypt_compact(encrypted.content, service.encryption, registry=registry)
    content = json.loads(opened.plaintext or b"")
    assert content["sub"] == service.claims(tokens["id_token"])["sub"]
    certificate = x509.load_der_x509_certificate(base64.b64decode(content["certificate"]))
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    for document, signed in zip((CONTRACT, OTHER), content["signatures"], strict=True):
        signature = base64.b64decode(signed["signature"])
        key.verify(signature, document, padding.PKCS1v15(), hashes.SHA256())
    assert read_signature_holder(certificate).name == visitor.holder.name
    kept = SignTransaction.objects.get(pk=transaction_id)
    assert visitor.holder.name not in str(kept.result)
    # a transaction is signed once
    again = visitor.browser.get(
        f"{ENDPOINTS}/auth",
        service.parameters(Attempt(), scope="openid sign", sign_transaction_id=transaction_id),
    )
    assert answer_of(again.headers["Location"])["error"] == "invalid_request"


def test_a_resident_declines_to_sign_and_signs_in_all_the_same(service: Service, visitor: Visitor) -> None:
    attempt, transaction_id = Attempt(), transaction(service)
    parameters = service.parameters(attempt, scope="openid sign", sign_transaction_id=transaction_id)
    page = visitor.use_card(visitor.arrive(parameters))
    code = answer_of(visitor.decide(page))["code"]
    assert service.redeem(code, attempt).json()["scope"] == "openid"
    assert result(service, transaction_id).status_code == 410


def test_who_stops_at_the_device_may_go_on_or_give_up(service: Service, visitor: Visitor) -> None:
    transaction_id = transaction(service)
    asked = to_the_device(visitor, service, transaction_id, Attempt())
    page = next(path for path in [f"/connect/{visitor.browser.session['interactions'][-1]}"])
    assert "端末で署名する" in visitor.browser.text(page)
    again: Any = visitor.browser.post_form(page, f"{page}/answer", answer="yes")
    assert again.status_code == 303
    assert asked.request_id not in again.headers["Location"]
    assert answer_of(visitor.decide(page, answer="no"))["error"] == "access_denied"
    assert result(service, transaction_id).status_code == 410


def refused(visitor: Visitor, service: Service, change: Any) -> SignInRefused:
    asked = to_the_device(visitor, service, transaction(service, CONTRACT, OTHER), Attempt())
    with pytest.raises(SignInRefused) as refusal:
        SigningClient(visitor.house.device).respond(asked, change(asked, sign(asked, visitor.holder)))
    assert not Authorization.objects.filter(client_id=service.client_id).exists()
    return refusal.value


def test_somebody_elses_signature_is_refused(house: House, service: Service, visitor: Visitor) -> None:
    other = house.with_signature(house.holder())
    refusal = refused(visitor, service, lambda asked, _: sign(asked, other))
    assert (refusal.reason, refusal.detail) == (Reason.CERTIFICATE_NOT_ACCEPTED, "other_holder")


def test_signatures_in_another_order_or_number_are_refused(service: Service, visitor: Visitor) -> None:
    def swapped(_: SigningRequest, response: SigningResponse) -> SigningResponse:
        return msgspec.structs.replace(response, signatures=response.signatures[::-1])

    def fewer(_: SigningRequest, response: SigningResponse) -> SigningResponse:
        return msgspec.structs.replace(response, signatures=response.signatures[:1])

    assert refused(visitor, service, swapped).reason is Reason.SIGNATURE_NOT_ACCEPTED
    assert refused(visitor, service, fewer).reason is Reason.MALFORMED


def test_signatures_of_another_request_are_refused(service: Service, visitor: Visitor) -> None:
    """The documents are the same; the statement is not."""
    first = to_the_device(visitor, service, transaction(service, CONTRACT, OTHER), Attempt())
    old = sign(first, visitor.holder)
    assert refused(visitor, service, lambda *_: old).reason is Reason.SIGNATURE_NOT_ACCEPTED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[" * 10_000,
        b"\xff",
        {"documents": []},
        {"documents": [{"name": "x", "digest": "AAAA"}]},
        {"documents": [{"name": "", "digest": "A" * 43 + "="}]},
        {"documents": [{"name": "a\nb", "digest": "A" * 43 + "="}]},
        {"documents": [{"name": "x", "digest": "A" * 43 + "=", "content": "x"}]},
        {"documents": [{"name": "x", "digest": "A" * 43 + "="}] * 11},
        {"documents": [{"name": "x", "digest": "A" * 43 + "=", "summary": "s" * 4001}]},
    ],
)
def test_what_is_no_list_of_documents_is_refused(service: Service, body: Any) -> None:
    answer = ask(service, body)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_transactions_are_of_their_client_alone(service: Service, visitor: Visitor) -> None:
    other = Service.register("別の銀行", callbacks=("https://other.example/callback",))
    transaction_id = transaction(service)
    assert result(other, transaction_id).status_code == 404
    parameters = other.parameters(Attempt(), scope="openid sign", sign_transaction_id=transaction_id)
    back = answer_of(visitor.browser.get(f"{ENDPOINTS}/auth", parameters).headers["Location"])
    assert back["error"] == "invalid_request"


def test_a_residents_token_is_none_for_the_signing_api(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    token = service.redeem(visitor.sign_in(service, attempt), attempt).json()["access_token"]
    assert ask(service, listed(CONTRACT), token).status_code == 401
    assert result(service, transaction(service), token).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "openid sign"},
        {"sign_transaction_id": "x" * 22},
        {"scope": "openid sign", "sign_transaction_id": "x" * 22},
    ],
)
def test_scope_and_transaction_go_together(
    service: Service, visitor: Visitor, changes: dict[str, str]
) -> None:
    response = visitor.browser.get(f"{ENDPOINTS}/auth", service.parameters(Attempt(), **changes))
    assert answer_of(response.headers["Location"])["error"] == "invalid_request"


def test_a_client_without_the_scope_asks_for_no_signatures(house: House) -> None:
    plain = Service.register("店", scopes=("openid",))
    answer = plain.post("token", grant_type="client_credentials", scope="sign")
    assert answer.json()["error"] == "unauthorized_client"
