"""docs/operations.md, one institution a host, done for real: three databases under Patroni, two cores behind HAProxy, TLS between hosts.

The files are those of deploy/; only addresses and folders are this machine's (tests/support/deployment.py).
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
import pytest

from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.law import InformationKind
from mynumber.foundation.tlog import LogSigner
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Refused
from tests.support.deployment import DATABASES, MESH, Hosts, hosts
from tests.support.directory import Systems, make_systems
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    KINDS,
    MEMBERS,
    PENSION,
    TAX,
    Exchange,
    Server,
    resident_code,
    uvicorn_command,
)
from tests.support.mesh import AWARDS, Mesh, award
from tests.support.ports import free_port
from tests.support.tools import needs
from tests.support.waiting import PATIENCE_SECONDS, eventually

pytestmark = [
    pytest.mark.thorough,
    needs("patroni", "etcd", "haproxy", "nats-server"),
    pytest.mark.skipif(find_spec("nats") is None, reason="not installed: the extra `mesh` (nats-py)"),
]
CORES = {"core-1": "1.11", "core-2": "1.12"}


@dataclass(slots=True)
class Deployment:
    """The network on hosts, and a gateway that reaches it through the proxy of its own host."""

    hosts: Hosts
    exchange: Exchange
    environment: Mapping[str, str]
    """Of the network's processes and commands."""
    admin_url: str
    person: str

    def command(self, *words: str, **environment: str) -> str:
        """What an operator types on a host of the network."""
        done = subprocess.run(
            [sys.executable, "-m", "mynumber.platform.cli", *words],
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_core(self, name: str) -> None:
        self.hosts.start(
            name,
            [sys.executable, "-m", "mynumber.platform.cli", "serve", "network-api", "--no-migrate"],
            {
                **self.environment,
                "MYNUMBER_HOME": str(self.hosts.folder / name),
                "MYNUMBER_LISTEN": self.hosts.address(CORES[name]),
            },
        )

    def ask(self) -> UUID:
        """An inquiry that is answered, with its id."""
        request = uuid4()
        assert self.exchange.inquire(self.person, request_id=request).outcome is Outcome.PROVIDED
        return request

    def is_answered(self) -> UUID | None:
        with suppress(Refused):
            return self.ask()
        return None

    def recorded(self) -> set[UUID]:
        """The ids of all requests of which the network has a record."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return {one for (one,) in connection.execute("SELECT request_id FROM exchange").fetchall()}

    def nobody_is_connected(self) -> bool:
        with (
            suppress(psycopg.Error),
            psycopg.connect(self.admin_url.replace("/network", "/postgres")) as admin,
        ):
            there = admin.execute("SELECT 1 FROM pg_stat_activity WHERE datname = 'network'").fetchone()
            return there is None
        return False

    def write(self) -> None:
        """Change a row of the network, and come back when that is committed."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute("UPDATE log_state SET id = id")

    def waits_for_a_second_host(self) -> bool:
        with suppress(psycopg.Error), psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            waiting = connection.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
            return waiting.fetchone() is not None
        return False


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployment")
    with hosts() as running:
        for host in DATABASES:
            running.start_etcd(host)
        for host in DATABASES:
            running.start_patroni(host)
        for node in MESH:
            running.start_nats(node)
        running.start_haproxy("host")
        running.start_haproxy("network")
        gateway_port = free_port()
        systems = _systems(folder, running, gateway_port)
        environment = {
            **systems.environment("network"),
            "MYNUMBER_HOME": str(folder / "home"),
            "MYNUMBER_PUBLIC_URL": "https://network.example",
            "MESH_URL": running.mesh_urls("network"),
            "MESH_REPLICAS": "3",
            "SSL_CERT_FILE": str(running.tls / "ca.crt"),
        }
        del environment["MYNUMBER_INSTITUTION"]
        password = quote(running.passwords["PATRONI_SUPERUSER_PASSWORD"])
        admin_url = f"postgresql://postgres:{password}@{running.local}:5432/network"
        running.wait_for_leader()
        exchange = _exchange(folder, running, systems, gateway_port, institution_database)
        made = Deployment(running, exchange, environment, admin_url, "F-1")
        eventually(lambda: _answers(running.local, 5432), "the proxy to the leader")
        secrets = str(folder / "secrets")
        made.command(
            "create-database", "network", "--secrets", secrets, MYNUMBER_ADMIN_DATABASE_URL=admin_url
        )
        urls = {
            kind: (folder / "secrets" / f"network.{kind}").read_text().strip()
            for kind in ("database-url", "owner-url")
        }
        made.environment = {**environment, "DATABASE_URL": urls["database-url"]}
        made.command("run", "network", "migrate", "--no-input", DATABASE_URL=urls["owner-url"])
        for core in CORES:
            made.start_core(core)
        eventually(lambda: _answers(running.local, 8121), "the proxy")
        made.exchange.gateway.start()
        code = resident_code()
        eventually(lambda: _given(made.exchange, code), "the first codes")
        made.exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
        try:
            yield made
        finally:
            made.exchange.gateway.stop()


def _systems(folder: Path, running: Hosts, gateway_port: int) -> Systems:
    """Everybody calls the network at the proxy of its own host."""
    gateways = tuple(f"gateway.{member}" for member in MEMBERS)
    systems = make_systems(
        folder,
        *(*MEMBERS, *gateways, "network", "jlis", "portal", "commission"),
        urls={
            "network": f"http://{running.local}:8121",
            **{gateway: f"http://127.0.0.1:{gateway_port}/{gateway}" for gateway in gateways},
        },
        kinds={**KINDS, **{f"gateway.{member}": kinds for member, kinds in KINDS.items()}},
    )
    ring = systems.node("network").keyring
    ring.add_secret("codes", CodeKeys.generate().to_bytes())
    ring.add_secret("log", LogSigner.generate("test.invalid/log").to_bytes())
    ring.add_secret("django")
    return systems


def _exchange(
    folder: Path,
    running: Hosts,
    systems: Systems,
    port: int,
    institution_database: Callable[..., InstitutionDatabase],
) -> Exchange:
    database = institution_database(
        "gateway", tenants=tuple(member.replace(".", "_") for member in MEMBERS), migrated=True
    )
    gateway = Server(
        "gateway",
        port,
        {
            **systems.environment("gateway"),
            "DATABASE_URL": database.url,
            "MESH_URL": running.mesh_urls("gateway"),
            "SSL_CERT_FILE": str(running.tls / "ca.crt"),
        },
        folder / "gateway.log",
        uvicorn_command("gateway", port),
    )
    return Exchange(systems, gateway, gateway, database, database)


def _answers(address: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((address, port), timeout=2):
        return True
    return False


def _given(exchange: Exchange, code: str) -> bool:
    with suppress(Refused):
        exchange.give_codes({code: {CITY: "F-1", FORMER_CITY: "F-1"}})
        return True
    return False


def test_a_core_takes_over_from_one_that_is_killed(deployment: Deployment) -> None:
    deployment.ask()
    deployment.hosts.kill("core-1")
    asked = {eventually(deployment.is_answered, "an answer without the first core") for _ in range(5)}
    deployment.start_core("core-1")
    deployment.hosts.kill("core-2")
    asked |= {eventually(deployment.is_answered, "an answer without the second core") for _ in range(5)}
    deployment.start_core("core-2")
    assert asked <= deployment.recorded()


def test_events_go_over_three_nodes_of_nats_of_which_one_is_killed(deployment: Deployment) -> None:
    mesh, running = Mesh(deployment.exchange), deployment.hosts
    (person,) = mesh.people(1)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [person])
    first, second = award(person), award(person)
    mesh.publish(PENSION, first)
    mesh.wait_for(CITY, 0, 1)
    stream = eventually(running.stream, "the stream")
    config, cluster = stream["config"], stream["cluster"]
    assert isinstance(config, dict)
    assert isinstance(cluster, dict)
    assert config["num_replicas"] == len(MESH)
    running.kill(f"nats {cluster['leader']}")
    mesh.publish(PENSION, second)
    heard = mesh.wait_for(CITY, 0, 2)
    assert [entry.event_id for entry in heard] == [first.event_id, second.event_id]

    def both_were_there() -> bool:
        state = running.stream().get("state", {})
        return isinstance(state, dict) and state.get("last_seq") == 2

    eventually(both_were_there, "both pages in the stream")  # or the core alone would have told them
    running.start_nats(str(cluster["leader"]))


def test_a_lost_leader_loses_no_record_and_without_a_second_host_nothing_is_committed(
    deployment: Deployment,
) -> None:
    running = deployment.hosts
    leader = running.wait_for_leader()
    asked = {eventually(deployment.is_answered) for _ in range(10)}
    running.kill(f"patroni {leader}", f"etcd {leader}")  # the host is gone

    def shown() -> bool:
        with suppress(psycopg.Error):
            return asked <= deployment.recorded()
        return False

    second = running.wait_for_leader(other_than=leader)
    eventually(shown, "the records at the host that took over")
    asked |= {eventually(deployment.is_answered, "an answer from the host that took over") for _ in range(5)}
    # the third host goes as well: what is committed waits for a second one
    (third,) = set(DATABASES) - {leader, second}
    running.kill(f"patroni {third}")
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(deployment.write)
        eventually(deployment.waits_for_a_second_host, "a commit that waits")
        assert not written.done()
        running.start_etcd(leader)
        running.start_patroni(leader)
        written.result(PATIENCE_SECONDS)
    running.wait_for_leader()
    asked |= {eventually(deployment.is_answered, "an answer again") for _ in range(3)}
    assert asked <= deployment.recorded()
    assert "異常はありません" in deployment.command("network", "audit")
    running.start_patroni(third)


def test_the_drill_of_a_restore_on_these_hosts(deployment: Deployment, tmp_path: Path) -> None:
    """docs/operations.md, Backup and restore, with a PostgreSQL of one's own."""
    words, file = tmp_path / "words", tmp_path / "network.backup"
    words.write_text("words that nobody else knows\n")
    words.chmod(0o600)
    deployment.hosts.wait_for_leader()
    kept = eventually(deployment.is_answered, "an answer")
    sealed = ("network", str(file), "--passphrase-file", str(words))
    deployment.command("backup", *sealed, MYNUMBER_ADMIN_DATABASE_URL=deployment.admin_url)
    deployment.hosts.kill(*CORES)
    eventually(deployment.nobody_is_connected, "the end of the connections")
    said = deployment.command("restore", *sealed, MYNUMBER_ADMIN_DATABASE_URL=deployment.admin_url)
    assert "network__replaced_" in said
    for core in CORES:
        deployment.start_core(core)
    assert kept in deployment.recorded()
    assert "異常はありません" in deployment.command("network", "audit")
    assert eventually(deployment.is_answered, "an answer after the restore") in deployment.recorded()


def test_a_stranger_gets_no_message_through_and_a_visitor_no_figures(deployment: Deployment) -> None:
    running = deployment.hosts
    trusting = ssl.create_default_context(cafile=str(running.tls / "ca.crt"))
    stranger = http.client.HTTPSConnection(running.address("0.10"), 8443, context=trusting, timeout=10)
    stranger.connect()  # TLS 1.3: the server says what it thinks of the certificate that is missing after the handshake
    stranger.send(
        b"POST /messages/permit-requests.v2 HTTP/1.1\r\nHost: network.example\r\nContent-Length: 0\r\n\r\n"
    )
    assert stranger.sock is not None
    with pytest.raises(OSError, match=r"(?i)certificate required|reset"):
        stranger.sock.recv(1)
    stranger.close()
    for path in (
        "/metrics",
        "/messages/permit-requests.v2",
        "//messages/x",
        "/%6dessages/x",
        "/a/../metrics",
    ):
        visitor = http.client.HTTPSConnection(running.address("0.10"), 8444, context=trusting, timeout=10)
        visitor.request("GET", path)
        assert visitor.getresponse().status == 404, path
        visitor.close()
