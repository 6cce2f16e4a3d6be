"""The commission's page: the state of each log, its growth, alarms with their evidence; in a browser too."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from mynumber.foundation.tlog import LogSigner, Policy, WitnessSigner
from mynumber.institutions.commission.monitor.growth import draw
from mynumber.platform.databases import InstitutionDatabase
from tests.support.commission import write_policy
from tests.support.logs import MemoryLog, leaves
from tests.support.tools import needs
from tests.webkit import faces
from tests.webkit.face.serving import CHROMIUM, DESK, PHONE, browsing, look_at, serving

PROJECT = "mynumber.institutions.commission.settings"
faces.install(PROJECT)
SIGNER = LogSigner.generate("log.invalid/records")
WITNESS = WitnessSigner.generate("witness.invalid/commission")
AT = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "log.policy"
    write_policy(path, SIGNER.verifier_key, "http://127.0.0.1:9/log", WITNESS.verifier_key, 9)
    return path


@pytest.fixture
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("commission", migrated=True)


@pytest.fixture
def client(database: InstitutionDatabase, policy: Path) -> Iterator[Client]:
    with faces.face(PROJECT, database, MYNUMBER_LOG_POLICY=str(policy)):
        yield Client(SERVER_NAME="localhost")


def seen(database: InstitutionDatabase, *, alarm: bool = False) -> MemoryLog:
    """A log that the monitor has followed, and perhaps an alarm."""
    log = MemoryLog(SIGNER, WITNESS)
    with psycopg.connect(database.url) as connection:
        for step in range(30):
            log.add(leaves(40, log.size))
            log.cosigned_at = AT + timedelta(seconds=5 * step)
            connection.execute(
                "INSERT INTO seen_checkpoint (origin, size, root, note, seen_at) VALUES (%s, %s, %s, %s, %s)",
                (SIGNER.origin, log.size, bytes([step]) * 32, log.shown_note(), log.cosigned_at),
            )
        connection.execute(
            "INSERT INTO watched_log (origin, size, root, note, looked_at, witnessed_at) VALUES (%s, %s, %s, %s, %s, %s)",
            (SIGNER.origin, log.size, bytes(32), log.shown_note(), log.cosigned_at, log.cosigned_at),
        )
        if alarm:
            connection.execute(
                "INSERT INTO alarm (origin, kind, evidence, raised_at, last_at, times, closed_because) VALUES (%s, 'fork', %s, %s, %s, 7, '')",
                (SIGNER.origin, f"{log.shown_note()}\n{log.note()}", AT, AT),
            )
    return log


def test_before_the_first_look_the_page_says_so(client: Client) -> None:
    text = client.get("/").content.decode()
    assert "まだ何も見ていません" in text
    assert "これまでに警報はありません。" in text


def test_the_page_shows_size_times_growth_and_that_all_is_well(
    client: Client, database: InstitutionDatabase
) -> None:
    log = seen(database)
    text = client.get("/").content.decode()
    for words in (
        SIGNER.origin,
        ">1200<",
        "2026年11月22日 12:02:25",
        "異常なし",
        "<path d=",
        log.note()[:40],
    ):
        assert words in text, words
    assert "警報が続いています" not in text


def test_the_page_speaks_english_to_who_asks_for_it(client: Client, database: InstitutionDatabase) -> None:
    seen(database, alarm=True)
    client.post("/language", {"language": "en", "next": "/"})
    text = client.get("/").content.decode()
    for words in ("Verified entries", "An alarm is open", "Two histories", "Latest checkpoints"):
        assert words in text
    assert "signed a checkpoint that does not continue" in client.get("/alarms/1").content.decode()


def test_an_alarm_stands_on_top_and_its_page_holds_the_evidence(
    client: Client, database: InstitutionDatabase
) -> None:
    log = seen(database, alarm=True)
    text = client.get("/").content.decode()
    for words in ("警報が続いています", "二つの歴史", "続いています", "/alarms/1"):
        assert words in text
    text = client.get("/alarms/1").content.decode()
    assert log.note().split("\n")[2] in text
    assert "閉じた日時" not in text
    assert client.get("/alarms/2").status_code == 404


def test_a_person_closes_an_alarm_with_a_reason(client: Client, database: InstitutionDatabase) -> None:
    seen(database, alarm=True)
    for number, reason in ((1, " "), (1, "recovered"), (9, "調べた")):
        with pytest.raises(CommandError):
            call_command("close_alarm", str(number), "--because", reason, stdout=io.StringIO())
    call_command("close_alarm", "1", "--because", "台帳の運用者が鍵を移した", stdout=io.StringIO())
    text = client.get("/").content.decode()
    assert "担当者が閉じました" in text
    assert "警報が続いています" not in text
    assert "台帳の運用者が鍵を移した" in client.get("/alarms/1").content.decode()
    with pytest.raises(CommandError):
        call_command("close_alarm", "1", "--because", "もう一度", stdout=io.StringIO())


def test_the_policy_is_there_for_everybody(client: Client, policy: Path) -> None:
    response = client.get("/policy")
    shown = Policy.parse(response.content.decode())
    assert shown == Policy.parse(policy.read_text()).without_addresses()
    assert "http" not in response.content.decode()
    assert response["Content-Type"].startswith("text/plain")
    policy.unlink()
    assert client.get("/policy").status_code == 404


def test_the_drawing_goes_from_the_first_to_the_last_checkpoint() -> None:
    assert draw([]) is None
    assert draw([(AT, 5)]) is None
    growth = draw([(AT, 0), (AT + timedelta(seconds=10), 150), (AT + timedelta(seconds=20), 999)])
    assert growth is not None
    assert [mark.label for mark in growth.sizes] == ["0", "250", "500", "750", "1,000"]
    assert growth.path.startswith(f"M{growth.left:.1f} {growth.bottom:.1f}H")
    ys = [mark.at for mark in growth.sizes]
    assert ys == sorted(ys, reverse=True)
    assert draw([(AT, 7), (AT, 7)]) is not None, "no time and no growth divide by nothing"


@needs(CHROMIUM)
def test_the_pages_are_accessible_on_desk_and_phone(database: InstitutionDatabase, policy: Path) -> None:
    seen(database, alarm=True)
    variables = {
        "DATABASE_URL": database.url,
        "MYNUMBER_PUBLIC_URLS": "{}",
        "MYNUMBER_INSTITUTION": "commission",
        "MYNUMBER_LOG_POLICY": str(policy),
    }
    with (
        serving("mynumber.institutions.commission.wsgi:application", **variables) as address,
        browsing() as browser,
    ):
        page = browser.new_page(viewport=PHONE)
        for path, name in (("/", "commission-home"), ("/alarms/1", "commission-alarm")):
            page.goto(address + path)
            look_at(page, name, PHONE, DESK)
