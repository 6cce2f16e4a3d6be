"""A portal among real neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.webkit import faces

PROJECT = "mynumber.institutions.portal.settings"
faces.install(PROJECT)
faces.install("mynumber.institutions.jlis.settings")

from tests.institutions.portal.house import Browser, Holder, House, running_house  # noqa: E402 - needs the apps


@pytest.fixture(scope="session")
def neighbours(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[House]:
    """J-LIS, network, gateway and portal, running."""
    with running_house(tmp_path_factory.mktemp("house"), institution_database) as house:
        yield house


@pytest.fixture
def house(neighbours: House) -> Iterator[House]:
    """The same, with this process as the portal too."""
    with faces.face(PROJECT, neighbours.database, **neighbours.environment):
        yield neighbours


@pytest.fixture
def holder(house: House) -> Holder:
    """Somebody new with a card."""
    return house.holder()


@pytest.fixture
def browser(house: House) -> Browser:
    """A browser that nobody signed in with."""
    return Browser()
