"""The network's core alone: one process or several on one database, for tests and measurements that need no gateway.

The test plays the gateways: it signs with their keys and sends over HTTP, and it opens what was sealed to them.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import msgspec
import psycopg

from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.tlog import LogSigner
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.support.directory import Systems, make_systems
from tests.support.exchange import KINDS, MEMBERS, Server, uvicorn_command
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


@dataclass(slots=True)
class RunningCore:
    """The processes of a core and the keys of everybody who talks to it."""

    systems: Systems
    servers: tuple[Server, ...]
    database: InstitutionDatabase
    keys: CodeKeys
    databases: tuple[InstitutionDatabase, ...] = ()
    """The database of each server; of a core on one database the same."""
    _nodes: dict[str, Node] = field(default_factory=dict)

    def node(self, system: str) -> Node:
        institution = system.partition(".")[0]
        if institution not in self._nodes:
            self._nodes[institution] = self.systems.node(institution)
        return self._nodes[institution]

    def give_codes(self, members: Iterable[str], people: Iterable[str]) -> None:
        """Record codes as issued, for what has no gateway to deliver them to; people are resident codes."""
        rows = [
            (member, self.keys.issue(member, person).to_text()) for member in members for person in people
        ]
        for url in {database.owner_url for database in (self.database, *self.databases)}:
            with psycopg.connect(url) as connection, connection.cursor() as cursor:
                with cursor.copy("COPY issued_code (member, code, issued_at) FROM STDIN") as copy:
                    for member, code in rows:
                        copy.write_row((member, code, datetime.now(UTC)))
                cursor.execute("ANALYZE issued_code")

    def code(self, member: str, person: str) -> str:
        return self.keys.issue(member, person).to_text()

    def call(
        self,
        message: Message[Q, A],
        question: Q,
        *,
        sender: str,
        process: int = 0,
        at: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> A:
        """Ask one of the processes and read its answer. Raises Refused."""
        node = self.node(sender)
        outgoing = wire.prepare(
            node, message, question, sender=sender, receiver="network", hop=Hop.INQUIRER_GATEWAY, now=at()
        )
        status, body = self.send(message.name, outgoing.token, process=process)
        return wire.conclude(node, outgoing, status, body, hop=Hop.INQUIRER_GATEWAY, now=datetime.now(UTC))

    def send(self, name: str, token: bytes, *, process: int = 0) -> tuple[int, bytes]:
        """Send raw bytes as a message; status and body of what comes back."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.servers[process].port, timeout=PATIENCE_SECONDS
        )
        connection.request(
            "POST", f"/messages/{name}", body=token, headers={"Content-Type": wire.CONTENT_TYPE}
        )
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def refusal(self, act: Callable[[], object]) -> tuple[Hop, Reason]:
        """The refusal that an act ends in."""
        try:
            act()
        except Refused as refused:
            return refused.hop, refused.reason
        raise AssertionError("nothing refused it")

    def manage(self, *command: str) -> str:
        """What a management command of the network prints. Raises CalledProcessError when it fails."""
        return subprocess.run(
            [sys.executable, "-m", "mynumber.webkit.manage", "network", *command],
            env={
                **self.servers[0].environment,
                "PATH": "",
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def rows(self, query: str, *arguments: object) -> list[tuple[object, ...]]:
        """What the core's database holds."""
        with psycopg.connect(self.database.owner_url) as connection:
            return connection.execute(query, arguments).fetchall()


@contextmanager
def running_core(
    folder: Path,
    institution_database: Callable[..., InstitutionDatabase],
    *,
    processes: int = 1,
    homes: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    command: Callable[[str, int], tuple[str, ...]] = uvicorn_command,
    blind: bool = False,
) -> Iterator[RunningCore]:
    """Start the processes of a core on one fresh database, and stop them at the end.

    ``homes``: member -> another core at which it is at home; each of those runs as one process on a database of its own.
    ``blind``: they take blind requests, too.
    """
    homes = homes or {}
    further = tuple(sorted(set(homes.values())))
    ports = [free_port() for _ in range(processes)]
    names = ["network"] * processes + list(further)
    ports += [free_port() for _ in further]
    gateways = tuple(f"gateway.{member}" for member in MEMBERS)
    systems = make_systems(
        folder,
        *MEMBERS,
        *gateways,
        *("network", "jlis", "portal", "commission", *further),
        urls={name: f"http://127.0.0.1:{port}" for name, port in zip(names, ports, strict=True)},
        cores={member: (core,) for member, core in homes.items()},
        kinds={**KINDS, **{f"gateway.{member}": kinds for member, kinds in KINDS.items()}},
        blind=blind,
    )
    keys = CodeKeys.generate()
    databases: dict[str, InstitutionDatabase] = {}
    for name in ("network", *further):
        ring = systems.node(name).keyring
        ring.add_secret("codes", keys.to_bytes())
        ring.add_secret(
            "log", LogSigner.generate(f"test.invalid/{name.replace('network', 'log')}").to_bytes()
        )
        databases[name] = institution_database("network", migrated=True)
    servers = tuple(
        Server(
            name,
            port,
            {
                **systems.environment(name),
                "DATABASE_URL": databases[name].url,
                **({"MYNUMBER_NETWORK_BLIND": "1"} if blind else {}),
                **(environment or {}),
            },
            folder / f"network-{port}.log",
            command("network", port),
        )
        for name, port in zip(names, ports, strict=True)
    )
    try:
        for server in servers:
            server.start()
        yield RunningCore(
            systems, servers, databases["network"], keys, tuple(databases[name] for name in names)
        )
    finally:
        for server in servers:
            server.stop()
