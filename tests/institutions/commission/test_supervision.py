"""The supervision desk: for signed-in staff, with what the network says now; when it says nothing, the page says that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import Client
from django.utils import timezone

from mynumber.platform.databases import InstitutionDatabase
from tests.support.core import RunningCore
from tests.support.directory import make_systems
from tests.support.exchange import CITY
from tests.support.tools import needs
from tests.webkit import faces
from tests.webkit.face.serving import CHROMIUM, DESK, PHONE, browsing, look_at, serving

PROJECT = "mynumber.institutions.commission.settings"
faces.install(PROJECT)
PASSWORD = "correct-horse-battery"  # of a made-up person
PAGES = ("/supervision", "/supervision?days=28", "/supervision/permissions", "/supervision/clerks")


@pytest.fixture(scope="module", autouse=True)
def asker(core: RunningCore) -> None:
    """An organisation that stands out."""
    with psycopg.connect(core.database.url) as connection:
        connection.execute(
            "INSERT INTO asker_day VALUES (%s, %s, '子育て支援課', 300, 290, 1, 280, 12, 12, 0)",
            (timezone.localdate() - timedelta(days=2), CITY),  # the network counts today and yesterday anew
        )


@pytest.fixture
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("commission", migrated=True)


@pytest.fixture
def client(database: InstitutionDatabase, core: RunningCore) -> Iterator[Client]:
    with faces.face(PROJECT, database, **core.systems.environment("commission")):
        create_inspector()
        yield Client(SERVER_NAME="localhost")


def create_inspector() -> None:
    from mynumber.webkit.staff.models import Role, StaffMember  # models wait for the face

    member = StaffMember(
        username="kanshi", display_name="監視 一郎", department="監視・監督室", role=Role.AUDITOR
    )
    member.set_password(PASSWORD)
    member.save()


def sign_in(client: Client) -> None:
    response = client.post("/sign-in", {"username": "kanshi", "password": PASSWORD, "next": "/supervision"})
    assert response.status_code == 302, response.content.decode()


def test_nobody_sees_it_without_signing_in(client: Client) -> None:
    for page in PAGES:
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in")
    assert client.get("/").status_code == 200, "the log's monitor stays for everybody"


def test_staff_see_what_the_network_reports(client: Client) -> None:
    sign_in(client)
    response = client.get("/supervision")
    assert response["Cache-Control"] == "no-store"
    text = response.content.decode()
    for words in (
        "一つの規定だけで多人数",
        "夜間・休日に多い",
        "表にない照会の繰り返し",
        "子育て支援課",
        "監視 一郎",
    ):
        assert words in text
    assert "ここで分からないこと" in text
    assert client.post("/supervision").status_code in {403, 405}, "read only"


def test_staff_see_who_may_ask(client: Client) -> None:
    sign_in(client)
    text = client.get("/supervision/permissions").content.decode()
    assert CITY in text
    assert "市長（特別区の区長を含む。）" in text


def test_the_desk_speaks_english(client: Client) -> None:
    sign_in(client)
    client.post("/language", {"language": "en", "next": "/supervision"})
    assert "Many people by one rule only" in client.get("/supervision").content.decode()


def test_a_network_that_does_not_answer_is_said(database: InstitutionDatabase, tmp_path: Path) -> None:
    systems = make_systems(tmp_path, "commission", "network")
    with faces.face(PROJECT, database, **systems.environment("commission")):
        create_inspector()
        client = Client(SERVER_NAME="localhost")
        sign_in(client)
        response = client.get("/supervision")
    assert response.status_code == 503
    assert "ネットワークから報告を受け取れませんでした" in response.content.decode()


@needs(CHROMIUM)
def test_the_pages_are_accessible_on_desk_and_phone(
    client: Client, database: InstitutionDatabase, core: RunningCore
) -> None:
    variables = {
        **core.systems.environment("commission"),
        "DATABASE_URL": database.url,
        "MYNUMBER_PUBLIC_URLS": "{}",
    }
    with (
        serving("mynumber.institutions.commission.wsgi:application", **variables) as address,
        browsing() as browser,
    ):
        page = browser.new_page(viewport=PHONE)
        page.goto(address + "/supervision")
        page.get_by_label("利用者名").fill("kanshi")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", level=1, name="目立ったこと").wait_for()
        for path, name in (
            ("/supervision", "home"),
            ("/supervision/permissions", "permissions"),
            ("/supervision/clerks", "clerks"),
        ):
            page.goto(address + path)
            look_at(page, f"supervision-{name}", PHONE, DESK)
