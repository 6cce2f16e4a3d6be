"""A night's file of inquiries: how long the gateway takes over it, beside the same inquiries asked by messages of a hundred.

All processes run on this machine: the member, the inquirer's and the provider's gateway (one process), the core, PostgreSQL. Every record of every
exchange is durable.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    TAX,
    Exchange,
    inquiry_of,
    resident_code,
    running_exchange,
)

from bench.place import Databases, postgres
from bench.report import Cell, Scale, Table, Tell
from mynumber.institutions.gateway.files.serving import PACE_VARIABLE
from mynumber.protocols.exchange import Inquiry, Outcome
from mynumber.protocols.files import QUERY_FILE, FileQuery, Purpose
from mynumber.protocols.member import Member, batches
from mynumber.protocols.message import GROUP_ITEMS

INQUIRIES = 100_000
PEER = 10_000
"""Asked by messages: fewer, for the rate is steady."""
PEOPLE = 2_000
CALLERS = 4
"""Messages under way at the same time, as many as the gateway has groups of a file under way."""


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure on a durable server of its own."""
    people, inquiries = scale.count(PEOPLE, 20), scale.count(INQUIRIES, 200)
    os.environ[PACE_VARIABLE] = str(10**6)  # as fast as it can: the pace is the operator's
    tell("night: starting PostgreSQL, core and gateway")
    with postgres("night") as (server, folder):
        (folder / "exchange").mkdir()
        with running_exchange(folder / "exchange", Databases(server)) as exchange:
            tell("night: codes and copies")
            _prepare(exchange, people)
            tell("night: messages of a hundred")
            peer = [_inquiry(n, people) for n in range(scale.count(PEER, 200))]
            begun = time.perf_counter()
            with ThreadPoolExecutor(CALLERS) as callers:
                asked = list(callers.map(lambda some: exchange.ask(*some), batches(peer, GROUP_ITEMS)))
            by_message = len(peer) / (time.perf_counter() - begun)
            if any(one.outcome is not Outcome.PROVIDED for results in asked for one in results):
                raise RuntimeError("not every inquiry was answered")
            tell(f"night: a file of {inquiries:,}")
            yield _file(exchange, [_inquiry(n, people) for n in range(inquiries)], by_message)
    del os.environ[PACE_VARIABLE]


def _prepare(exchange: Exchange, people: int) -> None:
    exchange.give_codes({resident_code(): {CITY: f"C-{n}", FORMER_CITY: f"F-{n}"} for n in range(people)})
    lines = (
        {"addressee": f"F-{n}", "information": "local_tax", "as_of": datetime.now(UTC), "fact": TAX}
        for n in range(people)
    )
    content = io.BytesIO(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    provider = Member(exchange.node(FORMER_CITY), FORMER_CITY, lambda: datetime.now(UTC))
    state, _ = provider.send_file(content, Purpose.COPIES, uuid4())
    if state.accepted != people:
        raise RuntimeError("the copies were not registered")


def _inquiry(number: int, people: int) -> Inquiry:
    return inquiry_of(f"C-{number % people}")


def _file(exchange: Exchange, inquiries: list[Inquiry], by_message: float) -> Table:
    member = Member(exchange.node(CITY), CITY, lambda: datetime.now(UTC))
    content, file = b"".join(msgspec.json.encode(one) + b"\n" for one in inquiries), uuid4()
    begun = time.perf_counter()
    member.send_file(io.BytesIO(content), Purpose.INQUIRIES, file)
    taken = time.perf_counter()
    while True:
        [state] = exchange.call(
            QUERY_FILE, FileQuery(file=file), sender=CITY, receiver=f"gateway.{CITY}"
        ).files
        if state.ended_at is not None:
            break
        time.sleep(0.5)
    answered = time.perf_counter()
    results = list(member.results(file))
    fetched = time.perf_counter()
    if len(results) != len(inquiries) or any(one.outcome is not Outcome.PROVIDED for one in results):
        raise RuntimeError("not every inquiry was answered")
    whole = len(inquiries) / (fetched - begun)
    rows: list[tuple[Cell, ...]] = [
        ("messages of 100, four at a time", None, by_message, 1.0),
        (f"file of {len(inquiries):,}", fetched - begun, whole, whole / by_message),
        ("  of which sending it", taken - begun, len(inquiries) / (taken - begun), None),
        ("  of which asking", answered - taken, len(inquiries) / (answered - taken), None),
        ("  of which fetching the results", fetched - answered, len(inquiries) / (fetched - answered), None),
    ]
    return Table(
        f"A night's file of {len(inquiries):,} inquiries",
        ("", "seconds", "per second", "x messages"),
        rows,
        [
            "Every record durable (synchronous_commit on); one process each of core and gateway.",
            "Pace unlimited here.",
        ],
    )
