"""Each rule of the protocol, attacked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from joserfc.jwk import ECKey

from mynumber.institutions.portal.identity import clients, tokens
from mynumber.institutions.portal.identity.clients import Fault, RegistrationRefused
from mynumber.institutions.portal.identity.models import Authorization, Interaction
from tests.institutions.portal.house import Browser, Holder, House
from tests.institutions.portal.identity.service import (
    CALLBACK,
    ENDPOINTS,
    ISSUER,
    Attempt,
    Service,
    Visitor,
    answer_of,
    now,
)
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture
def service(house: House) -> Service:
    return Service.register()


@pytest.fixture
def visitor(house: House, holder: Holder) -> Visitor:
    return Visitor(house, holder)


@pytest.fixture
def other(house: House) -> Service:
    return Service.register("別の店", callbacks=("https://other.example/callback",))


# --- the authorization request -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "A" * 44}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"scope": "name"}, "invalid_scope"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://shop.example/request.jwt"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
def test_a_request_with_a_fault_goes_back_to_the_service_with_an_error(
    service: Service, changes: dict[str, str | None], error: str
) -> None:
    attempt = Attempt()
    response = Browser().get(f"{ENDPOINTS}/auth", service.parameters(attempt, **changes))
    assert response.status_code == 302, response.content.decode()
    location = response.headers["Location"]
    assert location.startswith(CALLBACK + "?")
    back = answer_of(location)
    assert (back["error"], back["state"], back["iss"]) == (error, attempt.state, ISSUER)
    assert "code" not in back


def test_a_request_without_state_is_refused(service: Service) -> None:
    for state in (None, "s" * 1025):
        response = Browser().get(f"{ENDPOINTS}/auth", service.parameters(Attempt(), state=state))
        assert answer_of(response.headers["Location"])["error"] == "invalid_request"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/callback",
        "https://shop.example/callback/",
        "https://shop.example/callback?next=https://evil.example",
        "https://shop.example/callback#fragment",
        "https://shop.example/Callback",
        "https://SHOP.example/callback",
        "https://shop.example:443/callback",
        "https://shop.example/x/../callback",
        "https://shop.example/%63allback",
        "https://shop.example@evil.example/callback",
        "https://shop.example.evil.example/callback",
        "http://shop.example/callback",
        "//shop.example/callback",
        "javascript:alert(1)",
        "",
        'https://shop.example/"',
        "https://shop.example/カード",
        "https://shop.example/callback\r\nX-Header: 1",
        None,
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    service: Service, redirect_uri: str | None
) -> None:
    response = Browser().get(f"{ENDPOINTS}/auth", service.parameters(Attempt(), redirect_uri=redirect_uri))
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert "受け付けられません" in response.content.decode()


@pytest.mark.parametrize("client_id", ["rp-unknown", "", None, "rp-\x00"])
def test_a_client_that_nobody_knows_gets_a_page(service: Service, client_id: str | None) -> None:
    response = Browser().get(f"{ENDPOINTS}/auth", service.parameters(Attempt(), client_id=client_id))
    assert response.status_code == 400
    assert "Location" not in response.headers


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge"])
def test_a_parameter_given_twice_is_refused(service: Service, name: str) -> None:
    parameters: dict[str, Any] = dict(service.parameters(Attempt()))
    parameters[name] = [parameters[name], parameters[name]]
    response = Browser().get(f"{ENDPOINTS}/auth", parameters)
    assert response.status_code == 400
    assert "Location" not in response.headers


def test_a_request_by_post_keeps_the_browsers_session(service: Service, visitor: Visitor) -> None:
    """A cross-site POST has no cookies, so it only leaves the request and goes on with GET."""
    response: Any = visitor.browser.post(f"{ENDPOINTS}/auth", service.parameters(Attempt()))
    assert response.status_code == 303
    assert "portal_session" not in response.cookies
    on = visitor.browser.get(response.headers["Location"])
    assert on.headers["Location"].startswith("/connect/")


# --- pushed requests -----------------------------------------------------------------------------


def pushed(service: Service, attempt: Attempt, **changes: str | None) -> dict[str, str]:
    answer = service.post("par", **service.parameters(attempt, **changes))
    assert answer.status_code == 201, answer.content
    assert 0 < answer.json()["expires_in"] <= 90
    return {"client_id": service.client_id, "request_uri": answer.json()["request_uri"]}


def test_a_pushed_request_is_used_once(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    handle = pushed(service, attempt)
    code = answer_of(visitor.decide(visitor.use_card(visitor.arrive(handle))))["code"]
    assert service.redeem(code, attempt).status_code == 200
    again = visitor.browser.get(f"{ENDPOINTS}/auth", handle)
    assert again.status_code == 400


def test_a_pushed_request_is_of_its_client_alone(service: Service, other: Service) -> None:
    handle = pushed(service, Attempt())
    assert Browser().get(f"{ENDPOINTS}/auth", {**handle, "client_id": other.client_id}).status_code == 400
    assert Browser().get(f"{ENDPOINTS}/auth", handle).status_code == 303


def test_nothing_is_added_to_a_pushed_request(service: Service) -> None:
    handle = pushed(service, Attempt())
    response = Browser().get(f"{ENDPOINTS}/auth", {**handle, "scope": "openid name"})
    assert response.status_code == 400


def test_a_pushed_request_is_checked_when_it_is_pushed(service: Service, other: Service) -> None:
    for changes, error in (
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid email"}, "invalid_scope"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"client_id": other.client_id}, "invalid_request"),
    ):
        answer = service.post("par", **service.parameters(Attempt(), **changes))
        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert "Location" not in answer.headers


def test_a_stranger_pushes_nothing(service: Service) -> None:
    answer = service.http.post(f"{ENDPOINTS}/par", service.parameters(Attempt()))
    assert answer.json()["error"] == "invalid_client"


# --- codes ---------------------------------------------------------------------------------------


def test_a_code_used_twice_revokes_what_it_gave(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    token = service.redeem(code, attempt).json()["access_token"]
    assert service.userinfo(token).status_code == 200
    again = service.redeem(code, attempt)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert service.userinfo(token).status_code == 401


def test_two_at_once_get_one_token_and_lose_it(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    ready = threading.Barrier(2)

    def redeem(_: int) -> Any:
        mine = Service(service.client_id, service.key, service.encryption, service.callback, "")
        assertion = mine.assertion()
        ready.wait(timeout=PATIENCE_SECONDS)
        try:
            return mine.redeem(code, attempt, assertion=assertion)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(redeem, range(2)), key=lambda answer: int(answer.status_code))
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[1].json()["error"] == "invalid_grant"
    # the second presentation came after the first one's commit: what the first got is revoked
    assert service.userinfo(answers[0].json()["access_token"]).status_code == 401


def test_another_clients_code_is_worth_nothing_and_stays_good(
    service: Service, other: Service, visitor: Visitor
) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    stolen = other.redeem(code, attempt, redirect_uri=service.callback)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert service.redeem(code, attempt).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"redirect_uri": "https://shop.example/second"},
        {"redirect_uri": ""},
    ],
)
def test_a_code_without_its_verifier_or_address_is_spent(
    service: Service, visitor: Visitor, changes: dict[str, str]
) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    wrong = service.redeem(code, attempt, **changes)
    assert wrong.status_code == 400
    assert wrong.json()["error"] in {"invalid_grant", "invalid_request"}
    assert service.redeem(code, attempt).json()["error"] == "invalid_grant"


def test_the_challenge_itself_is_no_verifier(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    assert service.redeem(code, attempt, code_verifier=attempt.challenge).json()["error"] == "invalid_grant"


def test_a_code_is_over_after_a_minute(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    Authorization.objects.filter(client_id=service.client_id).update(code_expires_at=now())
    assert service.redeem(code, attempt).json()["error"] == "invalid_grant"


def test_a_code_of_one_sign_in_does_not_fit_another(service: Service, house: House) -> None:
    """Code injection: the attacker's code into the victim's session fails at the verifier (RFC 9700 4.5)."""
    mine, victims = Attempt(), Attempt()
    code = Visitor(house, house.holder()).sign_in(service, mine)
    assert service.redeem(code, victims).json()["error"] == "invalid_grant"


# --- who the client is --------------------------------------------------------------------------


def refused(service: Service, assertion: str) -> str:
    answer = service.post("token", assertion=assertion, grant_type="client_credentials", scope="sign")
    assert answer.status_code in {400, 401}
    return str(answer.json()["error"])


def test_a_good_assertion_is_taken(service: Service) -> None:
    for audience in (ISSUER, f"{ISSUER}/protocol/openid-connect/token"):
        answer = service.post(
            "token", assertion=service.assertion(aud=audience), grant_type="client_credentials", scope="sign"
        )
        assert answer.status_code == 200, answer.content


def seconds(offset: int) -> int:
    return int(now().timestamp()) + offset


@pytest.mark.parametrize(
    "changes",
    [
        lambda: {"aud": "https://evil.example"},
        lambda: {"aud": f"{ISSUER}/"},
        lambda: {"aud": [ISSUER, "https://evil.example"]},
        lambda: {"aud": None},
        lambda: {"exp": seconds(-61)},
        lambda: {"exp": seconds(3700)},
        lambda: {"exp": None},
        lambda: {"exp": "tomorrow"},
        lambda: {"exp": True},
        lambda: {"nbf": seconds(120)},
        lambda: {"iat": seconds(120)},
        lambda: {"iss": "rp-other"},
        lambda: {"sub": "rp-other"},
        lambda: {"sub": None},
        lambda: {"sub": ["rp"]},
        lambda: {"iss": None},
        lambda: {"jti": None},
        lambda: {"jti": ""},
        lambda: {"jti": 7},
    ],
)
def test_an_assertion_with_a_fault_is_refused(
    service: Service, changes: Callable[[], dict[str, Any]]
) -> None:
    assert refused(service, service.assertion(**changes())) == "invalid_client"


def test_an_assertion_is_taken_once(service: Service) -> None:
    assertion = service.assertion()
    first = service.post("token", assertion=assertion, grant_type="client_credentials", scope="sign")
    assert first.status_code == 200
    assert refused(service, assertion) == "invalid_client"


def test_an_assertion_is_remembered_also_when_the_request_was_refused(service: Service) -> None:
    assertion = service.assertion()
    answer = service.post("token", assertion=assertion, grant_type="client_credentials", scope="openid")
    assert answer.json()["error"] == "invalid_scope"
    assert refused(service, assertion) == "invalid_client"


def test_an_assertion_of_another_key_is_refused(service: Service, other: Service) -> None:
    assert refused(service, service.assertion(key=other.key)) == "invalid_client"
    assert refused(service, service.assertion(key=service.encryption)) == "invalid_client"
    assert refused(service, service.assertion(key=ECKey.generate_key("P-256"))) == "invalid_client"


def by_hand(algorithm: str, claims: dict[str, Any], secret: bytes) -> str:
    """A JWS as no library makes it: unsigned, or with the public key as the secret."""
    parts = [json.dumps(part).encode() for part in ({"alg": algorithm}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = hmac.digest(secret, signed, "sha256") if secret else b""
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def test_unsigned_and_symmetric_assertions_are_refused(service: Service) -> None:
    claims = {
        "iss": service.client_id,
        "sub": service.client_id,
        "aud": ISSUER,
        "exp": seconds(60),
        "jti": "x" * 20,
    }
    public = service.key.as_pem(private=False)
    unsigned = by_hand("none", claims, b"")
    symmetric = by_hand("HS256", claims, public)
    for assertion in (unsigned, symmetric, "", "a.b.c", "{}"):
        assert refused(service, assertion) == "invalid_client"


@pytest.mark.parametrize("secret", ["", "secret"])
def test_no_other_way_to_prove_a_client(service: Service, visitor: Visitor, secret: str) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": service.callback,
        "code_verifier": attempt.verifier,
        "client_id": service.client_id,
    }
    plain = service.http.post(f"{ENDPOINTS}/token", {**fields, "client_secret": secret})
    assert plain.json()["error"] == "invalid_client"
    basic = service.http.post(f"{ENDPOINTS}/token", fields, headers={"authorization": "Basic eDp5"})
    assert basic.json()["error"] == "invalid_client"
    assert service.redeem(code, attempt).status_code == 200


@pytest.mark.parametrize("grant", ["password", "implicit", "refresh_token", "", "urn:x"])
def test_no_other_grant(service: Service, grant: str) -> None:
    answer = service.post("token", grant_type=grant, username="x", password="y")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_parameters_in_the_address_do_not_count(service: Service) -> None:
    query = f"?grant_type=client_credentials&client_assertion={service.assertion()}"
    answer = service.http.post(f"{ENDPOINTS}/token{query}")
    assert answer.json()["error"] == "unsupported_grant_type"


# --- tokens -------------------------------------------------------------------------------------


def test_a_token_ends_at_its_time_by_revocation_and_nobody_elses_wish(
    service: Service, other: Service, visitor: Visitor
) -> None:
    attempt = Attempt()
    token = service.redeem(visitor.sign_in(service, attempt), attempt).json()["access_token"]
    foreign = other.post("revoke", token=token)
    assert foreign.json()["error"] == "invalid_grant"
    assert other.post("introspect", token=token).json() == {"active": False}
    described = service.post("introspect", token=token).json()
    assert (described["active"], described["scope"]) == (True, "openid")
    assert described["sub"] == service.userinfo(token).json()["sub"]
    assert tokens.living(token, now=now() + tokens.ACCESS_VALIDITY) is None
    assert service.post("revoke", token=token).status_code == 200
    assert service.userinfo(token).status_code == 401
    assert service.post("introspect", token=token).json() == {"active": False}
    assert service.post("revoke", token="unknown" * 5).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "A" * 43])
def test_userinfo_needs_a_living_token(service: Service, header: str) -> None:
    answer = service.http.get(f"{ENDPOINTS}/userinfo", headers={"authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_opens_nothing(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    token = service.redeem(visitor.sign_in(service, attempt), attempt).json()["access_token"]
    assert service.http.get(f"{ENDPOINTS}/userinfo?access_token={token}").status_code == 401


def test_a_clients_own_token_says_nothing_about_people(service: Service) -> None:
    answer = service.post("token", grant_type="client_credentials", scope="sign")
    assert service.userinfo(answer.json()["access_token"]).status_code == 401


# --- browsers -----------------------------------------------------------------------------------


def test_consent_needs_the_form_of_this_site(service: Service, visitor: Visitor) -> None:
    page = visitor.use_card(visitor.arrive(service.parameters(Attempt())))
    assert visitor.browser.post(f"{page}/answer", {"answer": "yes"}).status_code == 403
    assert visitor.browser.post(f"{page}/card").status_code == 403
    assert visitor.browser.get(f"{page}/answer").status_code == 405
    assert not Authorization.objects.filter(client_id=service.client_id).exists()


def test_another_browser_sees_nothing_of_an_interaction(
    service: Service, visitor: Visitor, house: House
) -> None:
    page = visitor.use_card(visitor.arrive(service.parameters(Attempt())))
    stranger = Visitor(house, house.holder())
    own = stranger.arrive(service.parameters(Attempt()))
    assert stranger.browser.get(page).status_code == 410
    response: Any = stranger.browser.post_form(own, f"{page}/answer", answer="yes")
    assert response.status_code == 410


def test_a_session_planted_before_the_card_sees_nothing_after(service: Service, visitor: Visitor) -> None:
    """Whoever knows the session a victim was lured into cannot take the code: the key changes when the card was there."""
    page = visitor.arrive(service.parameters(Attempt()))
    planted = str(visitor.browser.session_key)
    visitor.use_card(page)
    assert visitor.browser.session_key != planted
    attacker = Browser()
    attacker.cookies["portal_session"] = planted
    assert attacker.get(page).status_code == 410


def test_a_proof_for_one_service_is_none_for_another(
    service: Service, other: Service, visitor: Visitor
) -> None:
    mine = visitor.arrive(service.parameters(Attempt()))
    theirs = visitor.arrive(other.parameters(Attempt()))
    visitor.use_card(mine)
    assert "カードで確かめる" in visitor.browser.text(theirs)
    assert "に渡すもの" in visitor.browser.text(mine)


def test_an_interaction_is_answered_once(service: Service, visitor: Visitor) -> None:
    page = visitor.use_card(visitor.arrive(service.parameters(Attempt())))
    own = visitor.arrive(service.parameters(Attempt()))
    visitor.decide(page)
    again: Any = visitor.browser.post_form(own, f"{page}/answer", answer="yes")
    assert again.status_code == 410
    assert Authorization.objects.filter(client_id=service.client_id).count() == 1


def test_nobody_agrees_before_the_card(service: Service, visitor: Visitor) -> None:
    page = visitor.arrive(service.parameters(Attempt()))
    response: Any = visitor.browser.post_form(page, f"{page}/answer", answer="yes")
    assert response.status_code == 410
    assert not Authorization.objects.filter(client_id=service.client_id).exists()


def test_a_client_removed_meanwhile_gets_nothing(service: Service, visitor: Visitor) -> None:
    page = visitor.use_card(visitor.arrive(service.parameters(Attempt())))
    Interaction.objects.filter(client_id=service.client_id).update(
        parameters=service.parameters(Attempt(), redirect_uri="https://evil.example/")
    )
    response: Any = visitor.browser.post_form(page, f"{page}/answer", answer="yes")
    assert response.status_code == 400
    assert "Location" not in response.headers


def test_a_request_that_became_bad_goes_back_nowhere_also_where_consent_is_remembered(
    service: Service, visitor: Visitor
) -> None:
    visitor.sign_in(service, Attempt(), remember=True)
    page = visitor.arrive(service.parameters(Attempt()))
    Interaction.objects.filter(pk=page.rpartition("/")[2]).update(
        parameters=service.parameters(Attempt(), redirect_uri="https://evil.example/")
    )
    planted = str(visitor.browser.session_key)
    assert visitor.use_card(page) == page  # not straight to the service
    assert visitor.browser.session_key != planted
    response = visitor.browser.get(page)
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert Authorization.objects.filter(client_id=service.client_id).count() == 1


def test_a_session_planted_before_the_card_sees_nothing_of_a_remembered_sign_in(
    service: Service, visitor: Visitor
) -> None:
    visitor.sign_in(service, Attempt(), remember=True)
    page = visitor.arrive(service.parameters(Attempt()))
    planted = str(visitor.browser.session_key)
    assert "code" in answer_of(visitor.use_card(page))
    assert visitor.browser.session_key != planted
    attacker = Browser()
    attacker.cookies["portal_session"] = planted
    assert attacker.get(page).status_code == 410
    assert visitor.browser.get(page).status_code == 410  # answered


# --- registration -------------------------------------------------------------------------------


def public_key(**changes: str) -> dict[str, str]:
    key = ECKey.generate_key("P-256").as_dict(private=False)
    return {**{name: str(value) for name, value in key.items()}, "use": "sig", **changes}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": ""}, Fault.NAME),
        ({"name": "a\nb"}, Fault.NAME),
        ({"name": "\u202egnihsihp"}, Fault.NAME),
        ({"redirect_uris": []}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["http://shop.example/"]}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["https://shop.example/#x"]}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["https://*.example/"]}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["https://a@shop.example/"]}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["javascript:alert(1)"]}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["data:text/html,x"]}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["https://[::1"]}, Fault.REDIRECT_URI),
        ({"redirect_uris": ["https://a.example/", "https://b.example/"]}, Fault.HOSTS),
        ({"redirect_uris": ["https://a.example/", "http://localhost/"]}, Fault.HOSTS),
        ({"keys": []}, Fault.KEYS),
        ({"keys": [{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}]}, Fault.KEYS),
        ({"keys": [{"kty": "oct"}]}, Fault.KEYS),
        ({"keys": [{"kty": "oct", "k": "AA"}]}, Fault.PRIVATE_KEY),
        ({"scopes": ["name"]}, Fault.SCOPES),
        ({"scopes": ["openid", "email"]}, Fault.SCOPES),
        ({"scopes": ["openid", "sign"]}, Fault.NO_ENCRYPTION_KEY),
    ],
)
def test_a_registration_with_a_fault_is_refused(house: House, changes: dict[str, Any], fault: Fault) -> None:
    good: dict[str, Any] = {
        "name": "店",
        "redirect_uris": [CALLBACK],
        "keys": [public_key()],
        "scopes": ["openid"],
        "now": now(),
    }
    with pytest.raises(RegistrationRefused) as refusal:
        clients.register(**{**good, **changes})
    assert refusal.value.fault is fault


def test_a_private_key_is_not_taken(house: House) -> None:
    key = {name: str(value) for name, value in ECKey.generate_key("P-256").as_dict(private=True).items()}
    with pytest.raises(RegistrationRefused) as refusal:
        clients.register(name="店", redirect_uris=[CALLBACK], keys=[key], scopes=["openid"], now=now())
    assert refusal.value.fault is Fault.PRIVATE_KEY


def test_services_on_developers_machines_share_no_subjects(house: House) -> None:
    one = Service.register("一", callbacks=("http://localhost:3000/callback",))
    two = Service.register("二", callbacks=("http://localhost:3000/callback",))
    assert clients.sector_of(["http://localhost:3000/callback"], one.client_id) == one.client_id
    assert one.client_id != two.client_id


def test_what_is_over_is_forgotten(service: Service, visitor: Visitor) -> None:
    attempt = Attempt()
    code = visitor.sign_in(service, attempt)
    service.redeem(code, attempt)
    digest = hashlib.sha256(code.encode()).digest()
    with transaction.atomic():
        tokens.forget(now())
    assert Authorization.objects.filter(code=digest).exists()
    with transaction.atomic():
        tokens.forget(now() + timedelta(hours=2))
    assert not Authorization.objects.filter(code=digest).exists()
