"""Fixtures that every test may use: real databases on one embedded PostgreSQL of the run."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import Server
from tests import embedded


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        embedded.announce()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        embedded.close()


@pytest.fixture(scope="session")
def test_server() -> embedded.TestServer:
    """The run's embedded PostgreSQL with the makers of databases."""
    server = embedded.TestServer(Path(os.environ[embedded.FOLDER]))
    server.start()
    return server


@pytest.fixture(scope="session")
def postgres(test_server: embedded.TestServer) -> Server:
    """The run's embedded PostgreSQL, started."""
    return test_server.server


@pytest.fixture(scope="session")
def fresh_database(test_server: embedded.TestServer) -> Callable[[str], str]:
    """`fresh_database("prefix")`: address of a new empty database, as its owner."""
    return test_server.fresh_database


@pytest.fixture(scope="session")
def institution_database(test_server: embedded.TestServer) -> Callable[..., InstitutionDatabase]:
    """`institution_database("network", tenants=(...), migrated=True)`: a new database with the contract's roles."""
    return test_server.institution_database
