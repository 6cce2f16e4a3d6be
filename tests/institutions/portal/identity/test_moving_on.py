"""Who is signed in at the portal moves on to a linked service without the card, by choosing so here, once; a service alone brings nobody in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mynumber.institutions.portal.identity.models import Client, Linkage
from tests.institutions.portal.house import Browser, Holder, House
from tests.institutions.portal.identity.service import (
    ENDPOINTS,
    ISSUER,
    Attempt,
    Service,
    Visitor,
    answer_of,
    led_to,
)

BEGINS = "https://shop.example/from-portal"


@pytest.fixture
def service(house: House) -> Service:
    made = Service.register()
    Client.objects.filter(pk=made.client_id).update(initiate_login_uri=BEGINS)
    return made


@pytest.fixture
def visitor(house: House, holder: Holder, service: Service) -> Visitor:
    """Signed in at the portal, after having agreed for good to what this service wants."""
    somebody = Visitor(house, holder)
    somebody.sign_in(service, Attempt(), remember=True)
    somebody.browser = Browser()
    somebody.browser.sign_in(house, holder)
    return somebody


def choose(visitor: Visitor, service: Service) -> str:
    """Press the button: where the browser is led."""
    response: Any = visitor.browser.post_form(
        "/account/services", f"/account/services/{service.client_id}/go"
    )
    assert response.status_code == 200, response.content.decode()
    return led_to(response)


def ask(visitor: Visitor, service: Service, attempt: Attempt, **changes: str | None) -> Any:
    return visitor.browser.get(f"{ENDPOINTS}/auth", service.parameters(attempt, **changes))


def error_of(response: Any) -> str:
    assert response.status_code == 302, response.content.decode()
    answer = answer_of(response.headers["Location"])
    assert answer["iss"] == ISSUER
    return answer["error"]


def test_a_resident_moves_on_without_the_card(visitor: Visitor, service: Service) -> None:
    assert "サインインし直さずに進む" in visitor.browser.text("/account/services")
    address = choose(visitor, service)
    assert address.startswith(BEGINS)
    assert parse_qs(urlsplit(address).query) == {"iss": [ISSUER]}
    attempt = Attempt()
    response = ask(visitor, service, attempt, prompt="none")
    answer = answer_of(response.headers["Location"])
    assert (answer["state"], answer["iss"]) == (attempt.state, ISSUER)
    tokens = service.redeem(answer["code"], attempt).json()
    claims = service.claims(tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == ("aal3 crl", ["sc", "pin", "mfa"])
    assert claims["auth_time"] <= claims["iat"]
    # The visit goes on, and what went out is written down.
    assert "あなたを見分ける符号" in visitor.browser.text("/account/services")


def test_a_service_alone_finds_out_nothing(visitor: Visitor, service: Service) -> None:
    assert error_of(ask(visitor, service, Attempt(), prompt="none")) == "login_required"
    page = ask(visitor, service, Attempt())
    assert "カードで確かめる" in page.content.decode()


def test_a_choice_counts_once_for_one_service_and_a_moment(visitor: Visitor, service: Service) -> None:
    choose(visitor, service)
    assert "code" in answer_of(ask(visitor, service, Attempt(), prompt="none").headers["Location"])
    assert error_of(ask(visitor, service, Attempt(), prompt="none")) == "login_required"
    other = Service.register("別の店", callbacks=("https://other.example/callback",))
    choose(visitor, service)
    assert error_of(ask(visitor, other, Attempt(), prompt="none")) == "login_required"
    choose(visitor, service)
    session = visitor.browser.session
    session["moving_on"] = [service.client_id, session["moving_on"][1] - 121]
    session.save()
    assert error_of(ask(visitor, service, Attempt(), prompt="none")) == "login_required"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid name"}, "interaction_required"),
        ({"max_age": "0"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_what_the_visit_cannot_answer(
    visitor: Visitor, service: Service, changes: dict[str, str], error: str
) -> None:
    choose(visitor, service)
    session = visitor.browser.session
    session["began"] = session["began"] - 5
    session.save()
    assert error_of(ask(visitor, service, Attempt(), **{"prompt": "none", **changes})) == error


def test_what_was_not_agreed_to_is_asked_without_the_card(visitor: Visitor, service: Service) -> None:
    Linkage.objects.filter(client=service.client_id).update(scopes="")
    choose(visitor, service)
    assert error_of(ask(visitor, service, Attempt(), prompt="none")) == "consent_required"
    choose(visitor, service)
    asked = ask(visitor, service, Attempt())
    assert asked.status_code == 303
    page = asked.headers["Location"]
    assert "に渡すもの" in visitor.browser.text(page)
    assert "code" in answer_of(visitor.decide(page))


def test_a_passkey_is_enough_only_where_the_service_says_so(visitor: Visitor, service: Service) -> None:
    session = visitor.browser.session
    session["level"] = "aal2"
    session.save()
    choose(visitor, service)
    assert error_of(ask(visitor, service, Attempt(), prompt="none")) == "login_required"
    choose(visitor, service)
    attempt = Attempt()
    response = ask(visitor, service, attempt, prompt="none", acr_values="aal2")
    tokens = service.redeem(answer_of(response.headers["Location"])["code"], attempt).json()
    claims = service.claims(tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == ("aal2 crl", ["pop", "user", "mfa"])


def test_nobody_moves_on_where_nothing_is_linked_or_the_card_is_gone(
    visitor: Visitor, service: Service, house: House
) -> None:
    other = Service.register("別の店", callbacks=("https://other.example/callback",))
    Client.objects.filter(pk=other.client_id).update(initiate_login_uri="https://other.example/in")
    response: Any = visitor.browser.post_form("/account/services", f"/account/services/{other.client_id}/go")
    assert response.status_code == 404
    visitor.browser.grow_older(timedelta(seconds=1))
    house.revoke(visitor.holder)
    gone: Any = visitor.browser.post_form("/account/services", f"/account/services/{service.client_id}/go")
    assert gone.status_code == 403
    assert error_of(ask(visitor, service, Attempt(), prompt="none")) == "login_required"
