"""The inquirers: one process that asks through real signed and sealed messages, a number of them at a time.

Its order comes as JSON on standard input, its environment is that of the municipality's own systems. It prints ``begin`` when it is warm,
``end`` when the time is over, and then its result as JSON.
"""

from __future__ import annotations

import asyncio
import sys
import time
from uuid import uuid4

import msgspec
import uvloop

from bench.served import time_messages
from bench.steps import Steps, since
from mynumber.protocols.exchange import INQUIRE, Inquiry, Outcome
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit.asgi import Caller


class Ask(msgspec.Struct, frozen=True):
    """One question that may be asked: who, of whom, about what."""

    inquirer: str
    addressee: str
    affair: str
    provider: str
    information: str


class Order(msgspec.Struct, frozen=True):
    """What to do. The asks are gone through in turn, again and again."""

    asks: tuple[Ask, ...]
    concurrency: int
    warm_up: float
    seconds: float
    steps: bool


class Result(msgspec.Struct, frozen=True):
    """What came of it between ``begin`` and ``end``. Latencies in microseconds; refusals by reason."""

    seconds: float
    exchanges: int
    p50: float
    p99: float
    refused: dict[str, int]
    steps: dict[str, tuple[int, int]]


class _Inquirers:
    def __init__(self, order: Order, caller: Caller) -> None:
        self._order = order
        self._caller = caller
        self._next = 0
        self._done = False
        self.latencies: list[int] = []
        self.refused: dict[str, int] = {}

    async def run(self) -> tuple[float, dict[str, tuple[int, int]]]:
        steps = Steps()
        if self._order.steps:
            time_messages(steps)
        inquirers = [asyncio.create_task(self._ask_on()) for _ in range(self._order.concurrency)]
        await asyncio.sleep(self._order.warm_up)
        before = steps.figures()
        print("begin", flush=True)
        self.latencies.clear()
        self.refused.clear()
        begun = time.perf_counter()
        await asyncio.sleep(self._order.seconds)
        taken = time.perf_counter() - begun
        print("end", flush=True)
        self._done = True
        found, spent = list(self.latencies), since(before, steps.figures())
        await asyncio.gather(*inquirers)
        self.latencies = found
        return taken, spent

    async def _ask_on(self) -> None:
        while not self._done:
            ask = self._order.asks[self._next % len(self._order.asks)]
            self._next += 1
            begun = time.perf_counter_ns()
            try:
                result = await self._caller.call(
                    INQUIRE,
                    Inquiry(
                        request_id=uuid4(),
                        addressee=ask.addressee,
                        affair=ask.affair,
                        provider=ask.provider,
                        information=ask.information,
                        organisation="子育て支援課",
                    ),
                    sender=ask.inquirer,
                    receiver=f"gateway.{ask.inquirer}",
                    hop=Hop.INQUIRER_GATEWAY,
                )
            except Refused as refused:
                self._count(refused.reason.value)
                continue
            if result.outcome is Outcome.PROVIDED:
                self.latencies.append(time.perf_counter_ns() - begun)
            else:
                self._count(result.outcome.value)

    def _count(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1


async def _main(order: Order) -> Result:
    caller = Caller(Node.from_environment())
    inquirers = _Inquirers(order, caller)
    try:
        seconds, steps = await inquirers.run()
    finally:
        await caller.close()
    latencies = sorted(inquirers.latencies)
    return Result(
        seconds=seconds,
        exchanges=len(latencies),
        p50=latencies[len(latencies) // 2] / 1000 if latencies else 0.0,
        p99=latencies[len(latencies) * 99 // 100] / 1000 if latencies else 0.0,
        refused=inquirers.refused,
        steps=steps,
    )


if __name__ == "__main__":
    done = uvloop.run(_main(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)))
    print(msgspec.json.encode(done).decode(), flush=True)
