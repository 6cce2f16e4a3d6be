"""Whatever is killed at whatever moment: no event is lost, none comes twice, and each subscriber's order stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import Server as PostgresServer
from mynumber.protocols.events import ChangeEvent
from mynumber.protocols.refusal import Refused
from tests.faults.counts import count
from tests.institutions.mesh.conftest import WITH_NATS
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    PENSION,
    Server,
    running_exchange,
    uvicorn_command,
)
from tests.support.mesh import AWARDS, Mesh, award
from tests.support.nats import NatsServer, running_nats
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.skipif(
    os.environ.get("MYNUMBER_FAULTS") != "1",
    reason="minutes of killing: `make faults`, or MYNUMBER_FAULTS=1",
)

MESSAGES, EVENTS_A_MESSAGE = 40, 10
CITIES = (CITY, FORMER_CITY)


def _prepared(mesh: Mesh) -> list[list[ChangeEvent]]:
    people = mesh.people(7)
    for city in CITIES:
        mesh.subscribe(city, AWARDS)
        mesh.watch(city, AWARDS, people)
    return [
        [award(people[(m * EVENTS_A_MESSAGE + n) % 7], event_id=uuid4()) for n in range(EVENTS_A_MESSAGE)]
        for m in range(MESSAGES)
    ]


def _publish_all(mesh: Mesh, batches: Sequence[Sequence[ChangeEvent]], told: Callable[[int], None]) -> None:
    """Publish as a member's outbox does: the next when the one before is acknowledged, the same again until then."""
    for number, batch in enumerate(batches):
        eventually(partial(_published, mesh, batch), "the gateway's return")
        told(number)


def _published(mesh: Mesh, batch: Sequence[ChangeEvent]) -> bool:
    try:
        assert mesh.publish(PENSION, *batch).refused == ()
    except Refused:
        return False
    return True


def _all_arrived(mesh: Mesh, batches: Sequence[Sequence[ChangeEvent]], fault: str) -> None:
    expected = [event.event_id for batch in batches for event in batch]
    for city in CITIES:
        entries = mesh.wait_for(city, 0, len(expected))
        count(fault, "events", len(expected), len({*expected} - {entry.event_id for entry in entries}))
        assert [entry.event_id for entry in entries] == expected
        assert [entry.sequence for entry in entries] == list(range(1, len(expected) + 1))


def _under_load(mesh: Mesh, acts: Sequence[Callable[[], None]], fault: str) -> None:
    """Publish everything, and let a fault happen each time that another part is published."""
    batches = _prepared(mesh)
    tick, published = threading.Condition(), [0]

    def told(number: int) -> None:
        with tick:
            published[0] = number + 1
            tick.notify_all()

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(_publish_all, mesh, batches, told)
        for number, act in enumerate(acts, start=1):
            due = number * MESSAGES // (len(acts) + 1)
            with tick:
                while published[0] < due:
                    assert tick.wait(timeout=PATIENCE_SECONDS), "nothing is published any more"
            act()
        work.result()
    _all_arrived(mesh, batches, fault)


def _killed(server: Server) -> Callable[[], None]:
    def fault() -> None:
        server.kill()
        server.start()

    return fault


@pytest.mark.parametrize("victim", ["gateway", "network"])
def test_a_process_is_killed_again_and_again(fragile_mesh: Mesh, victim: str) -> None:
    exchange = fragile_mesh.exchange
    server = exchange.gateway if victim == "gateway" else exchange.network
    _under_load(fragile_mesh, [_killed(server)] * 4, f"{victim} killed while events are published")


def test_both_are_killed_and_all_sessions_of_the_database_end(
    fragile_mesh: Mesh, postgres: PostgresServer
) -> None:
    exchange = fragile_mesh.exchange

    def cut() -> None:
        with postgres.connect_admin() as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)",
                [[exchange.network_database.name, exchange.gateway_database.name]],
            )

    acts = [cut, _killed(exchange.network), cut, _killed(exchange.gateway)]
    _under_load(fragile_mesh, acts, "sessions of the database cut while events are published")


def test_another_process_takes_over_from_one_that_is_gone(fragile_mesh: Mesh) -> None:
    """Two processes of a gateway on one database: the work of one goes on in the other."""
    mesh, exchange = fragile_mesh, fragile_mesh.exchange
    batches = _prepared(mesh)
    port = free_port()
    other = replace(exchange.gateway, port=port, command=uvicorn_command("gateway", port), process=None)
    other.start()
    try:
        _publish_all(mesh, batches[:20], lambda _: None)
        exchange.gateway.kill()
        url = exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]
        eventually(lambda: _arrived(url) == 20 * EVENTS_A_MESSAGE)
        exchange.gateway.start()
        _publish_all(mesh, batches[20:], lambda _: None)
        _all_arrived(mesh, batches, "one of two gateways dead while events are published")
    finally:
        other.stop()


def _arrived(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM incoming_event").fetchone()
    assert row is not None
    return int(row[0])


# NATS ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[WITH_NATS])
def nats_cluster(
    tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[tuple[Mesh, list[NatsServer]]]:
    """A mesh over three nodes of NATS, each message on all of them."""
    with running_nats(tmp_path, nodes=3) as nodes, pytest.MonkeyPatch.context() as environment:
        environment.setenv("MESH_URL", ",".join(node.url for node in nodes))
        environment.setenv("MESH_REPLICAS", "3")
        with running_exchange(tmp_path, institution_database) as exchange:
            yield Mesh(exchange), nodes


def test_the_leader_of_the_stream_is_killed(nats_cluster: tuple[Mesh, list[NatsServer]]) -> None:
    mesh, nodes = nats_cluster

    def kill_leader() -> None:
        eventually(lambda: _leader(nodes) is not None)
        leader = _leader(nodes)
        assert leader is not None
        leader.kill()
        leader.start()
        leader.wait()

    _under_load(mesh, [kill_leader, kill_leader], "leader of the NATS cluster killed")
    # every page went through the stream, or this test would be about nothing
    eventually(lambda: _last_place(nodes) > 0)


@pytest.mark.parametrize("transport", [WITH_NATS])
def test_without_nats_the_core_tells_and_with_it_again_nats(
    tmp_path: Path, institution_database: Callable[..., InstitutionDatabase], transport: str
) -> None:
    with running_nats(tmp_path) as (nats,), pytest.MonkeyPatch.context() as environment:
        environment.setenv("MESH_URL", nats.url)
        with running_exchange(tmp_path, institution_database) as exchange:
            mesh = Mesh(exchange)
            batches = _prepared(mesh)
            _publish_all(mesh, batches[:10], lambda _: None)
            eventually(lambda: _last_place([nats]) > 0)
            nats.kill()
            _publish_all(mesh, batches[10:20], lambda _: None)
            for city in CITIES:
                mesh.wait_for(city, 0, 20 * EVENTS_A_MESSAGE)
            nats.start()
            nats.wait()
            before = _last_place([nats])
            _publish_all(mesh, batches[20:], lambda _: None)
            _all_arrived(mesh, batches, "NATS away")
            eventually(lambda: _last_place([nats]) > before)


def _stream(node: NatsServer) -> dict[str, object]:
    accounts = node.monitored("/jsz?streams=1&config=1").get("account_details", [])
    for account in accounts if isinstance(accounts, list) else []:
        for stream in account.get("stream_detail", []):
            if stream["name"] == "MESH":
                found: dict[str, object] = stream
                return found
    return {}


def _leader(nodes: Sequence[NatsServer]) -> NatsServer | None:
    for node in nodes:
        cluster = _stream(node).get("cluster")
        name = cluster.get("leader") if isinstance(cluster, dict) else None
        if name == node.name:
            return node
    return None


def _last_place(nodes: Sequence[NatsServer]) -> int:
    """How many messages the stream has taken in."""
    last = 0
    for node in nodes:
        state = _stream(node).get("state")
        if isinstance(state, dict):
            last = max(last, int(state["last_seq"]))
    return last
