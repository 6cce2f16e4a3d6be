"""A real NATS server with JetStream for tests, one node or a cluster of three, on files."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port
from tests.support.tools import find
from tests.support.waiting import PATIENCE_SECONDS


@dataclass(slots=True)
class NatsServer:
    """One node; it can be killed and started again on the same ports and files."""

    folder: Path
    name: str
    port: int
    monitor: int
    cluster_port: int | None = None
    routes: tuple[int, ...] = ()
    settings: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = find("nats-server")
        assert program is not None
        self.folder.mkdir(exist_ok=True)
        lines = [
            f'server_name: "{self.name}"',
            'host: "127.0.0.1"',
            f"port: {self.port}",
            f'http: "127.0.0.1:{self.monitor}"',
            f'jetstream {{ store_dir: "{self.folder}" }}',
        ]
        if self.cluster_port is not None:
            routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in self.routes)
            lines.append(
                f'cluster {{ name: "mesh", host: "127.0.0.1", port: {self.cluster_port}, routes: [{routes}] }}'
            )
        lines.append(self.settings)
        config = self.folder / "nats.conf"
        config.write_text("\n".join(lines))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)

    def wait(self) -> None:
        """Until JetStream answers on this node."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.monitored("/healthz").get("status") != "ok":
            if time.monotonic() > deadline:
                raise RuntimeError(f"nats-server did not start:\n{(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def monitored(self, path: str) -> dict[str, object]:
        """What the node says of itself; empty when it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.monitor, timeout=2)
        try:
            connection.request("GET", path)
            answer: dict[str, object] = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        else:
            return answer
        finally:
            connection.close()

    def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def running_nats(folder: Path, nodes: int = 1, settings: str = "") -> Iterator[list[NatsServer]]:
    """One node, or a cluster of several. ``settings``: more lines for the configuration of each."""
    ports = [(free_port(), free_port(), free_port()) for _ in range(nodes)]
    servers = [
        NatsServer(
            folder / f"nats-{number}",
            f"n{number}",
            client,
            monitor,
            route if nodes > 1 else None,
            tuple(other for _, _, other in ports if other != route),
            settings,
        )
        for number, (client, monitor, route) in enumerate(ports)
    ]
    with contextlib.ExitStack() as stack:
        for server in servers:
            stack.callback(server.kill)
            server.start()
        for server in servers:
            server.wait()
        yield servers
