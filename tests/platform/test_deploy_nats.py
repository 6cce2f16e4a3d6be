"""deploy/nats/users.conf on a real server: who may do what on the mesh, done with the client and the names that the platform uses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from mynumber.protocols import event_bus
from tests.support.nats import NatsServer, running_nats
from tests.support.tools import needs
from tests.support.waiting import PATIENCE_SECONDS

USERS = Path(__file__).parents[2] / "deploy" / "nats" / "users.conf"
PASSWORDS = {
    "network": "of-the-network",
    "gateway": "of-the-gateway",
    "gateway_271403": "of-a-city",
}
OWN, OTHER = "municipality.271403", "municipality.131229"

pytestmark = [
    needs("nats-server"),
    pytest.mark.skipif(find_spec("nats") is None, reason="not installed: the extra `mesh` (nats-py)"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    with pytest.MonkeyPatch.context() as environment:
        for user, password in PASSWORDS.items():
            environment.setenv(f"MESH_{user.upper()}_PASSWORD", password)
        with running_nats(tmp_path, settings=USERS.read_text()) as (one,):
            yield one


class Client:
    """A user of NATS, and what NATS said against it."""

    def __init__(self, server: NatsServer, user: str, system: str) -> None:
        self._url = server.url.replace("//", f"//{user}:{PASSWORDS[user]}@")
        self._inbox = event_bus.inbox_of(system)
        self.complaints: list[str] = []
        self._told = asyncio.Event()

    async def __aenter__(self) -> Client:
        nats: Any = import_module("nats")

        async def complain(error: Exception) -> None:
            self.complaints.append(str(error).lower())
            self._told.set()

        self.nats = await nats.connect(
            self._url, inbox_prefix=self._inbox, error_cb=complain, max_reconnect_attempts=0
        )
        self.stream = self.nats.jetstream(timeout=PATIENCE_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.nats.close()

    async def next(self, subscriber: str) -> list[bytes]:
        """What the platform's gateway does for one of its members."""
        subscription = await self.stream.pull_subscribe(
            event_bus.subject_of(subscriber),
            durable=event_bus.durable_of(subscriber),
            stream=event_bus.STREAM,
        )
        pages = await subscription.fetch(1, timeout=PATIENCE_SECONDS)
        for page in pages:
            await page.ack_sync(timeout=PATIENCE_SECONDS)
        return [page.data for page in pages]

    async def is_denied(self, subject: str, payload: bytes = b"") -> bool:
        """Whether NATS takes no message on a subject, and says so."""
        before = len(self.complaints)
        await self.nats.publish(subject, payload)
        return await self.is_told_of_a_violation(before)

    async def may_not_hear(self, subject: str) -> bool:
        """Whether NATS lets nobody listen there, and says so."""
        before = len(self.complaints)
        await self.nats.subscribe(subject)
        return await self.is_told_of_a_violation(before)

    async def is_told_of_a_violation(self, before: int) -> bool:
        """Wait for a complaint after so many; what NATS says unasked comes when it comes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any("permissions violation" in said for said in self.complaints[before:]):
                self._told.clear()
                await self._told.wait()
        return True


def test_a_gateway_reads_its_own_members_and_nobody_else_s(server: NatsServer) -> None:
    async def run() -> None:
        async with (
            Client(server, "network", "network") as network,
            Client(server, "gateway_271403", OWN) as city,
            Client(server, "gateway", OTHER) as gateway,
        ):
            await network.stream.add_stream(name=event_bus.STREAM, subjects=[event_bus.SUBJECTS])
            for subscriber in (OWN, OTHER):
                await network.stream.publish(event_bus.subject_of(subscriber), f"for {subscriber}".encode())
            assert await city.next(OWN) == [f"for {OWN}".encode()]
            assert await gateway.next(OTHER) == [f"for {OTHER}".encode()]

            # another's consumer: made, looked at, emptied
            api, own, other = "$JS.API.CONSUMER", event_bus.durable_of(OWN), event_bus.durable_of(OTHER)
            subject = event_bus.subject_of(OTHER)
            assert await city.is_denied(f"{api}.CREATE.MESH.{other}.{subject}")
            assert await city.is_denied(f"{api}.CREATE.MESH.{own}.{subject}")
            assert await city.is_denied(f"{api}.CREATE.MESH.{own}")
            assert await city.is_denied(f"{api}.DURABLE.CREATE.MESH.{own}")
            assert await city.is_denied(f"{api}.INFO.MESH.{other}")
            assert await city.is_denied(f"{api}.MSG.NEXT.MESH.{other}", b"1")
            assert await city.is_denied("$JS.API.STREAM.MSG.GET.MESH", b'{"seq": 2}')
            # its own consumer over another's subject: NATS compares what is asked with the subject of the request
            asked = {
                "stream_name": "MESH",
                "config": {"name": own, "durable_name": own, "filter_subject": subject},
            }
            said = await city.nats.request(
                f"{api}.CREATE.MESH.{own}.{event_bus.subject_of(OWN)}",
                json.dumps(asked).encode(),
                timeout=PATIENCE_SECONDS,
            )
            assert json.loads(said.data)["error"]["code"] == 400
            # listening where pages pass, or where answers to others do; saying something in the network's place
            for heard in (subject, f"{event_bus.inbox_of(OTHER)}.>", "_INBOX.>", ">"):
                assert await city.may_not_hear(heard)
            assert await city.is_denied(event_bus.subject_of(OWN), b"an event of nobody")

    asyncio.run(run())


def test_each_member_of_the_file_has_every_right_that_its_gateway_uses() -> None:
    told = USERS.read_text()
    for member in ("municipality.131229", "municipality.272124", "pension_service", "digital_agency", OWN):
        durable = event_bus.durable_of(member)
        for right in (
            f"$JS.API.CONSUMER.CREATE.{event_bus.STREAM}.{durable}.{event_bus.subject_of(member)}",
            f"$JS.API.CONSUMER.INFO.{event_bus.STREAM}.{durable}",
            f"$JS.API.CONSUMER.MSG.NEXT.{event_bus.STREAM}.{durable}",
            f"$JS.ACK.{event_bus.STREAM}.{durable}.>",
            f"{event_bus.inbox_of(member)}.>",
        ):
            assert f'"{right}"' in told
