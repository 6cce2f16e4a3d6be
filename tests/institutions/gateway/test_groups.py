"""Messages of many inquiries: mixed ends, several providers and tenants, and retries that get the same answer once more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import ASK, InquiryResult, Outcome
from mynumber.protocols.facts import LocalTaxFact
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.refusal import Hop, Reason
from tests.faults.counts import count
from tests.support.exchange import (
    AGENCY,
    CITY,
    FORMER_CITY,
    PENSION,
    PENSIONS,
    TAX,
    Exchange,
    inquiry_of,
    resident_code,
)

BENEFIT = InformationKind.PUBLIC_PENSION_BENEFIT.value
PEOPLE = 40


@pytest.fixture(scope="module")
def people(exchange: Exchange) -> range:
    """People of both cities, each with an income of her own, and the first with a pension."""
    exchange.give_codes(
        {
            resident_code(): {CITY: f"C-G{n}", FORMER_CITY: f"F-G{n}", PENSION: f"P-G{n}"}
            for n in range(PEOPLE)
        }
    )
    for n in range(PEOPLE):
        fact = msgspec.structs.replace(TAX, total_income=1_000 + n)
        exchange.register(FORMER_CITY, f"F-G{n}", InformationKind.LOCAL_TAX, fact)
        fact = msgspec.structs.replace(TAX, total_income=9_000 + n)
        exchange.register(CITY, f"C-G{n}", InformationKind.LOCAL_TAX, fact)
    exchange.register(PENSION, "P-G0", InformationKind.PUBLIC_PENSION_BENEFIT, PENSIONS)
    return range(PEOPLE)


def income(result: InquiryResult) -> int | None:
    return msgspec.json.decode(bytes(result.fact), type=LocalTaxFact).total_income


def rows(exchange: Exchange, member: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
        return tenant.execute(query.encode(), values).fetchall()


def test_each_inquiry_of_a_message_ends_by_itself(exchange: Exchange, people: range) -> None:
    inquiries = (
        inquiry_of("C-G0"),
        inquiry_of("nobody"),
        inquiry_of("C-G0", provider=PENSION, information=BENEFIT),
        inquiry_of("C-G1", provider=PENSION, information=BENEFIT),
        inquiry_of("C-G0", provider=PENSION),
        inquiry_of("C-G0", provider=AGENCY, information=InformationKind.RECEIVING_ACCOUNT.value),
        inquiry_of("C-G2"),
    )
    results = exchange.ask(*inquiries)
    assert [one.request_id for one in results] == [one.request_id for one in inquiries]
    assert [(one.outcome, one.hop, one.reason) for one in results] == [
        (Outcome.PROVIDED, None, None),
        (Outcome.REFUSED, Hop.INQUIRER_GATEWAY, Reason.NO_CODE_HELD),
        (Outcome.PROVIDED, None, None),
        (Outcome.NO_DATA, None, None),
        (Outcome.REFUSED, Hop.NETWORK, Reason.NOT_IN_TABLE),
        (Outcome.REFUSED, Hop.NETWORK, Reason.PROVIDER_HAS_NO_CODE),
        (Outcome.PROVIDED, None, None),
    ]
    assert (income(results[0]), income(results[6])) == (1_000, 1_002)
    recorded = rows(
        exchange,
        CITY,
        "SELECT request_id, outcome, reason FROM side_record WHERE side = 'inquirer' AND request_id = ANY(%s)",
        [one.request_id for one in inquiries],
    )
    assert sorted(recorded) == sorted(
        (one.request_id, one.outcome.value, one.reason.value if one.reason else None) for one in results
    )


def test_a_message_carries_a_hundred_and_no_more(exchange: Exchange, people: range) -> None:
    asked = [inquiry_of(f"C-G{n % PEOPLE}") for n in range(GROUP_ITEMS)]
    results = exchange.ask(*asked)
    assert [income(one) for one in results] == [1_000 + n % PEOPLE for n in range(GROUP_ITEMS)]
    assert exchange.refusal(lambda: exchange.ask(*asked, inquiry_of("C-G0"))) == (
        Hop.INQUIRER_GATEWAY,
        Reason.MALFORMED,
    )


def test_facts_reach_who_asked_for_them_when_tenants_ask_at_once(exchange: Exchange, people: range) -> None:
    """Two cities ask each other about the same people, many messages at a time."""

    def ask(number: int) -> list[int | None]:
        member, provider, letter = (CITY, FORMER_CITY, "C") if number % 2 else (FORMER_CITY, CITY, "F")
        results = exchange.ask(
            *(inquiry_of(f"{letter}-G{n}", provider=provider) for n in people), member=member
        )
        return [income(one) for one in results]

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(24)))
    for number, incomes in enumerate(told):
        assert incomes == [(1_000 if number % 2 else 9_000) + n for n in people]


# ---- retries


def _records(exchange: Exchange, request_id: UUID) -> list[tuple[str, str]]:
    query = "SELECT side, outcome FROM side_record WHERE request_id = %s"
    return sorted(rows(exchange, CITY, query, request_id) + rows(exchange, FORMER_CITY, query, request_id))


BOTH_PROVIDED = [("inquirer", "provided"), ("provider", "provided")]


def test_the_same_request_gets_the_same_answer(exchange: Exchange, people: range) -> None:
    asked = (
        inquiry_of("C-G3"),
        inquiry_of("nobody"),
        inquiry_of("C-G1", provider=PENSION, information=BENEFIT),
    )
    first = exchange.ask(*asked)
    assert income(first[0]) == 1_003
    assert exchange.ask(*reversed(asked)) == tuple(reversed(first))
    assert _records(exchange, asked[0].request_id) == BOTH_PROVIDED


def test_another_question_under_the_same_id_is_refused_and_counted(exchange: Exchange, people: range) -> None:
    first = inquiry_of("C-G4")
    exchange.ask(first)
    other = msgspec.structs.replace(first, addressee="C-G5")
    query = (
        "SELECT coalesce(sum(count), 0) FROM refused_message WHERE kind = %s AND reason = 'duplicate_request'"
    )
    before = rows(exchange, CITY, query, ASK.name)[0][0]
    (result,) = exchange.ask(other)
    assert (result.outcome, result.hop, result.reason) == (
        Outcome.REFUSED,
        Hop.INQUIRER_GATEWAY,
        Reason.DUPLICATE_REQUEST,
    )
    assert bytes(result.fact) == b"null"
    assert rows(exchange, CITY, query, ASK.name)[0][0] == before + 1
    assert _records(exchange, first.request_id) == BOTH_PROVIDED


def test_an_id_twice_in_one_message_is_one_exchange(exchange: Exchange, people: range) -> None:
    one = inquiry_of("C-G6")
    other = msgspec.structs.replace(one, addressee="C-G7")
    results = exchange.ask(one, one, other)
    assert [income(result) for result in results[:2]] == [1_006, 1_006]
    assert results[2].reason is Reason.DUPLICATE_REQUEST
    assert _records(exchange, one.request_id) == BOTH_PROVIDED


def test_sixty_four_at_once_are_one_exchange(exchange: Exchange, people: range) -> None:
    one = inquiry_of("C-G8")
    with ThreadPoolExecutor(64) as pool:
        results = [result for (result,) in pool.map(lambda _: exchange.ask(one), range(64))]
    assert income(results[0]) == 1_008
    count("64 duplicates of one inquiry at once", "messages", 64, sum(one != results[0] for one in results))
    assert results == results[:1] * 64
    assert _records(exchange, one.request_id) == BOTH_PROVIDED


def test_an_answer_outlives_the_process_that_brought_it(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
    exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
    one = inquiry_of("C-1")
    first = exchange.ask(one)
    exchange.gateway.kill()
    exchange.gateway.start()
    assert exchange.ask(one) == first
    assert _records(exchange, one.request_id) == BOTH_PROVIDED


async def test_a_fact_is_forgotten_after_its_day(
    institution_database: Callable[..., InstitutionDatabase],
) -> None:
    database = institution_database("gateway", tenants=("municipality_131229",), migrated=True)
    now = datetime.now(UTC)
    with psycopg.connect(database.tenant_urls["municipality_131229"]) as tenant:
        for hours in (1, 23, 25, 100):
            tenant.execute(
                "INSERT INTO kept_fact (tenant, ended_at, request_id, fact) VALUES ('municipality_131229', %s, %s, '{}')",
                [now - timedelta(hours=hours), uuid4()],
            )
    sessions = TenantSessions(database.url, largest=1)
    await Store(sessions).forget_old("municipality_131229", now)
    await sessions.close()
    with psycopg.connect(database.tenant_urls["municipality_131229"]) as tenant:
        assert tenant.execute("SELECT count(*) FROM kept_fact").fetchone() == (2,)
