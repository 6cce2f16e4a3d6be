"""The test institution as a real process: Granian, its threads and their connections."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.support.waiting import PATIENCE_SECONDS
from tests.webkit.faces import environment

TOWNS = ("131229", "131130")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("process") / "log"


@pytest.fixture(scope="module")
def port(towns_database: InstitutionDatabase, log_file: Path) -> Iterator[int]:
    """The port of the running process."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--blocking-threads", "8", "--no-ws", "--no-log", "tests.webkit.project.wsgi:application"),
    ]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **environment(towns_database)}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(port, process)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_SECONDS)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            status, _ = _get(port, "/healthz")
        except OSError:
            continue
        assert status == 200
        return
    pytest.fail("the process ended before it was alive")


def test_many_requests_of_two_towns_at_once_never_mix(port: int, towns_database: InstitutionDatabase) -> None:
    for town in TOWNS:
        with psycopg.connect(towns_database.tenant_urls[town]) as tenant:
            tenant.execute(
                "INSERT INTO webkit_project_entry (tenant, text) VALUES (%s, %s)", (town, f"of {town}")
            )
    paths = [f"/{town}/entries" for town in TOWNS] * 200
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda path: (path, _get(port, path)), paths))
    assert {(path, *answer) for path, answer in answers} == {
        (f"/{town}/entries", 200, f"of {town}") for town in TOWNS
    }


def test_each_thread_keeps_one_connection(port: int, towns_database: InstitutionDatabase) -> None:
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: _get(port, "/131229/entries")[0], range(200)))
    assert set(statuses) == {200}
    with psycopg.connect(towns_database.owner_url) as owner:
        row = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'municipality' AND datname = current_database()"
        ).fetchone()
    assert row is not None
    (connections,) = row
    assert 1 <= int(str(connections)) <= 8


def test_broken_connections_are_replaced(port: int, towns_database: InstitutionDatabase) -> None:
    with psycopg.connect(towns_database.url) as app:
        app.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE usename = 'municipality' AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert [_get(port, "/131229/entries")[0] for _ in range(20)] == [200] * 20


def test_every_line_of_the_log_is_json_and_masked(port: int, log_file: Path) -> None:
    assert _get(port, "/131229/write-and-fail?q=123456789018")[0] == 500
    text = log_file.read_text()
    assert "123456789018" not in text
    assert "花子" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert {line["institution"] for line in lines} == {"municipality"}
    assert any(line["event"] == "request failed" for line in lines)


def test_migrations_run_as_the_owner_and_commands_as_the_application(
    institution_database: Callable[..., InstitutionDatabase],
) -> None:
    database = institution_database("courier")
    variables = {
        **os.environ,
        **environment(
            database, MYNUMBER_INSTITUTION="courier", MYNUMBER_OWNER_DATABASE_URL=database.owner_url
        ),
    }

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "mynumber.webkit.manage", "courier", *arguments]
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout

    run("migrate", "--verbosity=0")
    program = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); print(k.fetchone()[0])"
    assert run("shell", "--no-imports", "-c", program).splitlines() == ["courier"]
    with psycopg.connect(database.owner_url) as owner:
        row = owner.execute(
            "SELECT tableowner FROM pg_tables WHERE tablename = 'django_migrations'"
        ).fetchone()
    assert row == ("courier_owner",)
