"""A portal with a city that takes applications."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mynumber.webkit import messages
from tests.institutions.portal.applications.body import City
from tests.institutions.portal.applications.people import Person
from tests.institutions.portal.house import House
from tests.support.directory import NOWHERE
from tests.support.exchange import CITY


@pytest.fixture(scope="package")
def listening(neighbours: House) -> Iterator[City]:
    """The city's process, for all tests of this folder."""
    city, systems = City(), neighbours.exchange.systems
    neighbours.exchange.systems = systems.moved({CITY: city.url})
    city.node = neighbours.exchange.systems.node("municipality")
    messages.this_node.cache_clear()
    try:
        yield city
    finally:
        neighbours.exchange.systems = neighbours.exchange.systems.moved({CITY: NOWHERE})
        messages.this_node.cache_clear()
        city.close()


@pytest.fixture
def city(listening: City) -> Iterator[City]:
    """The city, in a good mood."""
    yield listening
    listening.refuses, listening.loses_answers = None, 0


@pytest.fixture
def person(house: House, city: City) -> Person:
    """Somebody new with a card that signs."""
    assert city.node is not None
    return Person(house, house.with_signature(house.holder()))
