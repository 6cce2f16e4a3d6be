"""葛飾区 as a real process, with J-LIS, a network and a portal beside it, people, cards and staff."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from mynumber.institutions.municipality.register.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.applications.playing import (
    CITY_SYSTEM,
    PORTAL,
    Portal,
    Resident,
    issue,
    listening,
)
from tests.institutions.municipality.conftest import CITY, FORMER_CITY, PROJECT
from tests.institutions.municipality.counter.conftest import run
from tests.institutions.municipality.neighbours import running_jlis
from tests.support.exchange import Exchange
from tests.webkit import faces
from tests.webkit.face.serving import serving

STAFF_PASSWORD = "とても長い合言葉 for tests"
STAFF = (
    (CITY, "yamada", "山田　恵", Role.CASE_WORKER),
    (CITY, "mori", "森　誠", Role.CASE_WORKER),
    (CITY, "kimura", "木村　徹", Role.SUPERVISOR),
    (FORMER_CITY, "yao", "八尾　和", Role.SUPERVISOR),
)
TABLES = (
    *(
        "entry",
        "written",
        "toldstep",
        "payoutorder",
        "decision",
        "applicationcase",
        "confirmed",
        "disclosure",
    ),
    *("papercheck", "paper", "submission", "application"),
)


@dataclass(frozen=True)
class House:
    """Everything that runs."""

    address: str
    portal: Portal
    exchange: Exchange
    database: InstitutionDatabase
    kenta: Resident


@pytest.fixture(scope="module")
def house(
    exchange: Exchange,
    database: InstitutionDatabase,
    institution_database: Callable[..., InstitutionDatabase],
    populations: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("applications")
    jlis_database = institution_database("jlis", migrated=True)
    variables = exchange.systems.environment("municipality")
    portal = Portal(exchange)
    with (
        running_jlis(exchange, jlis_database, folder / "jlis.log"),
        listening(portal) as portal_address,
        pytest.MonkeyPatch.context() as patch,
    ):
        _register_verifier(exchange, jlis_database)
        with faces.face(PROJECT, database, **variables):
            run("load_population", CITY, str(populations[CITY]))
            run("number_residents", CITY)
            card, authentication = issue(patch, CITY, folder / "kenta.cards", "kenta")
            with acting_as(CITY):
                attributes = Person.objects.get(persona="kenta").four_attributes()
            for code, username, name, role in STAFF:
                with acting_as(code):
                    member = StaffMember(
                        username=username, display_name=name, department="子育て支援課", role=role
                    )
                    member.set_password(STAFF_PASSWORD)
                    member.save()
        jlis_address = exchange.node("jlis").directory.system("jlis").url
        with serving(
            "mynumber.institutions.municipality.wsgi:application",
            **{**variables, "DATABASE_URL": database.url, "MYNUMBER_PUBLIC_URLS": "{}"},
        ) as address:
            exchange.systems.moved(
                {
                    "jlis": jlis_address,
                    PORTAL: portal_address,
                    CITY_SYSTEM: f"{address}/{CITY_SYSTEM}",
                    f"municipality.{FORMER_CITY}": f"{address}/municipality.{FORMER_CITY}",
                }
            )
            with faces.face(
                PROJECT, database, MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000", **variables
            ):
                kenta = Resident(portal, card, authentication, attributes)
                yield House(address, portal, exchange, database, kenta)


@pytest.fixture
def fresh(house: House) -> Iterator[House]:
    """Whatever a test sends is gone afterwards."""
    yield house
    house.portal.away, house.portal.register = False, None
    with psycopg.connect(house.database.owner_url) as owner:
        names = ", ".join(f"municipality_applications_{table}" for table in TABLES)
        owner.execute(f"TRUNCATE {names} CASCADE")
    house.portal.steps.clear()


def _register_verifier(exchange: Exchange, database: InstitutionDatabase) -> None:
    """署名検証者の届出 of the ward."""
    environment = {
        **os.environ,
        **exchange.systems.environment("jlis"),
        "DATABASE_URL": database.url,
        "MYNUMBER_PUBLIC_URLS": "{}",
    }
    command = ["register_verifier", "katsushika", "--name=葛飾区", "--purpose=signature", "--purpose=links"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mynumber.webkit.manage", "jlis", *command),
            *("--category=public_body", f"--system={CITY_SYSTEM}", "--without-key"),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
