"""Switches by message and by page, and the desk's pages: who may act, what is kept, what a wrong answer does."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import psycopg
import pytest
from django.test import Client

from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.desk.hours import JAPAN
from mynumber.institutions.gateway.rotation import rotating
from mynumber.protocols.facts import LocalTaxFact, PensionBenefitsFact
from mynumber.protocols.files import Purpose
from mynumber.protocols.holds import (
    CHANGE_HOLDS,
    ChangeHolds,
    Hold,
    HoldKey,
    HoldReason,
    HoldRefusal,
    HoldsChanged,
)
from mynumber.protocols.member import Member
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason
from tests.institutions.gateway.conftest import PASSWORD, add_staff
from tests.support.exchange import CITY, FORMER_CITY, PENSION, TAX, Exchange, resident_code
from tests.support.waiting import PATIENCE_SECONDS

TENANT = CITY.replace(".", "_")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def filled(exchange: Exchange) -> Exchange:
    exchange.give_codes({resident_code(): {CITY: "D-1", FORMER_CITY: "D-f"}})
    exchange.register(CITY, "D-1", InformationKind.LOCAL_TAX, TAX)
    return exchange


@pytest.fixture
def client(filled: Exchange, pages: Callable[[Exchange], AbstractContextManager[None]]) -> Iterator[Client]:
    with pages(filled):
        add_staff(TENANT)
        signed_in = Client(headers={"host": "127.0.0.1"})
        answer = signed_in.post(f"/{TENANT}/sign-in", {"username": "suzuki", "password": PASSWORD})
        assert answer.status_code == 302
        yield signed_in


def rows(exchange: Exchange, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(exchange.gateway_database.tenant_urls[TENANT]) as connection:
        return connection.execute(query.encode(), values).fetchall()


def change(exchange: Exchange, **what: Any) -> HoldsChanged:
    return exchange.call(CHANGE_HOLDS, ChangeHolds(**what), sender=CITY, receiver=f"gateway.{CITY}")


def put_on_desk(exchange: Exchange, information: str, *, deadline: timedelta = timedelta(days=7)) -> str:
    """As the hot path does it. Returns the permit's digest."""
    digest = uuid4().bytes * 2
    code = rows(exchange, "SELECT code FROM addressee_code WHERE addressee = 'D-1'")[0][0]
    with psycopg.connect(exchange.gateway_database.tenant_urls[TENANT]) as connection:
        connection.execute(
            """
            INSERT INTO desk_item (tenant, permit_digest, inquirer, request_id, code, information, affair, provision,
                organisation, reason, put_at, deadline, state)
            VALUES (%s, %s, %s, %s, %s, %s, '81-1', '81-1-1', '子育て支援課', 'pending_case', now(), %s, 'open')
            """,
            [TENANT, digest, PENSION, uuid4(), code, information, datetime.now(UTC) + deadline],
        )
    return digest.hex()


def test_the_members_system_sets_and_lifts_switches(filled: Exchange) -> None:
    person = Hold(addressee="D-1", reason=HoldReason.PROTECTIVE_MEASURE, since=NOW)
    kind = Hold(information="local_tax", reason=HoldReason.BY_HAND, since=NOW)
    assert change(filled, set=(person, kind)) == HoldsChanged(set=2, lifted=0)
    assert change(filled, set=(person,)).set == 1  # set again: one switch, new times
    assert len(rows(filled, "SELECT FROM answer_hold WHERE addressee = 'D-1'")) == 1
    lifted = change(
        filled,
        lift=(
            HoldKey(addressee="D-1", reason=HoldReason.PROTECTIVE_MEASURE),
            HoldKey(information="local_tax", reason=HoldReason.BY_HAND),
            HoldKey(information="disability", reason=HoldReason.BY_HAND),
        ),
    )
    assert lifted.lifted == 2
    assert rows(filled, "SELECT FROM answer_hold") == []
    done = rows(filled, "SELECT what, who FROM desk_event WHERE addressee = 'D-1' ORDER BY id")
    assert done == [("hold_set", CITY), ("hold_set", CITY), ("hold_lifted", CITY)]


def test_a_switch_that_cannot_be_set_is_refused_by_itself(filled: Exchange) -> None:
    reason = HoldReason.PENDING_CASE
    answer = change(
        filled,
        set=(
            Hold(reason=reason, since=NOW),
            Hold(addressee="nobody", reason=reason, since=NOW),
            Hold(information="no_such_kind", reason=reason, since=NOW),
            Hold(information="local_tax", reason=reason, since=NOW, until=NOW),
            Hold(addressee="D-1", information="local_tax", reason=reason, since=NOW),
        ),
    )
    assert [(one.position, one.reason) for one in answer.refused] == [
        (0, HoldRefusal.NAMES_NOTHING),
        (1, HoldRefusal.NO_CODE),
        (2, HoldRefusal.UNKNOWN_INFORMATION),
        (3, HoldRefusal.ENDS_BEFORE_IT_BEGINS),
    ]
    assert answer.set == 1
    change(filled, lift=(HoldKey(addressee="D-1", information="local_tax", reason=reason),))


def test_nobody_else_sets_switches_and_too_many_are_refused(filled: Exchange) -> None:
    hold = Hold(information="local_tax", reason=HoldReason.BY_HAND, since=NOW)
    foreign = filled.refusal(
        lambda: filled.call(
            CHANGE_HOLDS, ChangeHolds(set=(hold,)), sender=PENSION, receiver=f"gateway.{CITY}"
        )
    )
    assert foreign == (Hop.PROVIDER_GATEWAY, Reason.NOT_ENTITLED)
    many = filled.refusal(lambda: change(filled, set=(hold,) * (BATCH_ITEMS + 1)))
    assert many == (Hop.PROVIDER_GATEWAY, Reason.TOO_LARGE)


def test_staff_stops_and_resumes_automatic_answers_on_a_page(client: Client, filled: Exchange) -> None:
    page = f"/{TENANT}/holds"
    nothing = client.post(page, {"addressee": "", "information": "", "reason": "by_hand"})
    assert nothing.status_code == 422
    nobody = client.post(page, {"addressee": "nobody", "information": "", "reason": "by_hand"})
    assert nobody.status_code == 422
    assert "符号をまだ取得していません" in nobody.content.decode()
    done = client.post(page, {"addressee": "D-1", "information": "", "reason": "protective_measure"})
    assert done.status_code == 302
    [(number, who)] = rows(filled, "SELECT id, set_by FROM answer_hold WHERE addressee = 'D-1'")
    assert who == "鈴木　一"
    assert "D-1" in client.get(page).content.decode()
    assert client.post(f"{page}/{number}/lift").status_code == 302
    assert rows(filled, "SELECT FROM answer_hold WHERE addressee = 'D-1'") == []


def test_a_switch_set_on_a_page_while_codes_change_holds_the_new_code(
    client: Client, filled: Exchange
) -> None:
    [(old,)] = rows(filled, "SELECT code FROM addressee_code WHERE addressee = 'D-1'")
    new, has_moved = f"2.{old.partition('.')[2]}", threading.Event()

    async def change_codes(*pair: str, until: str) -> None:
        connection = await asyncpg.connect(filled.gateway_database.tenant_urls[TENANT])
        async with asyncio.timeout(20), connection.transaction():
            await connection.execute(rotating.STAND_STILL)
            await rotating.move(connection, TENANT, [pair[0]], [pair[1]])
            has_moved.set()
            while not await connection.fetchval(f"SELECT {until}"):
                pass
        await connection.close()

    waits = "EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'answer_hold'::regclass)"
    with ThreadPoolExecutor(1) as other:
        batch = other.submit(lambda: asyncio.run(change_codes(old, new, until=waits)))
        assert has_moved.wait(PATIENCE_SECONDS)
        switch = {"addressee": "D-1", "information": "", "reason": "protective_measure"}
        assert client.post(f"/{TENANT}/holds", switch).status_code == 302
        batch.result()
    held = rows(filled, "SELECT code FROM answer_hold WHERE addressee = 'D-1'")
    asyncio.run(change_codes(new, old, until="true"))
    rows(filled, "DELETE FROM answer_hold WHERE addressee = 'D-1' RETURNING 1")
    rows(filled, "DELETE FROM former_code RETURNING 1")
    assert held == [(new,)]


def test_an_answer_is_typed_into_the_form_of_its_layout(client: Client, filled: Exchange) -> None:
    digest = put_on_desk(filled, "local_tax")
    page = f"/{TENANT}/items/{digest}"
    shown = client.get(page).content.decode()
    assert 'value="1234567"' in shown  # the copy, to be corrected
    typed = {"act": "provide", "fiscal_year": "2026", "total_income": "2000000", "dependants": "1"}
    missing = client.post(page, typed)
    assert missing.status_code == 422
    absurd = client.post(page, {**typed, "income_levy": "9" * 30})
    assert absurd.status_code == 422
    assert rows(filled, "SELECT state FROM desk_item WHERE permit_digest = %s", bytes.fromhex(digest)) == [
        ("open",)
    ]
    assert client.post(page, {**typed, "income_levy": "41000"}).status_code == 302
    [(state, fact, by)] = rows(
        filled,
        "SELECT state, fact, decided_by FROM desk_item WHERE permit_digest = %s",
        bytes.fromhex(digest),
    )
    assert (state, by) == ("provided", "鈴木　一")
    assert msgspec.json.decode(fact, type=LocalTaxFact).total_income == 2_000_000
    assert client.post(page, {"act": "no_data"}).status_code == 200  # shown, not changed
    assert rows(filled, "SELECT state FROM desk_item WHERE permit_digest = %s", bytes.fromhex(digest)) == [
        ("provided",)
    ]


def test_a_list_is_typed_entry_by_entry(client: Client, filled: Exchange) -> None:
    digest = put_on_desk(filled, "public_pension_benefit")
    page = f"/{TENANT}/items/{digest}"
    one = {
        "benefits__0__kind": "老齢基礎年金",
        "benefits__0__annual_amount": "816000",
        "benefits__0__paid_since": "2024-04-15",
    }
    assert (
        client.post(page, {"act": "provide", "benefits__1__kind": "障害基礎年金", **one}).status_code == 422
    )
    assert client.post(page, {"act": "provide", **one}).status_code == 302
    [(fact,)] = rows(filled, "SELECT fact FROM desk_item WHERE permit_digest = %s", bytes.fromhex(digest))
    assert len(msgspec.json.decode(fact, type=PensionBenefitsFact).benefits) == 1


def test_a_refusal_needs_a_reason_and_is_recorded(client: Client, filled: Exchange) -> None:
    digest = put_on_desk(filled, "local_tax")
    page = f"/{TENANT}/items/{digest}"
    assert client.post(page, {"act": "refuse"}).status_code == 422
    assert client.post(page, {"act": "refuse", "reason": "not_in_table"}).status_code == 422
    assert client.post(page, {"act": "refuse", "reason": "provider_declined"}).status_code == 302
    assert rows(
        filled, "SELECT what, who FROM desk_event WHERE permit_digest = %s", bytes.fromhex(digest)
    ) == [("refused", "鈴木　一")]


def test_what_is_overdue_is_not_answered(client: Client, filled: Exchange) -> None:
    digest = put_on_desk(filled, "local_tax", deadline=timedelta(seconds=-1))
    client.post(f"/{TENANT}/items/{digest}", {"act": "no_data"})
    assert rows(filled, "SELECT state FROM desk_item WHERE permit_digest = %s", bytes.fromhex(digest)) == [
        ("open",)
    ]
    assert "期限切れ" in client.get(f"/{TENANT}/").content.decode()


def test_staff_sees_how_old_a_copy_is_and_where_it_came_from_and_never_what_it_says(
    client: Client, filled: Exchange
) -> None:
    filled.give_codes({resident_code(): {CITY: "S-1"}, resident_code(): {CITY: "S-2"}})
    filled.register(
        CITY, "S-1", InformationKind.LOCAL_TAX, msgspec.structs.replace(TAX, total_income=7_654_321)
    )
    as_of = datetime.now(UTC) - timedelta(days=3)
    line = {
        "addressee": "S-1",
        "information": "local_tax",
        "as_of": as_of,
        "fact": msgspec.structs.replace(TAX, fiscal_year=2025),
    }
    file = uuid4()
    Member(filled.node(CITY), CITY, lambda: datetime.now(UTC)).send_file(
        io.BytesIO(msgspec.json.encode(line) + b"\n"), Purpose.COPIES, file
    )
    page = f"/{TENANT}/copies"
    shown = client.post(page, {"addressee": "S-1"}).content.decode()
    assert "1件ずつ" in shown
    assert f"/{TENANT}/files/{file}" in shown
    assert f"{as_of.astimezone(JAPAN):%Y}年" in shown
    assert "7,654,321" not in shown
    assert "7654321" not in shown
    assert "副本はありません" in client.post(page, {"addressee": "S-2"}).content.decode()
    assert "符号を取得していません" in client.post(page, {"addressee": "nobody"}).content.decode()
    assert client.post(page, {"addressee": ""}).status_code == 422
    looked = rows(filled, "SELECT addressee FROM desk_event WHERE what = 'copies_looked_at' ORDER BY id")
    assert looked == [("S-1",), ("S-2",), ("nobody",)]


def test_an_auditor_reads_and_another_member_sees_nothing(
    client: Client, filled: Exchange, pages: Callable[[Exchange], AbstractContextManager[None]]
) -> None:
    digest = put_on_desk(filled, "local_tax")
    add_staff(TENANT, "kansa", "auditor")
    add_staff(FORMER_CITY.replace(".", "_"), "other")
    auditor = Client(headers={"host": "127.0.0.1"})
    auditor.post(f"/{TENANT}/sign-in", {"username": "kansa", "password": PASSWORD})
    page = f"/{TENANT}/items/{digest}"
    assert "回答する" not in auditor.get(page).content.decode()
    auditor.post(page, {"act": "no_data"})
    assert rows(filled, "SELECT state FROM desk_item WHERE permit_digest = %s", bytes.fromhex(digest)) == [
        ("open",)
    ]
    assert auditor.post(f"/{TENANT}/holds/1/lift").status_code == 403
    stranger = Client(headers={"host": "127.0.0.1"})
    other = FORMER_CITY.replace(".", "_")
    stranger.post(f"/{other}/sign-in", {"username": "other", "password": PASSWORD})
    assert stranger.get(f"/{other}/items/{digest}").status_code == 404
    assert stranger.get(f"/{other}/items/zz").status_code == 404
    assert stranger.get(page).status_code == 302  # to the sign-in of that member
