"""One running place for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import Server
from tests.webkit import faces

for house in ("portal", "municipality"):
    faces.install(f"mynumber.institutions.{house}.settings")

from tests.institutions.payments.place import Place, running_place  # noqa: E402 - needs the apps


@pytest.fixture(scope="package")
def place(
    tmp_path_factory: pytest.TempPathFactory,
    institution_database: Callable[..., InstitutionDatabase],
    postgres: Server,
) -> Iterator[Place]:
    """The town, the payment agent and the portal, running."""

    def admin(database: str) -> psycopg.Connection[Any]:
        return postgres.connect_admin(database)

    with running_place(tmp_path_factory.mktemp("payments"), institution_database, admin) as running:
        yield running
