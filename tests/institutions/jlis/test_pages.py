"""The public page."""

from __future__ import annotations

from django.core.cache import cache
from django.test import Client

from mynumber.protocols.residents import LOOK_UP, LookUp
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import YAO, entry, somebody


def page(client: Client) -> str:
    cache.clear()
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_counts_and_nobody(door: Door) -> None:
    people = [somebody() for _ in range(7)]
    results = door.register(*map(entry, people), sender=YAO)
    door.ask(LOOK_UP, LookUp(attributes=(people[0], somebody())), sender=YAO)
    text = page(door.client)
    assert "7 人（1 市区町村）" in text
    for word in ("基本4情報による照会", "該当あり", "住民基本台帳法30条の6・30条の7", "ルート証明書の指紋"):
        assert word in text
    for secret in (people[0].name, people[0].address, results[0].individual_number, results[0].resident_code):
        assert secret is not None
        assert secret not in text


def test_visitors_share_one_count_for_a_while(door: Door) -> None:
    before = page(door.client)
    door.register(entry(somebody()))
    counted = door.client.get("/").content.decode()
    assert counted.split("いまの数")[1] == before.split("いまの数")[1]
    assert page(door.client).split("いまの数")[1] != before.split("いまの数")[1]


def test_the_page_needs_no_database_write_and_no_post(door: Door) -> None:
    assert door.client.post("/").status_code == 405
    assert door.client.head("/").status_code == 200


def test_it_says_whether_it_lives_and_is_ready(door: Door) -> None:
    assert door.client.get("/healthz").status_code == 200
    assert door.client.get("/readyz").json()["missing"] == []
