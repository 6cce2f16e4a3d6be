"""Letters: whoever does not answer is tried ever less often, and holds up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from mynumber.institutions.gateway.letters import sending
from mynumber.institutions.gateway.letters.sending import BATCH, Letters
from mynumber.institutions.gateway.tenants.store import Store, tenant_of
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.corrections import (
    TELL_CORRECTION,
    CorrectedExchange,
    CorrectionReason,
    ToldCorrection,
)
from mynumber.webkit.asgi import Caller
from tests.institutions.gateway.house import GATEWAY, TENANTS, House
from tests.support.exchange import CITY, FORMER_CITY
from tests.support.waiting import PATIENCE_SECONDS

OTHER_GATEWAY = f"gateway.{FORMER_CITY}"
KINDS = {TELL_CORRECTION.name: TELL_CORRECTION}


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> House:
    return House(tmp_path_factory.mktemp("house"), institution_database("gateway", TENANTS, migrated=True))


@pytest.fixture(autouse=True)
def _empty(house: House) -> None:
    for tenant in TENANTS:
        house.rows("DELETE FROM letter", tenant=tenant)


async def _write(store: Store, sender: str, receiver: str, count: int = 1) -> None:
    now = datetime.now(UTC)
    told = ToldCorrection(
        correction=uuid4(),
        information="local_tax",
        reason=CorrectionReason.WRONG_VALUE,
        corrected_at=now,
        exchanges=(CorrectedExchange(inquirer=CITY, request_id=uuid4(), permit_digest="0" * 64),),
    )
    tenant = tenant_of(sender)
    async with store.acting_as(tenant) as connection:
        await sending.write(connection, tenant, [(receiver, TELL_CORRECTION.name, told)] * count, now)


def test_one_letter_finds_out_that_nobody_is_there_and_all_others_wait(house: House) -> None:
    async def send(store: Store) -> list[int]:
        caller = Caller(house.node("gateway"))
        letters = Letters(house.node("gateway"), store, caller, KINDS)
        await _write(store, GATEWAY, OTHER_GATEWAY, 2 * BATCH + 1)  # where nothing listens
        tried = [await letters.send_due(GATEWAY) for _ in range(2)]
        await caller.close()
        return tried

    assert house.run(send) == [BATCH, 0], "what is not tried now would be tried without end"
    assert house.rows("SELECT count(*), min(next_at) > now() FROM letter") == [(2 * BATCH + 1, True)]


class _Silent:
    """Takes what is sent and never answers."""

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.is_left_alone = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came.set()
        await reader.read()  # until the sender gives up
        self.is_left_alone = True
        writer.close()


def test_a_receiver_that_never_answers_holds_up_no_letters_of_others(house: House) -> None:
    async def send(store: Store) -> None:
        first, second = _Silent(), _Silent()
        servers = [await asyncio.start_server(one.serve, "127.0.0.1", 0) for one in (first, second)]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        systems = house.systems.moved(
            {"network": f"http://127.0.0.1:{ports[0]}", GATEWAY: f"http://127.0.0.1:{ports[1]}"}
        )
        caller = Caller(systems.node("gateway"), timeout_seconds=2 * PATIENCE_SECONDS)
        letters = Letters(systems.node("gateway"), store, caller, KINDS)
        running = asyncio.create_task(letters.run())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _write(store, GATEWAY, "network")
            letters.wake(GATEWAY)
            await first.came.wait()
            await _write(store, OTHER_GATEWAY, GATEWAY)
            letters.wake(OTHER_GATEWAY)
            await second.came.wait()
        assert not first.is_left_alone
        running.cancel()
        await asyncio.wait({running})
        await caller.close()
        for server in servers:
            server.close()

    house.run(send)
