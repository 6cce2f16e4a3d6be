"""The developers' page: a service is registered at once, with keys that the page made or the developer's own."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from joserfc.jwk import ECKey

from mynumber.institutions.portal.identity import developers
from mynumber.institutions.portal.identity.models import Client
from tests.institutions.portal.house import Browser, House
from tests.institutions.portal.identity.service import CALLBACK, ISSUER, Service

FORM = {"name": "見本の図書館", "redirect_uris": CALLBACK, "key": "generated"}


def submit(browser: Browser, **fields: Any) -> Any:
    return browser.post_form("/developers/", "/developers/", **{**FORM, **fields})


def shown_file(response: Any) -> dict[str, Any]:
    found = re.search(r"<pre[^>]*>(?:<code[^>]*>)?(\{.*?\})\s*<", response.content.decode(), re.DOTALL)
    assert found is not None
    content: dict[str, Any] = json.loads(html.unescape(found[1]))
    return content


def test_a_client_with_keys_made_here_works_at_once(house: House, browser: Browser) -> None:
    response = submit(browser, scopes=["name", "sign"])
    assert response.status_code == 200, response.content.decode()
    file = shown_file(response)
    assert (file["issuer"], file["redirect_uris"]) == (ISSUER, [CALLBACK])
    assert file["scope"] == "openid name"
    client = Client.objects.get(pk=file["client_id"])
    assert (client.name, client.scopes) == ("見本の図書館", "openid name sign")
    assert "d" in file["keys"][0]
    assert not any("d" in key for key in client.keys["keys"])
    service = Service(
        client.client_id,
        ECKey.import_key(file["keys"][0]),
        ECKey.import_key(file["keys"][1]),
        CALLBACK,
        "",
    )
    answer = service.post("token", grant_type="client_credentials", scope="sign")
    assert answer.status_code == 200, answer.content
    client.refresh_from_db()
    assert client.last_used_at is not None


def test_a_developers_own_key_is_taken_as_a_key_or_a_set(house: House, browser: Browser) -> None:
    key = ECKey.generate_key("P-256").as_dict(private=False)
    for given in (key, {"keys": [key]}):
        response = submit(browser, key="own", jwks=json.dumps(given))
        assert response.status_code == 200, response.content.decode()
        assert "秘密の鍵が入っています" not in response.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"redirect_uris": "http://shop.example/"}, "https://"),
        ({"redirect_uris": "https://a.example/ https://b.example/"}, "ホスト名はひとつに"),
        ({"key": "own", "jwks": ""}, "P-256 の公開鍵を"),
        ({"key": "own", "jwks": "[]"}, "P-256 の公開鍵を"),
        ({"key": "own", "jwks": '{"keys": [{"kty": 1}]}'}, "P-256 の公開鍵を"),
        ({"scopes": ["email"]}, "選択"),
        ({"name": ""}, "入力してください"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    house: House, browser: Browser, fields: dict[str, Any], words: str
) -> None:
    response = submit(browser, **fields)
    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_private_key_is_refused_and_not_repeated(house: House, browser: Browser) -> None:
    key = ECKey.generate_key("P-256").as_dict(private=True)
    response = submit(browser, key="own", jwks=json.dumps(key))
    assert response.status_code == 422
    assert "この鍵は使うのをやめ" in response.content.decode()
    assert str(key["d"]) not in response.content.decode()


def test_a_service_is_removed_with_its_secret_alone(house: House, browser: Browser) -> None:
    service = Service.register()
    wrong: Any = browser.post_form(
        "/developers/", "/developers/remove", client_id=service.client_id, management_secret="x"
    )
    assert wrong.status_code == 403
    assert Client.objects.filter(pk=service.client_id).exists()
    browser.post_form(
        "/developers/",
        "/developers/remove",
        client_id=service.client_id,
        management_secret=service.management,
    )
    assert not Client.objects.filter(pk=service.client_id).exists()


def test_too_many_at_a_time_are_asked_to_wait(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    Service.register()
    monkeypatch.setattr(developers, "AN_HOUR", 1)
    response = submit(browser)
    assert response.status_code == 429
