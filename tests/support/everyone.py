"""The log for everyone: core, gateway, the network's web face, the commission's witness and monitor, on real databases."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mynumber.foundation import tlog
from mynumber.foundation.tlog import NoteRefused, VerifierKey, verify_under
from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.launch import serve_command
from mynumber.platform.registry import processes_of
from tests.support.commission import Commission, make_commission
from tests.support.exchange import Exchange, Server, running_exchange
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS


@dataclass(slots=True)
class Everyone:
    """Core, gateway, the network's web face, witness and monitor."""

    exchange: Exchange
    web: Server
    commission: Commission

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def checkpoint(self) -> str | None:
        status, _, body = self.get("/log/checkpoint")
        return body.decode() if status == 200 else None

    def cosigned(self, size: int = 1) -> tlog.Witnessed | None:
        """What is shown, if it is cosigned and so large."""
        text = self.checkpoint()
        try:
            witnessed = verify_under(text, self.commission.policy) if text else None
        except NoteRefused:
            return None
        return witnessed if witnessed and witnessed.checkpoint.size >= size else None

    def move_to(self, database: InstitutionDatabase) -> None:
        """Let the network go on with another database and the same keys: another log in the name of the first."""
        for server in (self.exchange.network, self.web):
            server.stop()
            server.environment = {**server.environment, "DATABASE_URL": database.url}
            server.start()
        self.exchange.network_database = database


@contextmanager
def running_everyone(
    folder: Path,
    institution_database: Callable[..., InstitutionDatabase],
    *,
    elsewhere: Mapping[str, str] | None = None,
) -> Iterator[Everyone]:
    """``elsewhere`` as in :func:`running_exchange`."""
    with running_exchange(folder, institution_database, elsewhere=elsewhere) as exchange:
        port = free_port()
        commission = make_commission(
            folder,
            institution_database,
            log_key=VerifierKey.parse(exchange.vkey),
            log_url=f"http://127.0.0.1:{port}/log",
        )
        network = exchange.network
        network.stop()
        network.environment = {**network.environment, "MYNUMBER_LOG_POLICY": str(commission.policy_path)}
        process = next(one for one in processes_of("network") if one.name == "network")
        web = Server(
            "network web",
            port,
            network.environment,
            folder / "web.log",
            tuple(serve_command(process, f"127.0.0.1:{port}")),
        )
        servers = (network, web, commission.witness, commission.monitor)
        try:
            for server in servers:
                server.start()
            yield Everyone(exchange, web, commission)
        finally:
            for server in servers:
                server.stop()
