"""J-LIS as a real process beside the running network and gateway, so that a town's commands really get their answers."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mynumber.platform.databases import InstitutionDatabase
from tests.support.exchange import Exchange
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS

WSGI = "mynumber.institutions.jlis.wsgi:application"


@contextmanager
def running_jlis(exchange: Exchange, database: InstitutionDatabase, log: Path) -> Iterator[None]:
    """Start J-LIS with its CA and list its address in the directory of the exchange."""
    port = free_port()
    environment = {
        **os.environ,
        **exchange.systems.environment("jlis"),
        "DATABASE_URL": database.url,
        "MYNUMBER_PUBLIC_URLS": "{}",
    }
    _run(["mynumber.webkit.manage", "jlis", "create_ca"], environment)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
                *("--port", str(port), "--blocking-threads", "2", "--no-ws", "--no-log", WSGI),
            ],
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            while not _answers(port):
                assert process.poll() is None, log.read_text()
            exchange.systems.moved({"jlis": f"http://127.0.0.1:{port}"})
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_SECONDS)


def _run(arguments: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
