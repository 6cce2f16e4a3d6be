"""The commission's witness and monitor as real processes on a real database."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.tlog import Policy, VerifierKey, WitnessSigner
from mynumber.foundation.tlog.policy import KnownLog, KnownWitness
from mynumber.platform.databases import InstitutionDatabase
from tests.support.exchange import Server
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS

WITNESS = "witness.invalid/commission"
LOOKS_SECONDS = "0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the witness answered."""

    status: int
    content_type: str
    text: str


@dataclass(slots=True)
class Commission:
    """Both processes, their database and the witness's key."""

    witness: Server
    monitor: Server
    database: InstitutionDatabase
    signer: WitnessSigner
    policy_path: Path

    @property
    def policy(self) -> Policy:
        return Policy.parse(self.policy_path.read_text())

    def add(self, body: str | bytes) -> Answer:
        """POST add-checkpoint."""
        data = body if isinstance(body, bytes) else body.encode()
        return self._ask(self.witness, "POST", "/witness/add-checkpoint", data)

    def get(self, path: str) -> Answer:
        """GET from the witness."""
        return self._ask(self.witness, "GET", path)

    def state(self) -> dict[str, Any]:
        """What the monitor says of itself."""
        state: dict[str, Any] = json.loads(self._ask(self.monitor, "GET", "/monitor/state").text)
        return state

    def readiness(self) -> Answer:
        return self._ask(self.monitor, "GET", "/readyz")

    def alarms(self) -> dict[str, str]:
        """Kind and evidence of the open alarms."""
        with psycopg.connect(self.database.url) as connection:
            return dict(
                connection.execute("SELECT kind, evidence FROM alarm WHERE closed_at IS NULL").fetchall()
            )

    def _ask(self, server: Server, method: str, path: str, body: bytes | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            return Answer(
                response.status, response.getheader("Content-Type") or "", response.read().decode("utf-8")
            )
        finally:
            connection.close()


def write_policy(path: Path, log: VerifierKey, log_url: str, witness: VerifierKey, port: int) -> None:
    """One log, one witness, whose signature is needed."""
    policy = Policy(
        (KnownLog(log, log_url),),
        (KnownWitness("commission", witness, f"http://127.0.0.1:{port}/witness"),),
        quorum="commission",
    )
    path.write_text(policy.to_text())


def make_commission(
    folder: Path,
    institution_database: Callable[..., InstitutionDatabase],
    *,
    log_key: VerifierKey,
    log_url: str,
) -> Commission:
    """Keys, policy and database; nothing runs yet."""
    signer = WitnessSigner.generate(WITNESS)
    keys = folder / "commission-keys"
    KeyRing.create(keys).add_secret("witness", signer.to_bytes())
    ports = {"api": free_port(), "monitoring": free_port()}
    policy_path = folder / "log.policy"
    write_policy(policy_path, log_key, log_url, signer.verifier_key, ports["api"])
    database = institution_database("commission", migrated=True)
    environment = {
        "MYNUMBER_INSTITUTION": "commission",
        "MYNUMBER_KEYS": str(keys),
        "MYNUMBER_LOG_POLICY": str(policy_path),
        "MYNUMBER_MONITOR_SECONDS": LOOKS_SECONDS,
        "DATABASE_URL": database.url,
    }
    servers = {
        name: Server(
            f"commission {name}",
            port,
            environment,
            folder / f"commission-{name}.log",
            (
                *(sys.executable, "-m", "uvicorn", f"mynumber.institutions.commission.{name}:app"),
                *("--port", str(port), "--loop", "uvloop", "--http", "httptools"),
                *("--log-level", "warning", "--no-access-log"),
            ),
        )
        for name, port in ports.items()
    }
    return Commission(servers["api"], servers["monitoring"], database, signer, policy_path)


@contextmanager
def running(*servers: Server) -> Iterator[None]:
    """Start these, and stop them at the end."""
    try:
        for server in servers:
            server.start()
        yield
    finally:
        for server in servers:
            server.stop()
