"""A process whose clock is five minutes off (libfaketime): nothing moves, who is refused is told why, and with the right time everything goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.directory import sign_directory
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason
from tests.faults.counts import count
from tests.faults.reckoning import manage, settled
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    TAX,
    Exchange,
    Server,
    inquiry_of,
    resident_code,
    running_exchange,
    uvicorn_command,
)
from tests.support.ports import free_port
from tests.support.tools import find, needs
from tests.support.waiting import eventually

LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
)
LIBRARY = next((one for one in LIBRARIES if find(one)), LIBRARIES[0])

pytestmark = needs(LIBRARY)


class Clocks:
    """An exchange whose inquirer's gateway, core and provider's gateway are processes of their own."""

    def __init__(self, exchange: Exchange, provider: Server) -> None:
        self.exchange = exchange
        self.servers = {"inquirer": exchange.gateway, "network": exchange.network, "provider": provider}

    def set(self, who: str, offset: str | None) -> None:
        """Start the process anew with its clock so far off, e.g. ``+5m``; None: with the right time."""
        server = self.servers[who]
        server.stop()
        faked = {"LD_PRELOAD": LIBRARY, "FAKETIME": offset or "", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        right = {name: value for name, value in server.environment.items() if name not in faked}
        server.environment = right | faked if offset else right
        server.start()

    def counted(self) -> int:
        """Messages that somebody refused for the clock of their sender."""
        query = "SELECT coalesce(sum(count), 0) FROM refused_message WHERE reason = 'clock_off'"
        urls = [self.exchange.network_database.url, *self.exchange.gateway_database.tenant_urls.values()]
        total = 0
        for url in urls:
            with psycopg.connect(url) as connection:
                row = connection.execute(query.encode()).fetchone()
                total += int(row[0]) if row else 0
        return total

    def provisions(self) -> int:
        """What the provider has recorded as provided."""
        with psycopg.connect(
            self.exchange.gateway_database.tenant_urls[FORMER_CITY.replace(".", "_")]
        ) as tenant:
            row = tenant.execute("SELECT count(*) FROM side_record WHERE outcome = 'provided'").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def clocks(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Clocks]:
    folder: Path = tmp_path_factory.mktemp("clocks")
    port = free_port()
    elsewhere = {f"gateway.{FORMER_CITY}": f"http://127.0.0.1:{port}/gateway.{FORMER_CITY}"}
    with running_exchange(folder, institution_database, elsewhere=elsewhere) as exchange:
        provider = Server(
            "gateway",
            port,
            exchange.gateway.environment,
            folder / "provider.log",
            uvicorn_command("gateway", port),
        )
        _date_back(exchange)
        provider.start()
        try:
            exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
            exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
            yield Clocks(exchange, provider)
        finally:
            provider.stop()


def _date_back(exchange: Exchange) -> None:
    """The directory was signed a while ago, as directories are; a process whose clock is before its time does not start at all."""
    systems = exchange.systems
    systems.directory_path.write_bytes(
        sign_directory(systems.listed, systems.operator, now=datetime.now(UTC) - timedelta(hours=1))
    )


CASES = (
    ("inquirer", "+5m", Hop.INQUIRER_GATEWAY),
    ("network", "-5m", Hop.NETWORK),
    ("provider", "+5m", Hop.PROVIDER_GATEWAY),
)
"""Whose clock is off, and who says no: always the one that is off, as all others are in the right for it."""


@pytest.mark.thorough
def test_nothing_moves_while_a_clock_is_five_minutes_off(clocks: Clocks) -> None:
    exchange = clocks.exchange
    pending = []
    for who, offset, hop in CASES:
        inquiry, counted = inquiry_of("C-1"), clocks.counted()
        clocks.set(who, offset)
        said = exchange.refusal(partial(exchange.inquire, "C-1", request_id=inquiry.request_id))
        assert said == (hop, Reason.CLOCK_OFF), who
        assert clocks.counted() > counted, f"{who} counts it at the sender"
        assert clocks.provisions() == 0, who
        clocks.set(who, None)
        pending.append(inquiry)

    first, *others = pending
    assert exchange.ask(first)[0].outcome is Outcome.PROVIDED, "it was refused as a message; now it is taken"
    assert {one.outcome for one in exchange.ask(*others)} == {Outcome.OPEN}, (
        "what was opened is visibly pending"
    )
    clocks.set("inquirer", None)  # what the process before had in hand is settled at once
    eventually(lambda: settled(exchange), "the end of what was pending")
    settled_now = exchange.ask(*others)
    lost = sum(one.outcome is not Outcome.ABANDONED for one in settled_now)
    count("clock five minutes off, of each of the three", "inquiries", len(pending), lost)
    assert {one.outcome for one in settled_now} == {Outcome.ABANDONED}
    assert exchange.inquire("C-1").outcome is Outcome.PROVIDED
    eventually(lambda: settled(exchange), "all notices at the core")
    for command in ("reconcile", "audit"):
        done = manage(exchange, command)
        assert done.returncode == 0, done.stdout + done.stderr
