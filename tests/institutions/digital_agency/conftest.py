"""The Digital Agency beside a real J-LIS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.digital_agency.house import House, running_house
from tests.webkit import faces

PROJECT = "mynumber.institutions.digital_agency.settings"
faces.install(PROJECT)


@pytest.fixture(scope="session")
def neighbour(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[House]:
    """J-LIS, running."""
    with running_house(tmp_path_factory.mktemp("agency"), institution_database) as house:
        yield house


@pytest.fixture
def house(neighbour: House) -> Iterator[House]:
    """The same, with this process as the agency."""
    with faces.face(PROJECT, neighbour.database, **neighbour.environment):
        yield neighbour
