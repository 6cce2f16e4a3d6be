"""Two towns with people and numbers, and J-LIS running beside them with its factory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test.utils import override_settings

from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.municipality.conftest import CITY, FORMER_CITY, PROJECT
from tests.institutions.municipality.neighbours import running_jlis
from tests.support.exchange import Exchange
from tests.webkit import faces


@pytest.fixture(scope="module")
def jlis_database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("jlis", migrated=True)


@pytest.fixture(scope="module")
def towns(
    exchange: Exchange,
    database: InstitutionDatabase,
    jlis_database: InstitutionDatabase,
    populations: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[InstitutionDatabase]:
    """Both towns filled and numbered."""
    with (
        running_jlis(exchange, jlis_database, tmp_path_factory.mktemp("jlis") / "log"),
        faces.face(
            PROJECT,
            database,
            MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000",
            **exchange.systems.environment("municipality"),
        ),
        override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]),
    ):
        for code in (FORMER_CITY, CITY):
            run("load_population", code, str(populations[code]))
            run("number_residents", code)
        yield database


def run(command: str, code: str, *arguments: str) -> str:
    """A command of a town; what it said."""
    output = io.StringIO()
    call_command(command, *arguments, tenant=code, stdout=output)
    return output.getvalue()
