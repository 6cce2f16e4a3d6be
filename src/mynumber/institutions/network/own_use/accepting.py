"""The commission tells of an own-use affair that it accepted: a row of the table from its day on, without a restart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from mynumber.foundation.law import NoticeKind
from mynumber.institutions.network.own_use.rows import JAPAN
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.own_use import OwnUseAccepted, affair_to_add, require_place
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

_LOCK = 7_300_213
"""Rows are added one after the other: the second notice of an affair sees the first."""


async def accept(pool: asyncpg.Pool, question: Question[OwnUseAccepted]) -> Acknowledged:
    """Add the row that the commission accepted (Act art. 19(ix)); the same notice again adds nothing.

    Refused: ``malformed`` (a body that is none, days out of order), ``not_in_table`` (not equivalent to an affair of the table that applies when it
    begins), ``duplicate_request`` (another content under this notice, a new affair whose number is taken), ``unknown_record`` (a change of what is not there).
    """
    body = question.body
    if body.accepted > question.at.astimezone(JAPAN).date():
        raise Refused(Hop.NETWORK, Reason.MALFORMED, "accepted on a day to come")
    affair = affair_to_add(body, Hop.NETWORK)
    content = msgspec.json.encode(body.affair).decode()
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        known = await connection.fetchrow(
            "SELECT kind, content, notified, accepted FROM own_use_row WHERE notice = $1", body.notice
        )
        if known is not None:
            if tuple(known) != (body.kind.value, content, body.notified, body.accepted):
                raise Refused(Hop.NETWORK, Reason.DUPLICATE_REQUEST)
            return Acknowledged(count=0)
        await _require_place(connection, body.kind, affair.id)
        await _add(connection, body, affair.id, content, question.at)
    return Acknowledged(count=1)


async def _require_place(connection: Any, kind: NoticeKind, affair_id: str) -> None:
    last = await connection.fetchval(
        "SELECT kind FROM own_use_row WHERE affair = $1 ORDER BY id DESC LIMIT 1", affair_id
    )
    require_place(kind, NoticeKind(last) if last else None, Hop.NETWORK)


async def _add(connection: Any, body: OwnUseAccepted, affair_id: str, content: str, at: datetime) -> None:
    await connection.execute(
        """
        INSERT INTO own_use_row (notice, kind, affair, content, notified, accepted, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        body.notice,
        body.kind.value,
        affair_id,
        content,
        body.notified,
        body.accepted,
        at,
    )
