"""The same tests on both transports: the core's tables alone, and NATS JetStream."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from mynumber.platform.databases import InstitutionDatabase
from tests.support.exchange import running_exchange
from tests.support.mesh import Mesh, transport
from tests.support.tools import needs
from tests.webkit import faces

MUNICIPALITY = "mynumber.institutions.municipality.settings"
PENSIONS = "mynumber.institutions.pension_service.settings"
faces.install(MUNICIPALITY)
faces.install(PENSIONS)

WITH_NATS = pytest.param(
    "nats",
    marks=[
        needs("nats-server"),
        pytest.mark.skipif(find_spec("nats") is None, reason="not installed: the extra `mesh` (nats-py)"),
    ],
)


@pytest.fixture(scope="session", params=["outbox", WITH_NATS])
def mesh(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    institution_database: Callable[..., InstitutionDatabase],
) -> Iterator[Mesh]:
    """A mesh that runs."""
    folder = tmp_path_factory.mktemp("mesh")
    with transport(request.param, folder), running_exchange(folder, institution_database) as exchange:
        yield Mesh(exchange)


@pytest.fixture(params=["outbox", WITH_NATS])
def fragile_mesh(
    request: pytest.FixtureRequest, tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Mesh]:
    """One that the test may kill."""
    with transport(request.param, tmp_path), running_exchange(tmp_path, institution_database) as exchange:
        yield Mesh(exchange)
