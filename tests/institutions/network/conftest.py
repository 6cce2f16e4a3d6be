"""A core that runs by itself, and one log with its witness and monitor, for all tests of a worker that do not break them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.support.core import RunningCore, running_core
from tests.support.everyone import Everyone, running_everyone


@pytest.fixture(scope="session")
def everyone(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Everyone]:
    """A log that is witnessed and watched."""
    with running_everyone(tmp_path_factory.mktemp("everyone"), institution_database) as made:
        yield made


@pytest.fixture
def fragile_everyone(
    tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Everyone]:
    """One that the test may break."""
    with running_everyone(tmp_path, institution_database) as made:
        yield made


@pytest.fixture(scope="session")
def core(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[RunningCore]:
    """Two processes of a core on one database."""
    with running_core(tmp_path_factory.mktemp("core"), institution_database, processes=2) as running:
        yield running
