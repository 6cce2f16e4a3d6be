"""The embedded server starts, survives what machines do to it, and keeps what was committed."""

import os
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import psycopg
import pytest

from mynumber.platform.postgres import ADMIN, SOCKET_NAME, Access, PostgresError, Server, access_rules
from mynumber.platform.secret_files import Passwords


def make(home: Path) -> Server:
    return Server(home / "postgres", Passwords(home / "passwords.json"))


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    server = make(home)
    server.start()
    yield server
    server.stop()


def test_a_second_start_finds_the_running_server(server: Server) -> None:
    first = server.postmaster()
    assert first is not None
    again = make(server.home.parent)
    again.start()
    assert again.postmaster() == first


def test_committed_rows_survive_kill_9_and_the_pid_file_it_leaves(server: Server) -> None:
    with server.connect_admin() as admin:
        admin.execute("CREATE TABLE kept AS SELECT 7 AS x")
    pid = server.postmaster()
    assert pid is not None
    children = psutil.Process(pid).children()
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid), *children] if psutil.pid_exists(pid) else children)
    assert (server.data / "postmaster.pid").exists()
    assert server.postmaster() is None
    server.start()
    with server.connect_admin() as admin:
        assert admin.execute("SELECT x FROM kept").fetchone() == (7,)


def test_a_pid_file_whose_number_belongs_to_another_program_after_a_reboot_is_no_obstacle(
    server: Server,
) -> None:
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n\n\n\nready\n")
    assert server.postmaster() is None
    server.start()
    assert server.postmaster() not in (None, os.getpid())


def test_nothing_of_it_is_open_to_other_accounts(server: Server) -> None:
    for path in (server.home, server.data, server.socket_folder):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    passwords = server.home.parent / "passwords.json"
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600


def test_it_listens_on_no_network_address(server: Server) -> None:
    with server.connect_admin() as admin:
        assert admin.execute("SHOW listen_addresses").fetchone() == ("",)
    pid = server.postmaster()
    assert psutil.Process(pid).net_connections(kind="inet") == []


def test_commits_are_durable_unless_a_test_says_otherwise(server: Server) -> None:
    with server.connect_admin() as admin:
        assert admin.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert admin.execute("SHOW fsync").fetchone() == ("on",)


def test_a_failing_statement_leaves_no_value_in_the_server_s_log(server: Server) -> None:
    with server.connect_admin() as admin:
        admin.execute("CREATE TABLE people (number text PRIMARY KEY)")
        admin.execute("INSERT INTO people VALUES ('123456789018')")
        for statement in ("INSERT INTO people VALUES ('123456789018')", "SELECT '123456789018'::date"):
            with pytest.raises(psycopg.Error, match="123456789018"):
                admin.execute(statement)
    assert "123456789018" not in server.log.read_text()
    assert "ready to accept connections" in server.log.read_text()


def test_a_deep_home_gets_its_socket_under_tmp_in_a_private_folder(home: Path) -> None:
    server = make(home / ("deep" * 20))
    assert server.socket_folder.parent == Path(tempfile.gettempdir())
    server.start()
    try:
        assert (server.socket_folder / SOCKET_NAME).exists()
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        with server.connect_admin() as admin:
            assert admin.execute("SELECT current_user").fetchone() == (ADMIN,)
    finally:
        server.stop()
        server.socket_folder.rmdir()


def test_a_link_that_somebody_put_in_place_of_the_socket_folder_is_refused(tmp_path: Path) -> None:
    server = make(tmp_path / ("deep" * 20))
    server.socket_folder.symlink_to(tmp_path)
    try:
        with pytest.raises(PostgresError, match="belongs to somebody else"):
            server.start()
    finally:
        server.socket_folder.unlink()


def test_access_rules_name_each_database_and_refuse_the_rest() -> None:
    assert access_rules((Access("network", ("network", "network_owner")),)).splitlines()[1:] == [
        f"local all {ADMIN} scram-sha-256",
        'local "network" network,network_owner scram-sha-256',
        "local all all reject",
    ]
