"""One running network and gateway for all tests of a worker that do not break it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.support.exchange import Exchange, running_exchange


@pytest.fixture(scope="session")
def exchange(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Exchange]:
    """A network core and a gateway that run."""
    with running_exchange(tmp_path_factory.mktemp("exchange"), institution_database) as running:
        yield running


@pytest.fixture
def fragile_exchange(
    tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Exchange]:
    """One that the test may kill."""
    with running_exchange(tmp_path, institution_database) as running:
        yield running
