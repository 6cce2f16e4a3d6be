"""The inquirers: one process as the systems of several members, each of which puts what it has to ask at the same time into one message.

Its order comes as JSON on standard input, its environment is that of the municipality's own systems. It prints ``begin`` when it is warm,
``end`` when the time is over, and then its result as JSON.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from uuid import uuid4

import msgspec
import uvloop

from bench.served import time_messages
from bench.steps import Steps, since
from mynumber.protocols.exchange import ASK, Inquiries, Inquiry, InquiryResult, Outcome
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit.asgi import Caller
from mynumber.webkit.batching import Groups

AT_ONCE = 1
"""Messages that a member's system has under way; what comes meanwhile shares the next one."""
TICK_SECONDS = 0.001


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
    in_flight: int
    """Inquiries under way at any time: each that ends is followed by another."""
    offered: float
    """Inquiries a second that arrive whether or not the others have ended; 0: as ``in_flight`` says."""
    warm_up: float
    seconds: float
    steps: bool


class Result(msgspec.Struct, frozen=True):
    """What came of it between ``begin`` and ``end``. Latencies in microseconds; refusals by reason."""

    seconds: float
    exchanges: int
    messages: int
    p50: float
    p99: float
    refused: dict[str, int]
    steps: dict[str, tuple[int, int]]


class _Asked:
    """An inquiry and when it arrived."""

    __slots__ = ("arrived", "inquiry")

    def __init__(self, ask: Ask, arrived: int) -> None:
        self.inquiry = Inquiry(
            request_id=uuid4(),
            addressee=ask.addressee,
            affair=ask.affair,
            provider=ask.provider,
            information=ask.information,
            organisation="子育て支援課",
        )
        self.arrived = arrived


class _Inquirers:
    def __init__(self, order: Order, caller: Caller) -> None:
        self._order = order
        self._caller = caller
        self._next = 0
        self._done = False
        self._under_way = 0
        self._systems: dict[str, Groups[_Asked]] = {}
        self.latencies: list[int] = []
        self.refused: dict[str, int] = {}
        self.messages = 0

    async def run(self) -> tuple[float, dict[str, tuple[int, int]]]:
        steps = Steps()
        if self._order.steps:
            time_messages(steps)
        offering = asyncio.create_task(self._offer()) if self._order.offered else None
        if offering is None:
            self._arrive(self._order.in_flight, time.perf_counter_ns())
        await asyncio.sleep(self._order.warm_up)
        before = steps.figures()
        print("begin", flush=True)
        self.latencies.clear()
        self.refused.clear()
        self.messages = 0
        begun = time.perf_counter()
        await asyncio.sleep(self._order.seconds)
        taken = time.perf_counter() - begun
        print("end", flush=True)
        self._done = True
        found, messages, spent = list(self.latencies), self.messages, since(before, steps.figures())
        if offering is not None:
            await offering
        while self._under_way:  # noqa: ASYNC110 - the end of a run need not be noticed at once
            await asyncio.sleep(TICK_SECONDS)
        self.latencies, self.messages = found, messages
        return taken, spent

    async def _offer(self) -> None:
        """Inquiries at even distances; what is late because this process is, counts as late."""
        begun = time.perf_counter_ns()
        distance = 1_000_000_000 / self._order.offered
        sent = 0
        while not self._done:
            due = int((time.perf_counter_ns() - begun) / distance)
            for number in range(sent, due):
                self._arrive(1, begun + int(number * distance))
            sent = due
            await asyncio.sleep(TICK_SECONDS)

    def _arrive(self, number: int, at: int) -> None:
        self._under_way += number
        for _ in range(number):
            ask = self._order.asks[self._next % len(self._order.asks)]
            self._next += 1
            system = self._systems.get(ask.inquirer)
            if system is None:
                system = self._systems[ask.inquirer] = self._system_of(ask.inquirer)
            system.add([_Asked(ask, at)])

    def _system_of(self, member: str) -> Groups[_Asked]:
        async def send(group: list[_Asked]) -> None:
            await self._send(member, group)

        return Groups(send, largest=GROUP_ITEMS, at_once=AT_ONCE)

    async def _send(self, member: str, group: Sequence[_Asked]) -> None:
        self.messages += 1
        results: tuple[InquiryResult, ...] = ()
        try:
            answer = await self._caller.call(
                ASK,
                Inquiries(inquiries=tuple(asked.inquiry for asked in group)),
                sender=member,
                receiver=f"gateway.{member}",
                hop=Hop.INQUIRER_GATEWAY,
            )
            results = answer.results
        except Refused as refused:
            self._count(refused.reason.value, len(group))
        at = time.perf_counter_ns()
        for asked, result in zip(group, results, strict=False):
            if result.request_id == asked.inquiry.request_id and result.outcome is Outcome.PROVIDED:
                self.latencies.append(at - asked.arrived)
            else:
                self._count(
                    f"{result.outcome.value} {result.reason.value if result.reason else ''}".strip(), 1
                )
        self._under_way -= len(group)
        if not self._done and not self._order.offered:
            self._arrive(len(group), at)

    def _count(self, reason: str, number: int) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + number


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
        messages=inquirers.messages,
        p50=latencies[len(latencies) // 2] / 1000 if latencies else 0.0,
        p99=latencies[len(latencies) * 99 // 100] / 1000 if latencies else 0.0,
        refused=inquirers.refused,
        steps=steps,
    )


if __name__ == "__main__":
    done = uvloop.run(_main(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)))
    print(msgspec.json.encode(done).decode(), flush=True)
