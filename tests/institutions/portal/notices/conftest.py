"""A city's own process beside the portal and its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.webkit import faces

CITY_PROJECT = "mynumber.institutions.municipality.settings"
CITY_CODE = "131229"
faces.install(CITY_PROJECT)

from tests.institutions.portal.house import Browser, Holder, House  # noqa: E402 - needs the apps


@pytest.fixture
def resident(house: House, holder: Holder, browser: Browser) -> Browser:
    """A browser signed in by the holder."""
    response: Any = browser.sign_in(house, holder)
    assert response.status_code == 303
    return browser


@pytest.fixture(scope="module")
def city_database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    """The database of the municipalities."""
    return institution_database("municipality", (CITY_CODE,), migrated=True)


@pytest.fixture
def city(neighbours: House, city_database: InstitutionDatabase) -> Iterator[None]:
    """This process as the city, not as the portal."""
    with faces.face(CITY_PROJECT, city_database, **neighbours.exchange.systems.environment("municipality")):
        yield
