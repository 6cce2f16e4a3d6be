"""The small institution of tests/webkit/project with two towns on a real database."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from mynumber.platform.databases import InstitutionDatabase
from tests.webkit import faces

PROJECT = "tests.webkit.project.settings"
faces.install(PROJECT)
TOWNS = ("131229", "131130")


@pytest.fixture(scope="module")
def towns_database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    """A migrated database of the test institution with two tenants."""
    database = institution_database("municipality", TOWNS)
    faces.migrate(PROJECT, database)
    return database


@pytest.fixture
def project(towns_database: InstitutionDatabase) -> Iterator[InstitutionDatabase]:
    """Django as the test institution."""
    with faces.face(PROJECT, towns_database, MYNUMBER_PUBLIC_URL="http://municipality.localhost:8000"):
        yield towns_database


@pytest.fixture
def visitor(project: InstitutionDatabase) -> Client:
    """A browser without a session; CSRF is checked, failures come back as pages."""
    return Client(
        enforce_csrf_checks=True,
        raise_request_exception=False,
        headers={"host": "municipality.localhost:8000"},
    )
