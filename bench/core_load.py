"""The gateways before a core: one process that asks it for permits over kept connections, a number of messages at a time.

Its order comes as JSON on standard input, its environment is that of the gateways. It prints ``begin`` when it is warm, ``end`` when the
time is over, and then its result as JSON. Messages are really signed; of the answers every status is looked at, and every tenth is read.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from typing import Any, cast
from uuid import uuid4

import msgspec
import uvloop

from mynumber.protocols import wire
from mynumber.protocols.blind import REQUEST_BLIND_PERMITS, BlindPermitRequests, blind_request
from mynumber.protocols.exchange import (
    REQUEST_PERMITS,
    PermitDecisions,
    PermitRequests,
    RequestedPermit,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop

READ_EVERY = 10


class Ask(msgspec.Struct, frozen=True):
    """What may be asked about one person."""

    code: str
    provider: str
    affair: str
    information: str


class Line(msgspec.Struct, frozen=True):
    """One process of a core, and what a member that is at home there asks it."""

    inquirer: str
    core: str
    port: int
    asks: tuple[Ask, ...]


class Order(msgspec.Struct, frozen=True):
    """Ask on ``lines`` in turn. ``bare``: send the same messages to a server that reads nothing, and do not read answers.

    ``blind``: ask so that the core does not see the persons.
    """

    lines: tuple[Line, ...]
    in_flight: int
    requests: int
    warm_up: float
    seconds: float
    bare: bool = False
    blind: bool = False


class Result(msgspec.Struct, frozen=True):
    """What came of it between ``begin`` and ``end``. Latencies in microseconds."""

    seconds: float
    messages: int
    p50: float
    p99: float
    refused: int


class _Connection(asyncio.Protocol):
    """One kept connection with one message under way: as little as HTTP takes."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, blank, body = self._data.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) >= length and self._waiting is not None:
            self._data = b""
            self._waiting.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed"))

    async def post(self, path: str, body: bytes, requests: int) -> tuple[int, bytes]:
        self._waiting = asyncio.get_running_loop().create_future()
        length = f"Content-Length: {len(body)}\r\nX-Requests: {requests}"
        head = f"POST {path} HTTP/1.1\r\nHost: core\r\n{length}\r\n\r\n"
        self._transport.write(head.encode() + body)
        return await self._waiting


class _Gateways:
    def __init__(self, order: Order, node: Node) -> None:
        self._order = order
        self._node = node
        self._sent = 0
        self._done = False
        self.latencies: list[int] = []
        self.refused = 0

    async def run(self) -> float:
        loop = asyncio.get_running_loop()
        lines = [(line, cycle(line.asks)) for line in self._order.lines]
        connections = [
            ((await loop.create_connection(_Connection, "127.0.0.1", line.port))[1], line, asks)
            for (line, asks), _ in zip(cycle(lines), range(self._order.in_flight), strict=False)
        ]
        askers = [asyncio.create_task(self._ask_on(*connection)) for connection in connections]
        await asyncio.sleep(self._order.warm_up)
        print("begin", flush=True)
        self.latencies.clear()
        self.refused = 0
        begun = time.perf_counter()
        await asyncio.sleep(self._order.seconds)
        while not self.latencies:  # noqa: ASYNC110 - a busy machine; nobody says when one has come
            await asyncio.sleep(0.05)
        taken = time.perf_counter() - begun
        print("end", flush=True)
        self._done = True
        found = list(self.latencies)
        await asyncio.gather(*askers)
        self.latencies = found
        return taken

    async def _ask_on(self, connection: _Connection, line: Line, asks: Iterator[Ask]) -> None:
        order, node = self._order, self._node
        gateway = f"gateway.{line.inquirer}"
        while not self._done:
            question = PermitRequests(
                inquirer=line.inquirer,
                requests=tuple(
                    RequestedPermit(
                        request_id=uuid4(),
                        code=ask.code,
                        provider=ask.provider,
                        affair=ask.affair,
                        information=ask.information,
                        organisation="子育て支援課",
                    )
                    for ask, _ in zip(asks, range(order.requests), strict=False)
                ),
            )
            outgoing = self._outgoing(question, gateway, line.core)
            begun = time.perf_counter_ns()
            status, body = await connection.post(outgoing.message.path, outgoing.token, order.requests)
            self.latencies.append(time.perf_counter_ns() - begun)
            self._sent += 1
            if status != 200:
                self.refused += order.requests
            elif self._sent % READ_EVERY == 0 and not order.bare:
                decisions = wire.conclude(
                    node, outgoing, status, body, hop=Hop.NETWORK, now=datetime.now(UTC)
                ).decisions
                self.refused += sum(one.reason is not None for one in decisions)

    def _outgoing(
        self, question: PermitRequests, gateway: str, core: str
    ) -> wire.Outgoing[Any, PermitDecisions]:
        now = datetime.now(UTC)
        if not self._order.blind:
            return wire.prepare(
                self._node,
                REQUEST_PERMITS,
                question,
                sender=gateway,
                receiver=core,
                hop=Hop.NETWORK,
                now=now,
            )
        pairs = [
            blind_request(one, inquirer=question.inquirer, core=core, directory=self._node.directory)
            for one in question.requests
        ]
        blinded = BlindPermitRequests(
            inquirer=question.inquirer,
            requests=tuple(one for one, _ in pairs),
            blinded=tuple(text for _, text in pairs),
        )
        return wire.prepare(
            self._node,
            REQUEST_BLIND_PERMITS,
            blinded,
            sender=gateway,
            receiver=core,
            hop=Hop.NETWORK,
            now=now,
        )


async def _main(order: Order) -> Result:
    gateways = _Gateways(order, Node.from_environment())
    seconds = await gateways.run()
    latencies = sorted(gateways.latencies)
    return Result(
        seconds=seconds,
        messages=len(latencies),
        p50=latencies[len(latencies) // 2] / 1000 if latencies else 0.0,
        p99=latencies[len(latencies) * 99 // 100] / 1000 if latencies else 0.0,
        refused=gateways.refused,
    )


if __name__ == "__main__":
    done = uvloop.run(_main(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)))
    print(msgspec.json.encode(done).decode(), flush=True)
