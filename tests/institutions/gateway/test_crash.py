"""A process killed at any moment of an exchange leaves records that reconcile after restart."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import psycopg
import pytest

from mynumber.foundation import tlog
from mynumber.foundation.law import InformationKind
from mynumber.platform.postgres import Server as PostgresServer
from mynumber.protocols.exchange import InquiryResult, Outcome
from mynumber.protocols.records import QUERY_SIDE, SideQuery, SideRecord
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange, Server, inquiry_of, resident_code
from tests.support.waiting import PATIENCE_SECONDS, eventually

PEOPLE = 20


def _prepare(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: f"C-{n}", FORMER_CITY: f"F-{n}"} for n in range(PEOPLE)})
    for n in range(PEOPLE):
        exchange.register(FORMER_CITY, f"F-{n}", InformationKind.LOCAL_TAX, TAX)


def _manage(exchange: Exchange, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", "network", *command],
        env={**exchange.network.environment, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def _sides(exchange: Exchange, member: str) -> list[SideRecord]:
    answer = exchange.call(QUERY_SIDE, SideQuery(limit=1000), sender=member, receiver=f"gateway.{member}")
    return list(answer.records)


def _settled(exchange: Exchange) -> bool:
    """Whether no inquiry is open and every notice has reached the core."""
    if any(side.outcome is Outcome.OPEN for side in _sides(exchange, CITY)):
        return False
    for member in (CITY, FORMER_CITY):
        with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
            if tenant.execute("SELECT FROM notice LIMIT 1").fetchone() is not None:
                return False
    with psycopg.connect(exchange.network_database.url) as core:
        return (
            core.execute(
                "SELECT FROM exchange_event WHERE index >= (SELECT coalesce(max(size), 0) FROM checkpoint) LIMIT 1"
            ).fetchone()
            is None
        )


def _kill_and_restart(server: Server, after: int, counter: list[int], tick: threading.Condition) -> None:
    """Kill the process as soon as so many inquiries have ended, while others are under way."""
    with tick:
        assert tick.wait_for(lambda: len(counter) >= after, timeout=PATIENCE_SECONDS)
    server.kill()
    server.start()


@pytest.mark.parametrize("victim", ["gateway", "network"])
@pytest.mark.parametrize("after", [9])
@pytest.mark.thorough
def test_records_reconcile_after_a_kill_under_load(
    fragile_exchange: Exchange, victim: str, after: int
) -> None:
    exchange = fragile_exchange
    _prepare(exchange)
    ended: list[int] = []
    tick = threading.Condition()

    def ask(n: int) -> None:
        with suppress(Refused):
            exchange.inquire(f"C-{n % PEOPLE}")
        with tick:
            ended.append(n)
            tick.notify_all()

    server = exchange.gateway if victim == "gateway" else exchange.network
    with ThreadPoolExecutor(8) as pool:
        killer = pool.submit(_kill_and_restart, server, after, ended, tick)
        list(pool.map(ask, range(60)))
        killer.result()
    # a settled restart: whatever is open belongs to a process that is gone
    exchange.gateway.stop()
    exchange.gateway.start()
    eventually(partial(_settled, exchange), "settled inquiries")

    reconciled = _manage(exchange, "reconcile")
    assert reconciled.returncode == 0, reconciled.stdout + reconciled.stderr
    audited = _manage(exchange, "audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr
    assert Outcome.OPEN not in {side.outcome for side in _sides(exchange, CITY)}
    assert exchange.inquire("C-0").outcome is Outcome.PROVIDED
    used = [side.permit_digest for side in _sides(exchange, FORMER_CITY)]
    assert len(used) == len(set(used)), "a permit was used twice"


def test_reconciliation_finds_a_record_that_one_side_lost(
    fragile_exchange: Exchange, postgres: PostgresServer
) -> None:
    exchange = fragile_exchange
    _prepare(exchange)
    request_id = str(exchange.inquire("C-0").request_id)
    eventually(partial(_settled, exchange), "settled inquiries")
    one = _manage(exchange, "reconcile", "--request-id", request_id)
    assert (one.returncode, one.stdout.splitlines()[-1]) == (0, "三つの記録は一致しています。")
    with postgres.connect_admin(exchange.gateway_database.name) as admin:
        admin.execute("DELETE FROM side_record WHERE side = 'provider'")
    found = _manage(exchange, "reconcile")
    assert found.returncode != 0
    assert "食い違い" in found.stdout
    one = _manage(exchange, "reconcile", "--request-id", request_id)
    assert one.returncode != 0
    assert "提供者　　　：記録なし" in one.stdout


def test_a_lost_database_stops_exchanges_and_says_so(
    fragile_exchange: Exchange, postgres: PostgresServer
) -> None:
    """No record, no exchange: nothing moves while the core cannot write."""
    exchange = fragile_exchange
    _prepare(exchange)
    name = exchange.network_database.name
    database = psycopg.sql.Identifier(name)
    with postgres.connect_admin() as admin:
        admin.execute(psycopg.sql.SQL("ALTER DATABASE {} CONNECTION LIMIT 0").format(database))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        assert exchange.refusal(lambda: exchange.inquire("C-1")) == (Hop.NETWORK, Reason.RECORD_UNAVAILABLE)
        assert not exchange.network.is_ready()
        admin.execute(psycopg.sql.SQL("ALTER DATABASE {} CONNECTION LIMIT -1").format(database))
    assert _sides(exchange, FORMER_CITY) == []
    assert exchange.inquire("C-2").outcome is Outcome.PROVIDED


@pytest.mark.thorough
def test_the_receipts_of_a_thousand_exchanges_verify(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    _prepare(exchange)

    def ask_about_all(_: int) -> tuple[InquiryResult, ...]:
        return exchange.ask(*(inquiry_of(f"C-{n}") for n in range(PEOPLE)))

    with ThreadPoolExecutor(8) as pool:
        results = [result for results in pool.map(ask_about_all, range(1000 // PEOPLE)) for result in results]
    assert [result.outcome for result in results] == [Outcome.PROVIDED] * 1000
    eventually(partial(_settled, exchange), "settled inquiries")
    written = _manage(exchange, "write_receipts", "-")
    assert written.returncode == 0, written.stderr
    receipts = written.stdout.split("\f")[:-1]
    assert len(receipts) == 3000  # permit, provision, arrival of each
    for text in receipts:
        tlog.verify_receipt(text, exchange.vkey)
    assert _manage(exchange, "audit").returncode == 0
