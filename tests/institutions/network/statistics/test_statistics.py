"""Usage: each exchange is counted once, whoever counts; the page says of how many; nothing is scanned for a visitor."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import psycopg
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from psycopg.rows import dict_row

from mynumber.foundation import law
from mynumber.foundation.tlog import LogSigner
from mynumber.institutions.network.statistics.rolling import keep_counts
from mynumber.institutions.network.statistics.usage import RowUsage, Rule, Use
from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.network.test_own_use import affair
from tests.support.directory import make_systems
from tests.support.tools import needs
from tests.webkit import faces
from tests.webkit.face.serving import CHROMIUM, DESK, PHONE, browsing, look_at, serving

PROJECT = "mynumber.institutions.network.settings"
faces.install(PROJECT)
CITY, OTHER = "municipality.131229", "municipality.011002"


@pytest.fixture
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("network", migrated=True)


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    kinds = {CITY: ("municipality", "city"), OTHER: ("municipality", "city")}
    return make_systems(tmp_path, CITY, OTHER, "network", kinds=kinds).environment("network")


@pytest.fixture
def client(database: InstitutionDatabase, variables: dict[str, str]) -> Iterator[Client]:
    with faces.face(PROJECT, database, **variables):
        cache.clear()
        yield Client(SERVER_NAME="localhost")


def ask(
    database: InstitutionDatabase,
    at: datetime,
    *,
    inquirer: str = CITY,
    provision: str | None = "81-1-4",
    reason: str | None = None,
    person: str = "p",
    organisation: str = "子育て支援課",
    non_disclosure: bool = False,
    times: int = 1,
) -> None:
    """Exchanges as the core records them."""
    with psycopg.connect(database.owner_url) as connection:
        for _ in range(times):
            request_id = uuid4()
            connection.execute(
                "INSERT INTO exchange VALUES (%s, %s, '市', 'pension_service', '年金機構', %s, '81-1', %s, 'public_pension_benefit', %s, %s, '', NULL, %s)",
                (inquirer, request_id, organisation, provision, non_disclosure, at, person),
            )
            connection.execute(
                "INSERT INTO exchange_event SELECT coalesce(max(index) + 1, 0), %s, %s, %s, 'network', %s, 'network', %s, '' FROM exchange_event",
                (inquirer, request_id, at, "refused" if reason else "permitted", reason),
            )


def counts(database: InstitutionDatabase) -> tuple[int, int]:
    """Counted by the hour, and by rule."""
    with psycopg.connect(database.url) as connection:
        hours = connection.execute("SELECT coalesce(sum(asked), 0)::int FROM usage_hour").fetchone()
        rows = connection.execute("SELECT coalesce(sum(asked), 0)::int FROM usage_row").fetchone()
    assert hours is not None
    assert rows is not None
    return hours[0], rows[0]


def roll_up() -> str:
    out = io.StringIO()
    call_command("roll_up_usage", stdout=out)
    return out.getvalue()


def test_each_exchange_is_counted_once_however_often_it_is_counted(
    client: Client, database: InstitutionDatabase
) -> None:
    now = datetime.now(UTC)
    assert "0 件" in roll_up()
    ask(database, now - timedelta(days=3), times=2)
    ask(database, now - timedelta(hours=1), provision=None, reason="not_in_table")
    assert "3 件" in roll_up()
    assert counts(database) == (3, 2)
    assert "0 件" in roll_up()
    assert counts(database) == (3, 2)


def test_what_was_just_asked_waits_for_its_record_but_shows_at_once(
    client: Client, database: InstitutionDatabase
) -> None:
    now = datetime.now(UTC)
    ask(database, now - timedelta(minutes=10))
    ask(database, now - timedelta(seconds=1), times=4, inquirer=OTHER)
    roll_up()
    assert counts(database) == (1, 1)
    text = client.get("/statistics/").content.decode()
    assert 'data-label="許可した照会" data-number><span>5<' in text
    assert 'data-label="使った機関" data-number><span>2<' in text
    assert 'data-label="照会できる接続機関" data-number><span>2<' in text


def test_refused_exchanges_use_no_rule(client: Client, database: InstitutionDatabase) -> None:
    ask(database, datetime.now(UTC) - timedelta(hours=2), reason="no_code_held")
    roll_up()
    assert counts(database) == (1, 0)


def listed(client: Client, use: str) -> list[str]:
    """The rules of all pages of a list."""
    found: list[str] = []
    for number in range(1, 30):
        page = client.get(f"/statistics/rules?use={use}&page={number}").content.decode()
        new = re.findall(r'href="/statistics/rules/([^"?]+)"', page)
        if not new or new[0] in found:
            break
        found += new
    return found


def test_every_rule_is_listed_with_its_use_and_those_never_used_are_told_apart(
    client: Client, database: InstitutionDatabase
) -> None:
    rules = [rule.id for rule in law.legal_basis(timezone.localdate()).provisions]
    assert listed(client, "") == listed(client, "never") == rules
    cache.clear()
    ask(database, datetime.now(UTC) - timedelta(minutes=5))
    assert listed(client, "used") == ["81-1-4"]
    assert listed(client, "never") == [rule for rule in rules if rule != "81-1-4"]
    nobody = listed(client, "nobody")
    assert "1-1-1" in nobody, "no insurer is connected"
    assert "81-1-3" not in nobody, "cities are"
    assert client.get("/statistics/rules?use=x").status_code == 422
    assert "当てはまる規定はありません" in client.get("/statistics/rules?use=few").content.decode()
    text = client.get("/statistics/").content.decode()
    for use, words in (("used", "1件を見る"), ("few", "0件を見る"), ("never", f"{len(rules) - 1}件を見る")):
        assert f'href="/statistics/rules?use={use}">{words}' in text


def test_a_rule_that_few_use_is_found_as_such() -> None:
    rule = Rule("81-1-4", "", "", frozenset(), "", frozenset(), frozenset(), date(2024, 5, 27))

    def uses(asked: int, users: int, could: int) -> set[Use]:
        return set(RowUsage(rule, asked, users, could, None, None).uses)

    assert uses(3, 1, 10) == {Use.USED}
    assert uses(3, 1, 11) == {Use.USED, Use.FEW}
    assert uses(0, 0, 11) == {Use.NEVER}
    assert uses(0, 0, 0) == {Use.NEVER, Use.NOBODY}


def test_a_rule_tells_which_of_those_who_could_used_it_and_how_long_after_its_day(
    client: Client, database: InstitutionDatabase
) -> None:
    ask(database, datetime(2026, 7, 1, 1, tzinfo=UTC), times=3)
    assert "3 件" in roll_up()
    ask(database, datetime.now(UTC) - timedelta(seconds=1))
    with psycopg.connect(database.url) as connection:  # as if all until now were counted
        connection.execute("UPDATE usage_state SET counted_through = now() - interval '1 minute'")
    text = client.get("/statistics/rules/81-1-4").content.decode()
    since = law.dated_rows()["81-1-4"].since
    for words in (
        f"施行から{(date(2026, 7, 1) - since).days}日",
        "照会できる接続機関 2 のうち 1",
        f"{CITY}</span></th><td",
    ):
        assert words in re.sub(r">\s+<", "><", text), words
    assert re.findall(r'data-label="許可した照会" data-number><span>(\d+)<', text) == ["0", "4"], (
        "by their ids"
    )
    for unknown in ("81-1-99", "x", "own-131229-1-1"):
        assert client.get(f"/statistics/rules/{unknown}").status_code == 404
    row = client.get("/table/81-1-4").content.decode()
    assert "4件" in row
    assert "/statistics/rules/81-1-4" in row
    assert "利用 4件" in client.get("/table/?q=81-1-4").content.decode()


def test_programs_read_the_use_of_every_rule(client: Client, database: InstitutionDatabase) -> None:
    ask(database, datetime.now(UTC) - timedelta(hours=2), times=2)
    roll_up()
    answer = client.get("/statistics/rules.json").json()
    rows = {row["id"]: row for row in answer["rows"]}
    assert list(rows) == [rule.id for rule in law.legal_basis(timezone.localdate()).provisions]
    assert (rows["81-1-4"]["permitted"], rows["81-1-4"]["institutions"]) == (2, 1)
    assert rows["81-1-4"]["institutions_that_could"] == 2
    assert rows["81-1-3"]["first_at"] is None


def test_the_use_of_an_own_use_affair_is_counted_like_any_other(
    client: Client, database: InstitutionDatabase
) -> None:
    from mynumber.institutions.network.own_use.models import OwnUseRow

    for kind, since in (("new", date(2026, 7, 1)), ("changed", date(2026, 9, 1))):
        OwnUseRow.objects.create(
            notice=uuid4(),
            kind=kind,
            affair="own-131229-1",
            content=msgspec.json.encode(affair(number=1, valid_from=since)).decode(),
            notified=date(2026, 5, 1),
            accepted=date(2026, 6, 1),
            received_at=datetime(2026, 6, 1, tzinfo=UTC),
        )
    rows = {row["id"]: row for row in client.get("/statistics/rules.json").json()["rows"]}
    assert rows["own-131229-1-1"]["since"] == "2026-07-01", "in whatever words"
    assert listed(client, "never")[-1] == "own-131229-1-1"
    cache.clear()
    ask(database, datetime.now(UTC) - timedelta(seconds=1), provision="own-131229-1-1", times=2)
    text = client.get("/statistics/rules/own-131229-1-1").content.decode()
    assert "東京都葛飾区" in text
    assert "照会できる接続機関 1 のうち 1" in text
    page = client.get("/table/own-131229-1").content.decode()
    assert 'data-label="許可した照会" data-number><span>2<' in page


def test_counts_that_lag_are_said_and_the_rest_is_not_scanned(
    client: Client, database: InstitutionDatabase
) -> None:
    now = datetime.now(UTC)
    ask(database, now - timedelta(hours=30))
    roll_up()
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("UPDATE usage_state SET counted_through = %s", (now - timedelta(hours=5),))
    ask(database, now - timedelta(hours=1), times=7)
    text = client.get("/statistics/").content.decode()
    assert "集計が遅れています" in text
    assert 'data-label="許可した照会" data-number><span>1<' in text


def test_the_figures_of_one_of_several_cores_say_whose_they_are(
    client: Client, database: InstitutionDatabase, tmp_path: Path
) -> None:
    words = "この数は一つのコアのものです"
    for path in ("/statistics/", "/statistics/rules?use=never"):
        assert words not in client.get(path).content.decode()
    systems = make_systems(tmp_path / "two", "network", "network.west", names={"network": "東のコア"})
    systems.node("network").keyring.add_secret("log", LogSigner.generate("test.invalid/log").to_bytes())
    with faces.face(PROJECT, database, **systems.environment("network")):
        cache.clear()
        for path in ("/", "/statistics/", "/statistics/rules?use=never"):
            text = client.get(path).content.decode()
            assert words in text
            assert "東のコア" in text


def test_the_live_part_reads_the_index_by_time(database: InstitutionDatabase) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = "\n".join(
            row[0]
            for row in connection.execute(
                "EXPLAIN SELECT provision, count(*) FROM exchange WHERE requested_at >= now() - interval '5 min' GROUP BY 1"
            )
        )
    assert "exchange_by_time" in plan


def test_refusals_by_reason_come_with_their_sentence(client: Client, database: InstitutionDatabase) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "INSERT INTO refused_message VALUES (date_trunc('hour', now()), 'permit-requests.v2', 'gateway.x', 'not_in_table', 12)"
        )
    text = client.get("/statistics/").content.decode()
    assert "not_in_table" in text
    assert "認める規定が、法令の表にありません" in text


def test_askers_of_a_day_are_counted_without_their_persons(
    client: Client, database: InstitutionDatabase
) -> None:
    night = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)  # 2026-11-19 02:00 in Japan, a Thursday
    ask(database, night, person="a", times=2)
    ask(database, night + timedelta(hours=8), person="b", non_disclosure=True)
    ask(database, night + timedelta(hours=8), person="b", provision=None, reason="not_in_table")
    ask(database, night + timedelta(days=1), person="c")
    for _ in range(2):
        call_command("roll_up_usage", "--day", "2026-11-19", stdout=io.StringIO())
    with psycopg.connect(database.url) as connection:
        rows = connection.cursor(row_factory=dict_row).execute("SELECT * FROM asker_day").fetchall()
    assert rows == [
        {
            "day": date(2026, 11, 19),
            "inquirer": CITY,
            "organisation": "子育て支援課",
            "asked": 4,
            "persons": 2,
            "rules": 1,
            "odd_hours": 2,
            "not_in_table": 1,
            "refused": 1,
            "non_disclosure": 1,
        }
    ]


async def test_the_core_counts_with_the_same_functions(database: InstitutionDatabase) -> None:
    now = datetime.now(UTC)
    ask(database, now - timedelta(minutes=10), times=3)
    async with asyncpg.create_pool(database.url, min_size=1, max_size=2) as pool:
        for _ in range(2):
            await keep_counts(pool, now, askers=True)
            assert await pool.fetchval("SELECT sum(asked)::int FROM asker_day") == 3
    assert counts(database) == (3, 3)


@needs(CHROMIUM)
def test_the_pages_are_accessible_on_desk_and_phone(
    database: InstitutionDatabase, variables: dict[str, str], client: Client
) -> None:
    now = datetime.now(UTC)
    for hours in range(2, 40):
        ask(database, now - timedelta(hours=hours), times=1 + hours % 9, provision=f"81-1-{1 + hours % 6}")
    with psycopg.connect(database.url) as connection:
        for reason, count in (("not_in_table", 120), ("provider_has_no_code", 43), ("rate_limited", 7)):
            connection.execute(
                "INSERT INTO refused_message VALUES (date_trunc('hour', now()), 'permit-requests.v2', 'gateway.x', %s, %s)",
                (reason, count),
            )
    roll_up()
    settings = {
        **{
            name: value
            for name, value in variables.items()
            if name in os.environ or name.startswith("MYNUMBER")
        },
        "DATABASE_URL": database.url,
        "MYNUMBER_PUBLIC_URLS": "{}",
        "MYNUMBER_INSTITUTION": "network",
    }
    with (
        serving("mynumber.institutions.network.wsgi:application", **settings) as address,
        browsing() as browser,
    ):
        page = browser.new_page(viewport=PHONE)
        for path, name in (
            ("/statistics/", "home"),
            ("/statistics/rules?use=never&page=9", "rules"),
            ("/statistics/rules/81-1-4", "rule"),
        ):
            page.goto(address + path)
            look_at(page, f"statistics-{name}", PHONE, DESK)
