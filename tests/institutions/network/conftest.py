"""A core that runs by itself, for all tests of a worker that do not break it."""

from collections.abc import Callable, Iterator

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.support.core import RunningCore, running_core


@pytest.fixture(scope="session")
def core(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[RunningCore]:
    """Two processes of a core on one database."""
    with running_core(tmp_path_factory.mktemp("core"), institution_database, processes=2) as running:
        yield running
