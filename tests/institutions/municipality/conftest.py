"""The municipalities on a real database with the two towns of the story."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.population.files import write
from tests.support.exchange import Exchange, running_exchange
from tests.webkit import faces

PROJECT = "mynumber.institutions.municipality.settings"
faces.install(PROJECT)

CITY, FORMER_CITY = "131229", "272124"
"""葛飾区 and 八尾市."""
RESIDENTS, SEED = 300, 7


@pytest.fixture(scope="session")
def populations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of people for each town, with the personas."""
    folder = tmp_path_factory.mktemp("populations")
    for code in (CITY, FORMER_CITY):
        write(folder / code, code, RESIDENTS, SEED)
    return {code: folder / code for code in (CITY, FORMER_CITY)}


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    """A migrated database of both towns."""
    return institution_database("municipality", (CITY, FORMER_CITY), migrated=True)


@pytest.fixture
def municipality(database: InstitutionDatabase) -> Iterator[InstitutionDatabase]:
    """Django as the municipalities."""
    with faces.face(PROJECT, database, MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000"):
        yield database


@pytest.fixture(scope="module")
def exchange(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Exchange]:
    """A network and gateways of the module's own: towns count their addressee numbers from the same first one."""
    with running_exchange(tmp_path_factory.mktemp("exchange"), institution_database) as running:
        yield running
