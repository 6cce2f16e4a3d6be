"""Backup and restore as a drill, on real processes: what was there at the moment of the backup is there again, and what came later is named.

The test plays what an operator does when a host is lost.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.backup import BackupFailed, BackupReason, Place, backup, count_rows, restore
from mynumber.platform.backup_file import BackupProblem, BackupUnusable
from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import ADMIN, Server
from mynumber.platform.registry import institution
from mynumber.protocols.exchange import Outcome
from tests.institutions.network.test_records import Person, run
from tests.support.everyone import Everyone, running_everyone
from tests.support.exchange import Exchange
from tests.support.waiting import eventually

PASSPHRASE = "a passphrase for a drill"


@pytest.fixture
def everyone(tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]) -> Iterator[Everyone]:
    with running_everyone(tmp_path, institution_database) as made:
        yield made


def place(exchange: Exchange, postgres: Server, name: str) -> Place:
    database = exchange.network_database if name == "network" else exchange.gateway_database
    return Place(institution(name), postgres.url(ADMIN, database.name), exchange.systems.keys(name))


def asked(exchange: Exchange, person: Person, times: int) -> set[UUID]:
    """The request ids of so many inquiries that were answered."""
    ids = [uuid4() for _ in range(times)]
    for one in ids:
        assert exchange.inquire(person.at_city, request_id=one).outcome is Outcome.PROVIDED
    return set(ids)


def reported(exchange: Exchange, entries: int) -> None:
    """Wait until the core was told of all ends: three entries an exchange."""

    def told() -> bool:
        with psycopg.connect(exchange.network_database.owner_url) as core:
            return core.execute("SELECT count(*) FROM exchange_event").fetchone() == (entries,)

    eventually(told, f"{entries} entries")


def watched(everyone: Everyone, size: int) -> None:
    """Wait until the monitor has followed the log that far."""

    def followed() -> bool:
        logs = everyone.commission.state()["logs"]
        return bool(logs and logs[0]["size"] >= size)

    eventually(followed, f"the monitor at {size}")


def lose_and_restore(everyone: Everyone, where: Place, file: Path) -> str | None:
    """Stop the network, put it back to the backup, start it again; the name of the database that was replaced."""
    servers = (everyone.exchange.network, everyone.web)
    for server in servers:
        server.stop()
    done = restore(where, PASSPHRASE, file, at=datetime.now(UTC))
    for server in servers:
        server.start()
    return done.replaced


@pytest.mark.thorough
def test_a_gateway_that_was_restored_lacks_exactly_what_came_after_and_reconciliation_names_it(
    everyone: Everyone, postgres: Server, tmp_path: Path
) -> None:
    exchange = everyone.exchange
    where = place(exchange, postgres, "gateway")
    person = Person(exchange, "drill")
    kept = asked(exchange, person, 3)
    reported(exchange, 9)
    head = backup(where, PASSPHRASE, tmp_path / "gateway.backup")
    assert (head.institution, len(head.keys)) == ("gateway", 8)
    lost = asked(exchange, person, 2)
    reported(exchange, 15)
    assert run(exchange, "reconcile").returncode == 0

    exchange.gateway.stop()
    shutil.rmtree(where.keys)  # the host is gone, with its keys
    done = restore(where, PASSPHRASE, tmp_path / "gateway.backup", at=datetime.now(UTC))
    assert set(done.added_keys) == set(head.keys)
    exchange.gateway.start()

    found = run(exchange, "reconcile")
    assert found.returncode != 0
    differences = [line for line in found.stdout.splitlines() if line.startswith("食い違い")]
    assert {UUID(line.split("：")[1].split()[0]) for line in differences} == lost
    assert all("照会者=記録なし" in line and "提供者=記録なし" in line for line in differences)
    shown = run(exchange, "reconcile", *(word for one in kept for word in ("--request-id", str(one))))
    assert "三つの記録は一致しています" in shown.stdout
    # it works, with the codes, copies and keys of before
    asked(exchange, person, 1)


@pytest.mark.thorough
def test_a_network_restored_without_loss_goes_on_and_nobody_is_alarmed(
    everyone: Everyone, postgres: Server, tmp_path: Path
) -> None:
    exchange = everyone.exchange
    where = place(exchange, postgres, "network")
    person = Person(exchange, "drill")
    asked(exchange, person, 3)
    reported(exchange, 9)
    watched(everyone, 9)
    backup(where, PASSPHRASE, tmp_path / "network.backup")
    replaced = lose_and_restore(everyone, where, tmp_path / "network.backup")
    assert replaced is not None

    audit = run(exchange, "audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert "記録 9 件" in audit.stdout
    assert run(exchange, "reconcile").returncode == 0
    asked(exchange, person, 2)
    reported(exchange, 15)
    watched(everyone, 15)
    eventually(lambda: everyone.cosigned(15), "the witness's signature on the log that goes on")
    assert everyone.commission.alarms() == {}
    assert run(exchange, "audit").returncode == 0


@pytest.mark.thorough
def test_a_network_that_lost_entries_is_whole_by_itself_and_the_monitor_says_what_it_lost(
    everyone: Everyone, postgres: Server, tmp_path: Path
) -> None:
    exchange = everyone.exchange
    where = place(exchange, postgres, "network")
    person = Person(exchange, "drill")
    asked(exchange, person, 3)
    reported(exchange, 9)
    watched(everyone, 9)
    backup(where, PASSPHRASE, tmp_path / "network.backup")
    asked(exchange, person, 2)
    reported(exchange, 15)
    watched(everyone, 15)
    lose_and_restore(everyone, where, tmp_path / "network.backup")

    assert run(exchange, "audit").returncode == 0
    eventually(lambda: "rewind" in everyone.commission.alarms(), "the alarm")
    evidence = everyone.commission.alarms()["rewind"]
    sizes = {line for line in evidence.splitlines() if line.isdigit()}
    assert {"9", "15"} <= sizes, "both states, signed by the log: entries 9 to 14 are gone"
    # it goes on another way: that is a fork, which the witness does not sign
    asked(exchange, person, 3)
    reported(exchange, 18)
    eventually(lambda: "fork" in everyone.commission.alarms(), "the alarm of the fork")
    assert everyone.cosigned(18) is None


def test_a_backup_is_of_one_moment_while_exchanges_go_on(
    everyone: Everyone, postgres: Server, tmp_path: Path
) -> None:
    exchange = everyone.exchange
    where = place(exchange, postgres, "network")
    person = Person(exchange, "drill")
    asked(exchange, person, 2)
    head = backup(where, PASSPHRASE, tmp_path / "network.backup")
    asked(exchange, person, 2)
    lose_and_restore(everyone, where, tmp_path / "network.backup")
    assert head.tables["exchange"] == 2
    audit = run(exchange, "audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr


def walls(url: str) -> list[tuple[object, ...]]:
    """Owners, rights, row-level policies and functions of a database."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            """
            SELECT 'table', relname::text, relowner::regrole::text, ARRAY(SELECT unnest(relacl)::text ORDER BY 1)::text, relrowsecurity::text, relforcerowsecurity::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT 'policy', polname::text, polrelid::regclass::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid), polcmd::text FROM pg_policy
            UNION ALL SELECT 'function', proname::text, proowner::regrole::text, ARRAY(SELECT unnest(proacl)::text ORDER BY 1)::text, md5(prosrc), prosecdef::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'schema', nspname::text, nspowner::regrole::text, ARRAY(SELECT unnest(nspacl)::text ORDER BY 1)::text, '', '' FROM pg_namespace WHERE nspname = 'public'
            UNION ALL SELECT 'default', defaclrole::regrole::text, defaclobjtype::text, ARRAY(SELECT unnest(defaclacl)::text ORDER BY 1)::text, '', '' FROM pg_default_acl
            UNION ALL SELECT 'database', '', datdba::regrole::text, ARRAY(SELECT unnest(datacl)::text ORDER BY 1)::text, '', '' FROM pg_database WHERE datname = current_database()
            ORDER BY 1, 2, 3, 4, 5
            """
        ).fetchall()


@pytest.fixture
def still(
    tmp_path: Path, institution_database: Callable[..., InstitutionDatabase], postgres: Server
) -> Place:
    """A gateway's database and key ring, and no process."""
    database = institution_database("gateway", tenants=("pension_service",), migrated=True)
    KeyRing.create(tmp_path / "keys").add_secret("django")
    return Place(institution("gateway"), postgres.url(ADMIN, database.name), tmp_path / "keys")


@pytest.mark.thorough
def test_the_walls_of_the_database_come_back(still: Place, tmp_path: Path) -> None:
    before = walls(still.url)
    backup(still, PASSPHRASE, tmp_path / "file")
    done = restore(still, PASSPHRASE, tmp_path / "file", at=datetime.now(UTC))
    assert walls(still.url) == before
    assert done.replaced is not None
    assert walls(still.beside(done.replaced)) == before, "the one from before is kept as it was"


def refused(act: Callable[[], object]) -> BackupReason | BackupProblem:
    try:
        act()
    except BackupFailed as failed:
        return failed.reason
    except BackupUnusable as unusable:
        return unusable.problem
    raise AssertionError("nothing refused it")


def databases(where: Place) -> set[object]:
    with psycopg.connect(where.url) as connection:
        # Other tests make databases of theirs on the same server at the same time.
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname = current_database() OR starts_with(datname, current_database() || '__')"
        ).fetchall()
        return {name for (name,) in found}


def test_a_restore_that_cannot_be_changes_nothing(still: Place, tmp_path: Path) -> None:
    file = tmp_path / "file"
    backup(still, PASSPHRASE, file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert refused(lambda: backup(still, PASSPHRASE, file)) is BackupProblem.ALREADY_THERE
    assert refused(lambda: backup(still, "short", tmp_path / "x")) is BackupProblem.WEAK_PASSPHRASE
    before = databases(still)

    def again(where: Place = still, passphrase: str = PASSPHRASE) -> BackupReason | BackupProblem:
        return refused(lambda: restore(where, passphrase, file, at=datetime.now(UTC)))

    assert again(passphrase=PASSPHRASE + "!") is BackupProblem.NOT_OPENED
    other = Place(institution("network"), still.url, still.keys)
    assert again(other) is BackupReason.ANOTHER_INSTITUTION
    with psycopg.connect(still.url):
        assert again() is BackupReason.IN_USE
    (still.keys / "django.1.secret").write_bytes(b"another secret of this name")
    assert again() is BackupReason.OTHER_KEYS
    assert databases(still) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "keys"], "no draft is left"


def test_a_dump_that_lacks_rows_is_not_restored(
    still: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_more(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
        return {**count_rows(connection), "more": 1}

    with monkeypatch.context() as patch:
        patch.setattr("mynumber.platform.backup.count_rows", one_more)
        backup(still, PASSPHRASE, tmp_path / "file")
    before = databases(still)
    assert (
        refused(lambda: restore(still, PASSPHRASE, tmp_path / "file", at=datetime.now(UTC)))
        is BackupReason.INCOMPLETE
    )
    assert databases(still) == before
