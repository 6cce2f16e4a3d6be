"""SQL of addressing: whose code was issued to whom, and the record that a notice went to a person, in the log before anything leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from asyncpg.exceptions import DeadlockDetectedError, UniqueViolationError

from mynumber.foundation import tlog
from mynumber.institutions.network.core.recording import TRIES
from mynumber.institutions.network.notices.deciding import Judged
from mynumber.protocols.directory import Directory
from mynumber.protocols.events import EventKind
from mynumber.protocols.refusal import Reason

INFORMATION: Final = "notice"
"""What an entry of the log says was disclosed: that a notice was sent, and nothing of it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The notices of one message, judged."""

    sender: str
    receiver: str
    judged: Sequence[Judged]
    at: datetime


Outcome = tuple[str, ...] | Reason
"""The receiver's codes for the person of a notice that was recorded, or why it was not."""
_Held = tuple[str, str]
_Key = tuple[str, UUID]


class NoticeStore:
    """Over the pool of the core. A notice is an entry of ``event_entry``: the record of a disclosure to the portal, with a leaf in the log."""

    def __init__(
        self, pool: asyncpg.Pool, directory: Callable[[], Directory], appended: Callable[[], None]
    ) -> None:
        self._pool = pool
        self._directory = directory
        self._appended = appended

    async def record(self, batch: Sequence[Incoming]) -> list[list[Outcome]]:
        """Record what may be delivered; outcomes in the order of the batch. When it returns, the records are durable.

        What was recorded before is not recorded again; the same id with another content or for another person is a duplicate.
        """
        async with self._pool.acquire() as connection:
            for left in reversed(range(TRIES)):
                held = await _issued(connection, batch)
                known = await _recorded(connection, batch)
                fresh: dict[_Key, tuple[Incoming, Judged]] = {}
                outcomes = [
                    [self._settle(message, judged, held, known, fresh) for judged in message.judged]
                    for message in batch
                ]
                if not fresh:
                    return outcomes
                try:
                    await self._write(connection, fresh)
                    break
                except (UniqueViolationError, DeadlockDetectedError):  # another process recorded the same
                    if not left:
                        raise
        self._appended()
        return outcomes

    def _settle(
        self,
        message: Incoming,
        judged: Judged,
        held: frozenset[_Held],
        known: dict[_Key, bytes],
        fresh: dict[_Key, tuple[Incoming, Judged]],
    ) -> Outcome:
        if judged.person is None or (message.sender, judged.notice.code) not in held:
            return Reason.UNKNOWN_CODE
        codes = tuple(code for code in judged.codes if (message.receiver, code) in held)
        if not codes:
            return Reason.PROVIDER_HAS_NO_CODE
        key = (message.sender, judged.notice.notice)
        digest = bytes.fromhex(judged.notice.digest)
        if known.get(key, digest) != digest:
            return Reason.DUPLICATE_REQUEST
        if key not in known:
            first = fresh.setdefault(key, (message, judged))[1]
            if first.notice != judged.notice:
                return Reason.DUPLICATE_REQUEST
        return codes

    async def _write(self, connection: Any, fresh: dict[_Key, tuple[Incoming, Judged]]) -> None:
        """Ids, then entries; the row of ``log_state``, for which every exchange waits, is locked last."""
        directory = self._directory()
        # in one order everywhere: two transactions with the same ids wait for each other instead of blocking each other
        rows = [fresh[key] for key in sorted(fresh)]
        async with connection.transaction():
            await connection.execute(
                """
                INSERT INTO published_event (publisher, event_id, digest, received_at)
                SELECT * FROM unnest($1::text[], $2::uuid[], $3::bytea[], $4::timestamptz[])
                """,
                [message.sender for message, _ in rows],
                [judged.notice.notice for _, judged in rows],
                [bytes.fromhex(judged.notice.digest) for _, judged in rows],
                [message.at for message, _ in rows],
            )
            await connection.execute(
                """
                WITH slot AS (
                    UPDATE log_state SET next_index = next_index + $1 WHERE id = 1 RETURNING next_index - $1 AS first
                ), placed AS (
                    SELECT new.*, slot.first + row_number() OVER () - 1 AS index
                    FROM slot, unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::text[],
                        $8::text[], $9::bytea[])
                        AS new(subscriber, publisher, event_id, person, at, subscriber_name, publisher_name, salt)
                )
                INSERT INTO event_entry (subscriber, sequence, publisher, event_id, person, kind, information, occurred_at,
                    grounds, disclosed_at, subscriber_name, publisher_name, salt, index)
                SELECT subscriber, index, publisher, event_id, person, $10, $11, at, '[]', at, subscriber_name,
                    publisher_name, salt, index
                FROM placed
                """,
                len(rows),
                [message.receiver for message, _ in rows],
                [message.sender for message, _ in rows],
                [judged.notice.notice for _, judged in rows],
                [judged.person for _, judged in rows],
                [message.at for message, _ in rows],
                [directory.name(message.receiver) for message, _ in rows],
                [directory.name(message.sender) for message, _ in rows],
                [tlog.new_salt() for _ in rows],
                EventKind.NOTICE.value,
                INFORMATION,
            )


async def _issued(connection: Any, batch: Sequence[Incoming]) -> frozenset[_Held]:
    """Which of the codes were issued to whom (Cabinet Order art. 26(6))."""
    pairs = {
        held
        for message in batch
        for judged in message.judged
        if judged.person is not None
        for held in (
            (message.sender, judged.notice.code),
            *((message.receiver, code) for code in judged.codes),
        )
    }
    ordered = sorted(pairs)
    rows = await connection.fetch(
        """
        SELECT member, code FROM issued_code
        JOIN unnest($1::text[], $2::text[]) AS asked(member, code) USING (member, code)
        """,
        [member for member, _ in ordered],
        [code for _, code in ordered],
    )
    return frozenset((row["member"], row["code"]) for row in rows)


async def _recorded(connection: Any, batch: Sequence[Incoming]) -> dict[_Key, bytes]:
    """The digests of the ids that were used before."""
    keys = sorted({(message.sender, judged.notice.notice) for message in batch for judged in message.judged})
    rows = await connection.fetch(
        """
        SELECT publisher, event_id, digest FROM published_event
        JOIN unnest($1::text[], $2::uuid[]) AS asked(publisher, event_id) USING (publisher, event_id)
        """,
        [sender for sender, _ in keys],
        [notice for _, notice in keys],
    )
    return {(row["publisher"], row["event_id"]): bytes(row["digest"]) for row in rows}
