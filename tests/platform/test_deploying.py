"""What an institution on a host of its own is set up with: keys, a database elsewhere, addresses to listen at."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner, Result

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.cli import main
from mynumber.platform.databases import Elsewhere
from mynumber.platform.migrations import forget
from mynumber.platform.registry import institution
from mynumber.platform.secret_files import Passwords
from mynumber.platform.settings import Settings
from mynumber.protocols.node import signing_name

ADDRESS = "MYNUMBER_ADMIN_DATABASE_URL"
SECRET = "a-password-of-the-operator"


def typed(home: Path, *words: str, **environment: str) -> Result:
    names = ("DATABASE_URL", "MYNUMBER_KEYS", "MYNUMBER_LISTEN", ADDRESS)
    empty = dict.fromkeys(names, "")
    return CliRunner().invoke(main, words, env={"MYNUMBER_HOME": str(home), **empty, **environment})


def test_keys_are_made_with_the_directory_and_nothing_is_started(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = typed(home, "keys")
    assert done.exit_code == 0, done.output
    assert KeyRing.open(home / "keys" / "network").has(signing_name("network"))
    assert {"directory.jws", "directory.pub", "log.policy"} <= {one.name for one in home.iterdir()}
    assert not (home / "postgres").exists()
    assert stat.S_IMODE(home.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700), "as `up` makes it"
    ring = (home / "keys" / "network").stat()
    typed(home, "keys")
    assert (home / "keys" / "network").stat().st_mtime_ns == ring.st_mtime_ns, "what is there stays"


def test_roles_reach_a_database_elsewhere_by_the_way_of_its_operator(tmp_path: Path) -> None:
    place = Elsewhere(
        f"postgresql://postgres:{SECRET}@127.0.0.1:5432/postgres?sslmode=verify-ca&sslrootcert=/etc/ca.crt",
        Passwords(tmp_path / "passwords.json"),
    )
    password = place.passwords.of("network")
    assert place.url("network", "network") == (
        f"postgresql://network:{password}@127.0.0.1:5432/network?sslmode=verify-ca&sslrootcert=/etc/ca.crt"
    )
    assert SECRET not in repr(place)


def test_roles_do_not_connect_as_the_operator_however_the_address_is_written(tmp_path: Path) -> None:
    """PostgreSQL takes user and password of the options for more than those before the host."""
    place = Elsewhere(
        f"postgresql:///postgres?host=/run/pg&user=postgres&pass%77ord={SECRET}&dbname=postgres&sslkey=/root/key",
        Passwords(tmp_path / "passwords.json"),
    )
    reached = conninfo_to_dict(place.url("network", "network"))
    password = place.passwords.of("network")
    assert reached == {"user": "network", "password": password, "dbname": "network", "host": "/run/pg"}


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [
        ("tax_office", "", "municipality"),
        ("wallet", "", "データベースがありません"),
        ("network", "", ADDRESS),
        ("network", f"postgresql://postgres:{SECRET}@127.0.0.1:1/postgres", "つながりません"),
        ("network", f"postgresql://postgres:{SECRET}@[::/postgres", "作れませんでした"),
    ],
)
def test_a_database_that_cannot_be_made_is_said_so_and_no_password(
    tmp_path: Path, name: str, address: str, words: str
) -> None:
    done = typed(
        tmp_path / "home",
        "create-database",
        name,
        "--secrets",
        str(tmp_path / "secrets"),
        **{ADDRESS: address},
    )
    assert (done.exit_code, words in done.output) == (1, True), done.output
    assert SECRET not in done.output
    assert not (tmp_path / "secrets").exists()


def test_a_restore_on_a_host_that_keeps_no_note_of_migrations_leaves_none(tmp_path: Path) -> None:
    settings = Settings.from_environment({"MYNUMBER_HOME": str(tmp_path / "home")})
    forget(settings, institution("network"))
    assert not settings.home.exists()


@pytest.mark.parametrize(
    ("name", "listen", "words"),
    [
        ("network", "10.0.1.11:8121", "without a port"),
        ("network-api", "10.0.1.11:port", "ADDRESS or ADDRESS:PORT"),
        ("network-api", ":8121", "ADDRESS or ADDRESS:PORT"),
    ],
)
def test_an_address_to_listen_at_is_read_before_anything_starts(
    tmp_path: Path, name: str, listen: str, words: str
) -> None:
    done = typed(tmp_path / "home", "serve", name, MYNUMBER_LISTEN=listen)
    assert (done.exit_code, words in done.output) == (1, True), done.output
    assert not (tmp_path / "home").exists()
