"""Two gateway processes on one database: each has its own in hand, and the living settle what the dead left."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.exchange import ASK, Inquiries, Inquiry, InquiryResult, Outcome
from mynumber.protocols.refusal import Hop
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
from tests.support.rogue_provider import HERE, Presented, RogueProvider
from tests.support.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.thorough  # two processes are killed in turn

GATEWAY = f"gateway.{CITY}"


class Two:
    """One gateway with two processes; the provider is the test's."""

    def __init__(self, exchange: Exchange, provider: RogueProvider, second: Server) -> None:
        self.exchange = exchange
        self.provider = provider
        self.first, self.second = exchange.gateway, second

    def ask(self, server: Server, inquiry: Inquiry) -> InquiryResult:
        """Through one of the two processes."""
        node, now = self.exchange.node(CITY), datetime.now(UTC)
        outgoing = wire.prepare(
            node,
            ASK,
            Inquiries(inquiries=(inquiry,)),
            sender=CITY,
            receiver=GATEWAY,
            hop=Hop.INQUIRER_GATEWAY,
            now=now,
        )
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
        connection.request("POST", f"/{GATEWAY}{ASK.path}", body=outgoing.token)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return wire.conclude(
            node, outgoing, response.status, body, hop=Hop.INQUIRER_GATEWAY, now=datetime.now(UTC)
        ).results[0]

    def recorded(self, request_id: UUID) -> str | None:
        url = self.exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]
        with psycopg.connect(url) as tenant:
            row = tenant.execute(
                "SELECT outcome FROM side_record WHERE side = 'inquirer' AND request_id = %s", [request_id]
            ).fetchone()
        return str(row[0]) if row else None


@pytest.fixture
def two(tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]) -> Iterator[Two]:
    provider = RogueProvider()
    with running_exchange(tmp_path, institution_database, elsewhere={HERE: provider.url}) as exchange:
        provider.node, provider.honest_port = exchange.systems.node("gateway"), exchange.gateway.port
        exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
        exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
        port = free_port()
        second = Server(
            "gateway",
            port,
            exchange.gateway.environment,
            tmp_path / "second.log",
            uvicorn_command("gateway", port),
        )
        second.start()
        try:
            yield Two(exchange, provider, second)
        finally:
            second.stop()
    provider.close()


class Gate:
    """A provider that answers when the test says so."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __call__(self, presented: Presented) -> object:
        self.reached.set()
        assert self.go_on.wait(PATIENCE_SECONDS)
        return presented.honest()


def _ask_behind(two: Two, server: Server, inquiry: Inquiry) -> tuple[Gate, threading.Thread]:
    """An inquiry that is under way in one process for as long as the test likes."""
    gate = Gate()
    two.provider.behaviour = gate  # type: ignore[assignment]

    def ask() -> None:
        with suppress(OSError):  # the process may be killed meanwhile
            two.ask(server, inquiry)

    thread = threading.Thread(target=ask)
    thread.start()
    assert gate.reached.wait(PATIENCE_SECONDS)
    return gate, thread


@pytest.mark.thorough
def test_what_one_process_has_in_hand_the_other_leaves_alone(two: Two) -> None:
    inquiry = inquiry_of("C-1")
    gate, thread = _ask_behind(two, two.first, inquiry)
    two.second.stop()
    two.second.start()  # a start looks for what was left behind
    assert two.ask(two.second, inquiry).outcome is Outcome.OPEN, "asked through the other, it is under way"
    assert not two.provider.withdrawn
    gate.go_on.set()
    thread.join()
    eventually(lambda: two.recorded(inquiry.request_id) == "provided", "its end")
    assert two.ask(two.second, inquiry).outcome is Outcome.PROVIDED


def test_what_a_dead_process_had_in_hand_the_living_settles(two: Two) -> None:
    two.provider.says_of_withdrawal = Outcome.PROVIDED
    inquiry = inquiry_of("C-1")
    gate, thread = _ask_behind(two, two.first, inquiry)
    two.first.kill()
    eventually(lambda: two.recorded(inquiry.request_id) == "lost", "its end")
    gate.go_on.set()
    thread.join()
    assert [one.request_id for one in two.provider.withdrawn] == [inquiry.request_id]
    assert two.ask(two.second, inquiry).outcome is Outcome.LOST


@pytest.mark.thorough
def test_a_process_taken_for_dead_tells_what_the_living_have_recorded(two: Two) -> None:
    """It stops for longer than it may, as a machine that is paused; then its answer comes, and is not handed on."""
    two.provider.says_of_withdrawal = Outcome.PROVIDED
    inquiry = inquiry_of("C-1")
    gate, thread = _ask_behind(two, two.first, inquiry)
    two.first.pause()
    eventually(lambda: two.recorded(inquiry.request_id) == "lost", "its end")
    gate.go_on.set()
    two.first.go_on()
    thread.join()
    eventually(two.first.is_ready, "the process that goes on")
    result = two.ask(two.first, inquiry)
    assert (result.outcome, bytes(result.fact)) == (Outcome.LOST, b"null")
    assert two.recorded(inquiry.request_id) == "lost"
