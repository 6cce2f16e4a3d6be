"""The public page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.core.cache import cache
from django.test import Client

from mynumber.foundation.pki import SIGNATURE
from mynumber.institutions.jlis.entitlement import ENTITLED
from mynumber.institutions.jlis.pages.certificates import certificates_table, register_of_verifiers
from mynumber.institutions.jlis.pages.figures import SENDERS_JA
from mynumber.protocols.card_life import REPORT_LOSS, ReportLoss
from mynumber.protocols.certification import CHECK_STATUS, Purpose, StatusQuestion
from mynumber.protocols.residents import LOOK_UP, LookUp
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import holder_of_card
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, somebody


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


def test_the_page_counts_certificates_by_kind_and_shows_both_cas(door: Door) -> None:
    holder_of_card(door)
    lost = holder_of_card(door)
    door.ask(REPORT_LOSS, ReportLoss(card_serial=lost.serial), sender=KATSUSHIKA)
    table = certificates_table(datetime.now(UTC))
    counts = {str(row.cells[0][1]): [cell for _, cell in row.cells[1:]] for row in table.rows}
    assert counts["署名用電子証明書"] == [1, 1, 0, 0]
    later = certificates_table(datetime.now(UTC) + timedelta(days=4000))
    assert [cell for _, cell in later.rows[0].cells[1:]] == [0, 0, 0, 2]
    text = page(door.client)
    for word in ("利用者証明用認証局 第1世代（発行中）", "署名用認証局 第1世代（発行中）", "1 市区町村分"):
        assert word in text


def test_the_register_of_verifiers_is_public_and_tells_how_often_they_asked(door: Door) -> None:
    question = StatusQuestion(purpose=Purpose.SIGNATURE, serials=tuple("123"))
    door.ask(CHECK_STATUS, question, sender="portal")
    text = door.client.get("/verifiers").content.decode()
    for word in ("マイナポータル", "digital-agency", "シリアル番号の紐付け", "1件 0 円"):
        assert word in text
    (used,) = [
        row
        for row in register_of_verifiers(datetime.now(UTC)).uses.rows
        if row.cells[0][1] == "マイナポータル"
    ]
    assert {column.heading: cell for column, cell in used.cells}["署名用の確認"] == 3


def test_the_practice_statement_stands_where_certificates_say(door: Door) -> None:
    assert SIGNATURE.practice_statement is not None
    address = urlsplit(SIGNATURE.practice_statement)
    text = door.client.get(address.path).content.decode()
    for policy in SIGNATURE.policies.values():
        assert policy.dotted_string in text
    assert "転出の日から44日のうちに" in text


def test_the_table_of_messages_names_each_kind() -> None:
    assert SENDERS_JA.keys() == ENTITLED.keys()


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
