"""J-LIS on a real database, and a directory of systems with real keys."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.core.cache import cache
from django.core.management import call_command

from mynumber.platform.databases import InstitutionDatabase
from tests.support.directory import Systems, make_systems
from tests.webkit import faces

PROJECT = "mynumber.institutions.jlis.settings"
faces.install(PROJECT)

from tests.institutions.jlis.door import Door  # noqa: E402 - needs the apps

SYSTEMS = (
    "jlis",
    "network",
    "portal",
    "pension_service",
    "digital_agency",
    "municipality.131229",
    "municipality.272124",
    "gateway.municipality.131229",
)


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Systems:
    """Everybody's keys."""
    return make_systems(tmp_path_factory.mktemp("systems"), *SYSTEMS)


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    """A migrated database of J-LIS."""
    return institution_database("jlis", migrated=True)


_with_authority: set[str] = set()
"""Databases in which the CAs were made."""


@pytest.fixture
def door(systems: Systems, database: InstitutionDatabase) -> Iterator[Door]:
    """J-LIS in this process, with its CA."""
    with faces.face(PROJECT, database, **systems.environment("jlis")):
        cache.clear()
        if database.name not in _with_authority:
            call_command("create_ca", stdout=io.StringIO())
            _with_authority.add(database.name)
        yield Door(systems, database)


@pytest.fixture
def app_role(database: InstitutionDatabase) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection as the role of the institution's processes."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(database: InstitutionDatabase) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection as the owner of the tables."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection
