"""A core and a gateway where two cities and the digital agency take part in blind exchanges and the pension service does not, and a commission."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.support.exchange import (
    AGENCY,
    CITY,
    FORMER_CITY,
    Exchange,
    Server,
    running_exchange,
)
from tests.support.ports import free_port
from tests.webkit import faces

faces.install("mynumber.institutions.network.settings")


@dataclass(frozen=True, slots=True)
class Keeper:
    """The commission's process, as the second keeper of the records."""

    server: Server
    database: InstitutionDatabase


@dataclass(frozen=True, slots=True)
class House:
    """All of them; the commission is started when it is needed."""

    exchange: Exchange
    folder: Path
    commission_port: int


@pytest.fixture(scope="package")
def house(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[House]:
    folder, port = tmp_path_factory.mktemp("blind"), free_port()
    with running_exchange(
        folder,
        institution_database,
        blind=f"{CITY} {FORMER_CITY} {AGENCY}",
        elsewhere={"commission": f"http://127.0.0.1:{port}"},
    ) as running:
        yield House(running, folder, port)


@pytest.fixture(scope="package")
def blind(house: House) -> Exchange:
    """Core and gateway, switched on."""
    return house.exchange


@pytest.fixture(scope="package")
def keeper(house: House, institution_database: Callable[..., InstitutionDatabase]) -> Iterator[Keeper]:
    """The commission, served as the platform serves it."""
    database = institution_database("commission", migrated=True)
    environment = {**house.exchange.systems.environment("commission"), "DATABASE_URL": database.url}
    application = "mynumber.institutions.commission.wsgi:application"
    server = Server(
        "commission",
        house.commission_port,
        environment,
        house.folder / "commission.log",
        (
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(house.commission_port), application),
        ),
    )
    server.start()
    yield Keeper(server, database)
    server.stop()
