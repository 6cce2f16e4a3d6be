"""A network's core, for what the commission asks it and tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.support.core import RunningCore, running_core


@pytest.fixture(scope="session")
def core(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[RunningCore]:
    with running_core(tmp_path_factory.mktemp("core"), institution_database) as running:
        running.systems.moved({"network": f"http://127.0.0.1:{running.servers[0].port}"})
        yield running
