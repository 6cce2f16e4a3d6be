"""Inquiries of files, asked at a bounded pace on the same path as single ones; what was under way when a process died is asked again.

An inquiry is claimed for a while before it is asked. Asked again under its request id it is the same exchange, so nothing is asked twice.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from mynumber.foundation.envelope import Header
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import ASK, Inquiries, Inquiry, InquiryResult, InquiryResults, Outcome
from mynumber.protocols.files import PART_BYTES, LinesQuery, ResultLines, packed
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.wire import MESSAGE_LIFETIME, Received
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES, Question

PACE = 1_000
"""Inquiries a second that one process asks from files at most: what single inquiries need stays free."""
AT_ONCE = 4
"""Groups of one member under way at the same time."""
CLAIMED = timedelta(seconds=60)
"""How long nobody else takes an inquiry in hand."""
ASK_AGAIN = timedelta(seconds=10)
"""When to look again at what has not ended."""
LOOK_AGAIN_AT_DESK = timedelta(minutes=10)
"""When to look again at what waits for a person."""
SWEEP_SECONDS = 5.0
"""How often files are looked for that nobody called attention to: what a dead process left, and what did not end at once."""
RESULTS_KEPT = timedelta(days=7)
"""How long after the last of them a member may fetch the results of a file; its records stay."""
FILES_KEPT = timedelta(days=7 * 366)
"""How long it is known which file a copy came in and which of its lines were refused: as long as records are kept."""
HOUSEKEEPING_SECONDS = 3600
FETCHED = 5_000
"""The most results in one answer; fewer when they do not fit."""

Ask = Callable[[Question[Inquiries]], Awaitable[InquiryResults]]

_encode = msgspec.json.Encoder().encode
_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An inquiry that this process has in hand."""

    file: UUID
    line: int
    inquiry: Inquiry


class FileInquiries:
    """Works off the files of all members of this gateway."""

    def __init__(self, node: Node, store: Store, ask: Ask, *, pace: int = PACE) -> None:
        self._node = node
        self._store = store
        self._ask = ask
        self._pace = pace
        self._working: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._wake = asyncio.Event()

    def wake(self, gateway: str) -> None:
        """A file of this member has come."""
        self._woken.add(gateway)
        self._wake.set()

    async def run(self) -> None:
        """Work off what is due, the files of several members side by side, until cancelled."""
        try:
            while True:
                gateways, self._woken = self._woken, set()
                self._wake.clear()
                for gateway in gateways or self._gateways():
                    if gateway not in self._working:
                        self._working[gateway] = asyncio.create_task(self._work_off(gateway))
                with suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):
                        await self._wake.wait()
        finally:
            for task in self._working.values():
                task.cancel()

    async def _work_off(self, gateway: str) -> None:
        """Ask until nothing of a member is due. Groups do not wait for each other."""
        try:
            if await self.ask_due(gateway):  # most members have no file, and one look tells
                await asyncio.gather(*(self._go_on(gateway) for _ in range(AT_ONCE)))
        except Exception as error:  # noqa: BLE001 - whatever it was: what was claimed is due again after a while
            _log.warning("a file waits", system=gateway, exception=logs.outline(error))
        finally:
            del self._working[gateway]

    async def _go_on(self, gateway: str) -> None:
        while await self.ask_due(gateway):
            pass

    async def ask_due(self, gateway: str) -> int:
        """Ask a group of a member's due inquiries; returns how many, after the time that the pace gives them."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        claimed = await self._claim(tenant_of(gateway), datetime.now(UTC))
        if claimed:
            await self._ask_group(gateway, claimed)
            sharing = AT_ONCE * max(len(self._working), 1)
            await asyncio.sleep(begun + len(claimed) * sharing / self._pace - loop.time())
        return len(claimed)

    def _gateways(self) -> set[str]:
        return {system.id for system in self._node.directory.systems if system.id.startswith("gateway.")}

    async def housekeeping(self) -> None:
        """Forget results that were there long enough, and old files, until cancelled."""
        while True:
            for gateway in self._gateways():
                try:
                    await forget(self._store, tenant_of(gateway), datetime.now(UTC))
                except DATABASE_FAILURES as error:
                    _log.warning("old results stay", system=gateway, exception=logs.outline(error))
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def results(self, question: Question[LinesQuery]) -> ResultLines:
        """The next results of a file. Raises Refused(UNKNOWN_UPLOAD)."""
        tenant, query = tenant_of(question.receiver), question.body
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(Hop.INQUIRER_GATEWAY, Reason.REPLAYED)
            file = await connection.fetchrow(
                "SELECT ended_at, answered FROM member_file WHERE tenant = $1 AND file = $2 AND purpose = 'inquiries'",
                tenant,
                query.file,
            )
            if file is None:
                raise Refused(Hop.INQUIRER_GATEWAY, Reason.UNKNOWN_UPLOAD)
            rows = await connection.fetch(
                """
                SELECT number, result FROM file_inquiry
                WHERE tenant = $1 AND file = $2 AND number > $3 ORDER BY number LIMIT $4
                """,
                tenant,
                query.file,
                query.after,
                FETCHED,
            )
        lines: list[bytes] = []
        size, last = 0, query.after
        for row in rows:
            line = row["result"].encode() + b"\n"
            size += len(line)
            if size > PART_BYTES and lines:
                break
            lines.append(line)
            last = row["number"]
        return ResultLines(
            content=packed(b"".join(lines)),
            last=last,
            complete=file["ended_at"] is not None and (last == file["answered"] or not rows),
        )

    async def _claim(self, tenant: str, at: datetime) -> list[Claimed]:
        async with self._store.acting_as(tenant) as connection:
            # the first in the order of the index, not the order of all that is due
            await connection.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
            rows = await connection.fetch(
                f"""
                UPDATE file_inquiry AS taken SET next_at = $3
                FROM (
                    SELECT file, line FROM file_inquiry WHERE tenant = $1 AND result IS NULL AND next_at <= $2
                    ORDER BY next_at, line LIMIT {GROUP_ITEMS} FOR UPDATE SKIP LOCKED
                ) AS due
                WHERE taken.tenant = $1 AND taken.file = due.file AND taken.line = due.line
                RETURNING taken.file, taken.line, taken.inquiry
                """,  # noqa: S608 - a constant
                tenant,
                at,
                at + CLAIMED,
            )
        return [
            Claimed(row["file"], row["line"], msgspec.json.decode(row["inquiry"], type=Inquiry))
            for row in sorted(rows, key=lambda row: (row["file"], row["line"]))
        ]

    async def _ask_group(self, gateway: str, group: Sequence[Claimed]) -> None:
        """Ask a group as a message of the member would, and keep what came of it."""
        now = datetime.now(UTC)
        member = Directory.member_of(gateway)
        header = Header(
            issuer=member,
            audience=gateway,
            issued_at=now,
            expires_at=now + MESSAGE_LIFETIME,
            message_id=f"file-{secrets.token_urlsafe(16)}",
            kind=ASK.name,
            in_reply_to=None,
        )
        body = Inquiries(inquiries=tuple(one.inquiry for one in group))
        results = (await self._ask(Question(Received(header, gateway, body, b""), now))).results
        await self._keep(tenant_of(gateway), list(zip(group, results, strict=True)), datetime.now(UTC))

    async def _keep(
        self, tenant: str, results: Sequence[tuple[Claimed, InquiryResult]], at: datetime
    ) -> None:
        """Keep what ended, and say when to look again at what has not."""
        open_until = {
            Outcome.OPEN: at + ASK_AGAIN,
            Outcome.WAITING: at + LOOK_AGAIN_AT_DESK,
        }
        by_file: dict[UUID, list[tuple[Claimed, InquiryResult]]] = {}
        for claimed, result in results:
            by_file.setdefault(claimed.file, []).append((claimed, result))
        async with self._store.acting_as(tenant) as connection:
            for file, some in sorted(by_file.items()):
                ended = [(one.line, result) for one, result in some if result.outcome not in open_until]
                going_on = [
                    (one.line, open_until[result.outcome])
                    for one, result in some
                    if result.outcome in open_until
                ]
                if ended:
                    await _end(connection, tenant, file, ended, at)
                if going_on:
                    await _look_later(connection, tenant, file, going_on)


async def forget(store: Store, tenant: str, at: datetime) -> None:
    """Delete results that were there long enough, also of a file that never came whole, and files as old as records get."""
    async with store.acting_as(tenant) as connection:
        await connection.execute(
            """
            DELETE FROM file_inquiry WHERE tenant = $1 AND result IS NOT NULL
              AND file IN (SELECT file FROM member_file WHERE tenant = $1 AND last_at < $2)
            """,
            tenant,
            at - RESULTS_KEPT,
        )
        for table in ("file_part", "file_refusal", "file_inquiry", "member_file"):
            await connection.execute(
                f"""
                DELETE FROM {table} WHERE tenant = $1
                  AND file IN (SELECT file FROM member_file WHERE tenant = $1 AND last_at < $2)
                """,  # noqa: S608 - constants
                tenant,
                at - FILES_KEPT,
            )


async def _end(
    connection: Any, tenant: str, file: UUID, ended: Sequence[tuple[int, InquiryResult]], at: datetime
) -> None:
    """Number results in the order in which they ended; the file's row gives the numbers out and is locked meanwhile.

    No statement here asks for what has no result yet: that would let it go by the index of all that is due, and not by the lines.
    """
    answered = await connection.fetchval(
        "SELECT answered FROM member_file WHERE tenant = $1 AND file = $2 FOR UPDATE", tenant, file
    )
    rows = await connection.fetch(
        """
        SELECT line, result IS NULL AS is_open FROM file_inquiry WHERE tenant = $1 AND file = $2 AND line = ANY($3::bigint[])
        """,
        tenant,
        file,
        [line for line, _ in ended],
    )
    still_open = {row["line"] for row in rows if row["is_open"]}
    done = [(line, result) for line, result in ended if line in still_open]
    await connection.execute(
        """
        UPDATE file_inquiry SET result = ended.result, number = ended.number
        FROM unnest($3::bigint[], $4::text[], $5::bigint[]) AS ended(line, result, number)
        WHERE tenant = $1 AND file = $2 AND file_inquiry.line = ANY($3::bigint[]) AND file_inquiry.line = ended.line
        """,
        tenant,
        file,
        [line for line, _ in done],
        [_encode(result).decode() for _, result in done],
        [answered + place for place in range(1, len(done) + 1)],
    )
    await connection.execute(
        """
        UPDATE member_file SET answered = answered + $3::bigint, last_at = $4::timestamptz,
            ended_at = CASE WHEN received = size AND answered + $3::bigint = accepted THEN $4::timestamptz END
        WHERE tenant = $1 AND file = $2
        """,
        tenant,
        file,
        len(done),
        at,
    )


async def _look_later(
    connection: Any, tenant: str, file: UUID, going_on: Sequence[tuple[int, datetime]]
) -> None:
    """Say when to look again. What another process has ended meanwhile is not looked at, whatever its time."""
    await connection.execute(
        """
        UPDATE file_inquiry SET next_at = later.at FROM unnest($3::bigint[], $4::timestamptz[]) AS later(line, at)
        WHERE tenant = $1 AND file = $2 AND file_inquiry.line = ANY($3::bigint[]) AND file_inquiry.line = later.line
        """,
        tenant,
        file,
        [line for line, _ in going_on],
        [later for _, later in going_on],
    )
