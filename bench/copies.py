"""Copies a second that a member's file brings into its gateway, every part durable before it is acknowledged, beside a bare COPY of the same rows.

The member cuts, signs and seals each part as it would; the gateway's handler verifies, opens, reads every line strictly and merges it into the
walled table. Both take turns in one process on one machine, so a gateway with cores of its own does more.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import psycopg
from tests.institutions.gateway.house import GATEWAY, TENANT, TENANTS, House
from tests.support.exchange import CITY

from bench.place import Databases, postgres
from bench.report import Cell, Scale, Table, Tell, median
from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.files.taking import Files
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.store import Store
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.facts import LocalTaxFact
from mynumber.protocols.files import (
    SEND_PART,
    FilePart,
    FileState,
    Purpose,
    cut,
    file_digest,
    packed,
    part_digest,
)

COPIES = 1_000_000
GOAL = 20_000
"""Copies a second (issue: bulk registration)."""
CODE_DIGITS = 44

BARE = "bare COPY into a table with the same key, committed by part"
FIRST = "file of new copies"
AGAIN = "file of newer copies of the same items"


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure on a durable server of its own."""
    copies = scale.count(COPIES, 2_000)
    tell("copies: starting PostgreSQL")
    with postgres("copies") as (server, folder), server.connect_admin() as admin:
        database = Databases(server)("gateway", TENANTS, migrated=True)
        (folder / "systems").mkdir()
        house = House(folder / "systems", database)
        tell(f"copies: codes of {copies:,} people")
        _give_codes(database, copies)
        now = datetime.now(UTC)
        seconds: dict[str, float] = {}
        steps: dict[str, list[float]] = {}
        for name, as_of in ((FIRST, now - timedelta(days=2)), (AGAIN, now - timedelta(days=1))):
            tell(f"copies: {name}")
            admin.execute("CHECKPOINT")
            content = _file(copies, as_of)
            begun = time.perf_counter()
            state = asyncio.run(_send(house, content, steps if name == FIRST else {}))
            seconds[name] = time.perf_counter() - begun
            if (state.accepted, state.refused, state.received) != (copies, 0, len(content)):
                raise RuntimeError("the gateway did not register every copy")
        tell(f"copies: {BARE}")
        admin.execute("CHECKPOINT")
        seconds[BARE] = _bare(database, content)
        yield _table(copies, len(content), seconds, steps)


def _give_codes(database: InstitutionDatabase, people: int) -> None:
    """Codes of random order, as real ones are: the key of the table of copies is not filled from one end."""
    with psycopg.connect(database.tenant_urls[TENANT]) as connection:
        connection.execute(
            """
            INSERT INTO addressee_code (tenant, addressee, code, obtained_at)
            SELECT %s, 'A-' || number, left(translate(encode(sha256(number::text::bytea), 'base64'), '+/=', '-_A'), %s), now()
            FROM generate_series(1, %s) AS number
            """,
            [TENANT, CODE_DIGITS, people],
        )
        connection.execute("ANALYZE addressee_code")


def _file(copies: int, as_of: datetime) -> bytes:
    buffer = io.BytesIO()
    for number in range(1, copies + 1):
        fact = LocalTaxFact(
            fiscal_year=2026,
            total_income=number * 137 % 9_000_000,
            income_levy=number % 400_000,
            dependants=number % 5,
        )
        line = {
            "addressee": f"A-{number}",
            "information": InformationKind.LOCAL_TAX.value,
            "as_of": as_of,
            "fact": fact,
        }
        buffer.write(msgspec.json.encode(line) + b"\n")
    return buffer.getvalue()


async def _send(house: House, content: bytes, steps: dict[str, list[float]]) -> FileState:
    """Send a file as a member does; the gateway's handler answers each part."""
    parts = list(cut(io.BytesIO(content)))
    digest, file = file_digest(part_digest(part.content) for part in parts), uuid4()
    sessions = TenantSessions(house.database.url, largest=2)
    files = Files(Store(sessions))
    state: FileState | None = None
    try:
        for part in parts:
            begun = time.perf_counter()
            message = FilePart(
                file=file,
                purpose=Purpose.COPIES,
                size=len(content),
                digest=digest,
                offset=part.offset,
                content=packed(part.content),
            )
            question = house.question(SEND_PART, message)
            taken = time.perf_counter()
            done = await files.take(question)
            carried_out = time.perf_counter()
            node = house.node("gateway")
            wire.answer(node, question.received, SEND_PART, done, now=datetime.now(UTC))
            answered = time.perf_counter()
            lines = part.content.count(b"\n")
            for step, spent in (
                ("sign, seal, send; verify, open, parse the part", taken - begun),
                ("read lines, COPY, merge, commit", carried_out - taken),
                ("seal and sign the answer", answered - carried_out),
            ):
                steps.setdefault(step, []).append(spent / lines * 1_000_000)
            state = done.state
    finally:
        await sessions.close()
    if state is None:
        raise RuntimeError("an empty file")
    return state


def _bare(database: InstitutionDatabase, content: bytes) -> float:
    """COPY of the same rows in the same parts into a table of the same shape and key, without walls, checks or signatures."""
    rows = [
        [
            (
                TENANT,
                f"{hash((line['addressee'], 7)):0{CODE_DIGITS}d}",
                line["information"],
                line["as_of"],
                line["as_of"],
                msgspec.json.encode(line["fact"]).decode(),
            )
            for line in map(msgspec.json.decode, part.content.splitlines())
        ]
        for part in cut(io.BytesIO(content))
    ]
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute(
            """
            CREATE TABLE bare (tenant text, code text, information text, as_of timestamptz, registered_at timestamptz, fact text,
                PRIMARY KEY (tenant, code, information))
            """
        )
        begun = time.perf_counter()
        for part in rows:
            with owner.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in part:
                    copy.write_row(row)
        return time.perf_counter() - begun


def _table(copies: int, size: int, seconds: dict[str, float], steps: dict[str, list[float]]) -> Table:
    bare = copies / seconds[BARE]
    rows: list[tuple[Cell, ...]] = [
        (name, copies / spent, 1_000_000 * spent / copies, copies / spent / bare)
        for name, spent in seconds.items()
    ]
    rows += [(f"  of which {step}", None, median(spent), None) for step, spent in steps.items()]
    return Table(
        f"Registration of {copies:,} copies from a file of {size / 1024**2:,.0f} MiB",
        ("", "copies/s", "us a copy", "x bare COPY"),
        rows,
        [
            f"Goal: {GOAL:,} copies a second, durable.",
            "Every part is acknowledged after its commit (synchronous_commit on); its lines are refused or registered one by one.",
            f"The gateway tenant is {GATEWAY}; the member {CITY} signs and seals in the same process.",
        ],
    )
