"""After seven years records and salts go and leaves stay: nobody deletes earlier, and the audit tells one from the other."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import REQUEST_PERMITS, PermitRequests
from tests.institutions.network.test_requests import request
from tests.support.core import RunningCore, running_core
from tests.support.exchange import CITY, FORMER_CITY, resident_code
from tests.support.waiting import eventually

EIGHT_YEARS = timedelta(days=8 * 366)


@pytest.fixture
def aged(tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]) -> Iterator[RunningCore]:
    """A core with three exchanges and a disclosure of eight years ago, their checkpoint as old, and one exchange of today."""
    with running_core(tmp_path, institution_database) as core:
        person = resident_code()
        core.give_codes((CITY, FORMER_CITY), (person,))
        (server,) = core.servers
        server.stop()  # the log shall first see the records when they are old
        _old_records(core, 3)
        server.start()
        _until_integrated(core, 4)
        question = PermitRequests(inquirer=CITY, requests=(request(core, person),))
        core.call(REQUEST_PERMITS, question, sender=f"gateway.{CITY}")
        _until_integrated(core, 5)
        server.stop()  # a running core forgets by itself
        with psycopg.connect(core.database.owner_url) as owner:
            owner.execute(
                "UPDATE checkpoint SET signed_at = %s WHERE size = 4", [datetime.now(UTC) - EIGHT_YEARS]
            )
        yield core


def _old_records(core: RunningCore, count: int) -> None:
    at = datetime.now(UTC) - EIGHT_YEARS
    with psycopg.connect(core.database.owner_url) as owner:
        for index in range(count):
            owner.execute(
                "INSERT INTO exchange SELECT %s, gen_random_uuid(), 'c', %s, 'f', 'o', '81-1', '81-1-3', 'local_tax', false,"
                " %s, decode(repeat('00', 32), 'hex'), NULL, NULL",
                [CITY, FORMER_CITY, at],
            )
            owner.execute(
                "INSERT INTO exchange_event SELECT %s, inquirer, request_id, requested_at, 'network', 'permitted', NULL, NULL,"
                " decode(repeat('11', 32), 'hex') FROM exchange WHERE NOT EXISTS (SELECT FROM exchange_event AS e"
                " WHERE (e.inquirer, e.request_id) = (exchange.inquirer, exchange.request_id))",
                [index],
            )
        owner.execute(
            "INSERT INTO exchange_correction SELECT inquirer, request_id, gen_random_uuid(), 'wrong_value', %s, %s FROM exchange",
            [at, at],
        )
        owner.execute(
            "INSERT INTO event_entry (subscriber, sequence, publisher, event_id, person, kind, information, occurred_at,"
            " grounds, disclosed_at, subscriber_name, publisher_name, index, salt) VALUES"
            " (%s, 1, %s, gen_random_uuid(), '1.p', 'death', 'resident_record', %s, '[]', %s, 'c', 'f', %s,"
            " decode(repeat('22', 32), 'hex'))",
            [CITY, FORMER_CITY, at, at, count],
        )
        owner.execute("UPDATE log_state SET next_index = %s", [count + 1])


def _until_integrated(core: RunningCore, size: int) -> None:
    eventually(lambda: core.rows("SELECT max(size) FROM checkpoint") == [(size,)], f"a log of {size}")


def _counts(core: RunningCore) -> tuple[object, ...]:
    """Exchanges, their entries, what was noted on them, disclosures of events."""
    return core.rows(
        "SELECT (SELECT count(*) FROM exchange), (SELECT count(*) FROM exchange_event),"
        " (SELECT count(*) FROM exchange_correction), (SELECT count(*) FROM event_entry)"
    )[0]


def test_what_is_older_than_seven_years_goes_and_the_audit_says_how_much(aged: RunningCore) -> None:
    assert "7年" not in aged.manage("audit")
    assert "3 件の照会の記録（4 行）を消しました" in aged.manage("forget_records")
    assert _counts(aged) == (1, 1, 0, 0)
    audit = aged.manage("audit")
    assert "記録 1 件" in audit
    assert "7年を過ぎて消した記録は 4 件です" in audit
    assert "異常はありません" in audit
    assert "0 件の照会の記録（0 行）を消しました" in aged.manage("forget_records")
    assert len(aged.rows("SELECT * FROM retention_run")) == 1, "a run that found nothing leaves no row"
    _counted(aged)
    old = (
        "SELECT (SELECT count(*) FROM refused_message WHERE hour < now() - interval '7 years')"
        " + (SELECT count(*) FROM asker_day WHERE day < now() - interval '7 years')"
    )
    assert aged.rows(old) == [(2,)]
    aged.servers[0].start()
    eventually(lambda: aged.rows(old) == [(0,)], "old counts gone")
    assert aged.rows("SELECT kind FROM refused_message WHERE kind LIKE 'test%%'") == [("test-new",)]


def _counted(core: RunningCore) -> None:
    """What was refused and who asked, eight years ago and today."""
    with psycopg.connect(core.database.owner_url) as owner:
        for kind, at in (("test-old", datetime.now(UTC) - EIGHT_YEARS), ("test-new", datetime.now(UTC))):
            owner.execute("INSERT INTO refused_message VALUES (%s, %s, '', 'malformed', 1)", [at, kind])
            owner.execute("INSERT INTO asker_day VALUES (%s, %s, %s, 1, 1, 1, 0, 0, 0, 0)", [at, CITY, kind])


@pytest.mark.thorough
def test_what_no_checkpoint_of_that_time_covers_stays(aged: RunningCore) -> None:
    with psycopg.connect(aged.database.owner_url) as owner:
        owner.execute("UPDATE checkpoint SET signed_at = now()")
    aged.manage("forget_records")
    assert _counts(aged) == (4, 4, 3, 1)


@pytest.mark.thorough
def test_an_exchange_that_ended_later_stays_whole(aged: RunningCore) -> None:
    with psycopg.connect(aged.database.owner_url) as owner:
        owner.execute("UPDATE exchange_event SET at = now() - interval '6 years' WHERE index = 1")
    aged.manage("forget_records")
    assert _counts(aged) == (2, 2, 1, 0)


@pytest.mark.parametrize(
    "taken", ["DELETE FROM exchange_event WHERE index = 4", "DELETE FROM exchange_event WHERE index = 0"]
)
@pytest.mark.thorough
def test_the_audit_finds_what_was_taken_away_besides(aged: RunningCore, taken: str) -> None:
    with psycopg.connect(aged.database.owner_url) as owner:
        if (
            "index = 0" in taken
        ):  # one of the old ones, before its time came: one too many is missing afterwards
            owner.execute(taken.encode())
            owner.execute(
                "DELETE FROM exchange WHERE NOT EXISTS (SELECT FROM exchange_event AS e WHERE e.request_id = exchange.request_id)"
            )
    aged.manage("forget_records")
    with psycopg.connect(aged.database.owner_url) as owner:
        owner.execute(taken.encode())
    with pytest.raises(subprocess.CalledProcessError) as failed:
        aged.manage("audit")
    assert "異常" in failed.value.stdout


def test_the_app_can_neither_delete_nor_write_that_it_was_time(aged: RunningCore) -> None:
    for statement in (
        "DELETE FROM exchange",
        "DELETE FROM exchange_event",
        "DELETE FROM exchange_correction",
        "DELETE FROM event_entry",
        "INSERT INTO retention_run VALUES (now(), now(), 4, 4, 4)",
        "UPDATE retention_run SET entries = 4",
    ):
        with psycopg.connect(aged.database.url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement.encode())
