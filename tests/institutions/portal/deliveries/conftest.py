"""A portal with a private delivery firm."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit import messages
from tests.support.directory import NOWHERE
from tests.support.exchange import Server
from tests.support.ports import free_port
from tests.webkit import faces

faces.install("mynumber.institutions.courier.settings")

from mynumber.institutions.courier.customers.models import Portal  # noqa: E402 - needs the apps
from mynumber.institutions.courier.dispatch.management.commands.describe import description  # noqa: E402
from mynumber.institutions.portal.deliveries import registering  # noqa: E402
from mynumber.institutions.portal.identity.addresses import issuer  # noqa: E402
from tests.institutions.portal.conftest import PROJECT  # noqa: E402
from tests.institutions.portal.deliveries.firm import HERE, Firm, Resident, now  # noqa: E402
from tests.institutions.portal.house import House, _granian  # noqa: E402


@pytest.fixture(scope="package")
def running_firm(
    neighbours: House,
    institution_database: Callable[..., InstitutionDatabase],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Firm]:
    """The firm's process, registered at the portal, for all tests of this folder."""
    database, port = institution_database("courier", migrated=True), free_port()
    systems = neighbours.exchange.systems
    if "courier" not in {system.id for system in systems.listed}:
        systems = systems.also("courier")
    neighbours.exchange.systems = systems.moved({"courier": f"http://127.0.0.1:{port}"})
    messages.this_node.cache_clear()
    ring = KeyRing.open(systems.keys("courier"))
    if not ring.has("django"):
        ring.add_secret("django")  # sessions outlive the moments in which this process is the firm
    environment = {**systems.environment("courier"), "MYNUMBER_PUBLIC_URL": HERE}
    log = tmp_path_factory.mktemp("courier") / "courier.log"
    server = Server(
        "courier", port, {**environment, "DATABASE_URL": database.url}, log, _granian("courier", port)
    )
    firm = Firm(database, environment, server, itertools.count(1))
    with firm.acting():
        entry = description(now=now())
    with faces.face(PROJECT, neighbours.database, **neighbours.environment):
        client_id, portal = registering.register(entry, now=now()).client_id, issuer()
    with firm.acting():
        Portal.objects.create(issuer=portal, client_id=client_id)
    server.start()
    try:
        yield firm
    finally:
        server.stop()
        neighbours.exchange.systems = neighbours.exchange.systems.moved({"courier": NOWHERE})
        messages.this_node.cache_clear()


@pytest.fixture
def firm(running_firm: Firm, house: House) -> Firm:
    """The firm, with this process as the portal."""
    return running_firm


@pytest.fixture
def resident(house: House, firm: Firm) -> Resident:
    """Somebody new who is a customer of the firm."""
    return Resident(house, firm, house.holder(), firm.customer())
