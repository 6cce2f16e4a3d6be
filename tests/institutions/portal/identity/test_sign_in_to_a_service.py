"""A service signs a resident in with the card: the whole way, with a real card, database and keys."""

from __future__ import annotations

import pytest

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.identity import keys
from mynumber.institutions.portal.identity.models import Authorization, Linkage, Token
from mynumber.webkit.messages import this_node
from tests.institutions.portal.house import PUBLIC, Holder, House
from tests.institutions.portal.identity.service import (
    CALLBACK,
    ENDPOINTS,
    ISSUER,
    Attempt,
    Service,
    Visitor,
    answer_of,
    header_of,
    now,
)


@pytest.fixture
def service(house: House) -> Service:
    return Service.register()


@pytest.fixture
def visitor(house: House, holder: Holder) -> Visitor:
    return Visitor(house, holder)


def test_discovery_says_what_there_is(service: Service) -> None:
    found = service.http.get("/api/realms/main/.well-known/openid-configuration").json()
    assert found["issuer"] == ISSUER
    assert found["token_endpoint"] == f"{PUBLIC}{ENDPOINTS}/token"
    assert found["response_types_supported"] == ["code"]
    assert found["subject_types_supported"] == ["pairwise"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert found["id_token_signing_alg_values_supported"] == ["ES256"]


def test_a_card_signs_its_holder_in(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    before = int(now().timestamp())
    page = visitor.arrive(service.parameters(attempt, acr_values="aal3 crl"))
    shown = visitor.browser.text(page)
    assert "見本商店" in shown
    assert CALLBACK in shown
    led = visitor.decide(visitor.use_card(page))
    back = answer_of(led)
    assert led.startswith(CALLBACK + "?")
    assert (back["state"], back["iss"]) == (attempt.state, ISSUER)
    answer = service.redeem(back["code"], attempt)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["scope"], tokens["expires_in"]) == ("Bearer", "openid", 600)
    claims = service.claims(tokens["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, service.client_id, attempt.nonce)
    assert (claims["acr"], claims["amr"]) == ("aal3 crl", ["sc", "pin", "mfa"])
    assert before <= claims["auth_time"] <= claims["iat"] < claims["exp"]
    assert service.userinfo(tokens["access_token"]).json() == {"sub": claims["sub"]}
    assert visitor.holder.serial not in str(claims)


def test_signing_in_elsewhere_opens_no_visit_of_the_portal(service: Service, visitor: Visitor) -> None:
    visitor.sign_in(service, Attempt())
    assert visitor.browser.get("/records/").status_code == 303
    assert Account.objects.filter(certificate_serial=visitor.holder.serial).exists()


def test_subjects_are_stable_in_a_sector_and_unlinkable_between_sectors(
    house: House, holder: Holder, service: Service
) -> None:
    def subject(of: Service, who: Holder) -> str:
        attempt = Attempt()
        tokens = of.redeem(Visitor(house, who).sign_in(of, attempt), attempt).json()
        return str(of.claims(tokens["id_token"])["sub"])

    other = Service.register("別の店", callbacks=("https://other.example/callback",))
    sibling = Service.register("同じ店の別の窓口", callbacks=("https://shop.example/second",))
    assert subject(service, holder) == subject(service, holder) == subject(sibling, holder)
    assert subject(other, holder) != subject(service, holder)
    assert subject(service, house.holder()) != subject(service, holder)


def test_a_remembered_consent_is_not_asked_again(service: Service, visitor: Visitor) -> None:
    visitor.sign_in(service, Attempt(), remember=True)
    attempt = Attempt()
    # The page that the browser comes back to leads straight to the service.
    back = answer_of(visitor.use_card(visitor.arrive(service.parameters(attempt))))
    assert (back["state"], back["iss"]) == (attempt.state, ISSUER)
    assert service.redeem(back["code"], attempt).status_code == 200
    asked_again = visitor.use_card(visitor.arrive(service.parameters(Attempt(), prompt="consent")))
    assert "に渡すもの" in visitor.browser.text(asked_again)


def test_a_resident_says_no_before_or_after_the_card(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    page = visitor.arrive(service.parameters(attempt))
    back = answer_of(visitor.decide(page, answer="no"))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", attempt.state, ISSUER)
    page = visitor.use_card(visitor.arrive(service.parameters(Attempt())))
    assert answer_of(visitor.decide(page, answer="no"))["error"] == "access_denied"
    assert not Authorization.objects.filter(client_id=service.client_id).exists()


def test_the_resident_sees_services_and_ends_a_linkage(
    house: House, service: Service, visitor: Visitor
) -> None:
    attempt = Attempt()
    tokens = service.redeem(visitor.sign_in(service, attempt, remember=True), attempt).json()
    visitor.browser.sign_in(house, visitor.holder)
    shown = visitor.browser.text("/account/services")
    assert "見本商店" in shown
    assert "あなたを見分ける符号" in shown
    assert service.userinfo(tokens["access_token"]).status_code == 200
    ended = visitor.browser.post_form("/account/services", f"/account/services/{service.client_id}/end")
    assert ended.status_code == 303  # type: ignore[attr-defined]
    assert service.userinfo(tokens["access_token"]).status_code == 401
    assert not Linkage.objects.filter(client_id=service.client_id).exists()
    assert "連携しているサービスはありません" in visitor.browser.text("/account/services")


def test_tokens_are_kept_as_digests(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    token = service.redeem(code, attempt).json()["access_token"]
    kept = str(list(Token.objects.values_list())) + str(list(Authorization.objects.values_list()))
    assert token not in kept
    assert code not in kept


def test_a_new_card_is_the_same_person_to_every_service(
    house: House, service: Service, visitor: Visitor
) -> None:
    first = Attempt()
    before = service.redeem(visitor.sign_in(service, first, remember=True), first).json()
    renewed = Visitor(house, house.new_card(visitor.holder))
    second = Attempt()
    code = answer_of(renewed.use_card(renewed.arrive(service.parameters(second))))["code"]
    after = service.redeem(code, second).json()
    assert service.claims(after["id_token"])["sub"] == service.claims(before["id_token"])["sub"]


def test_a_new_signing_key_is_published_beside_the_old_ones(
    house: House, service: Service, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who kept the key set for a while still verifies; who meets a new kid asks again."""
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    first = Attempt()
    old = service.redeem(visitor.sign_in(service, first), first).json()["id_token"]
    this_node().keyring.add_signing(keys.SIGNING)
    second = Attempt()
    new = service.redeem(visitor.sign_in(service, second), second).json()["id_token"]
    assert header_of(old)["kid"] != header_of(new)["kid"]
    published = [key["kid"] for key in service.http.get(f"{ENDPOINTS}/certs").json()["keys"]]
    assert published[:2] == [header_of(new)["kid"], header_of(old)["kid"]]
    assert service.claims(old)["nonce"] == first.nonce
    assert service.claims(new)["nonce"] == second.nonce
