"""Notes on records: what a provider corrected afterwards, for the person to see beside the record of the exchange."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from mynumber.protocols.corrections import CorrectionReason, ToldCorrection
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.records import RecordCorrection
from mynumber.webkit.asgi import Question


async def note(pool: asyncpg.Pool, question: Question[ToldCorrection]) -> Acknowledged:
    """Keep a correction for each exchange that the sender's member did provide in; said again it has no second effect.

    The digest of the permit is known to the two parties alone, so nobody notes anything on an exchange of others.
    """
    body = question.body
    noted = await pool.fetch(
        """
        INSERT INTO exchange_correction (inquirer, request_id, correction, reason, corrected_at, received_at)
        SELECT inquirer, request_id, $1, $2, $3, $4 FROM exchange
        JOIN unnest($5::text[], $6::uuid[], $7::bytea[]) AS told(inquirer, request_id, permit_digest)
            USING (inquirer, request_id, permit_digest)
        WHERE exchange.provider = $8 AND exchange.information = $9
        ON CONFLICT DO NOTHING
        RETURNING 1
        """,
        body.correction,
        body.reason.value,
        min(body.corrected_at, question.at),
        question.at,
        [one.inquirer for one in body.exchanges],
        [one.request_id for one in body.exchanges],
        [bytes.fromhex(one.permit_digest) for one in body.exchanges],
        Directory.member_of(question.sender),
        body.information,
    )
    return Acknowledged(count=len(noted))


async def corrections_of(
    connection: Any, exchanges: Sequence[tuple[str, UUID]]
) -> dict[tuple[str, UUID], list[RecordCorrection]]:
    """The corrections of some exchanges, in the order in which they were made."""
    rows = await connection.fetch(
        """
        SELECT inquirer, request_id, reason, corrected_at FROM exchange_correction
        JOIN unnest($1::text[], $2::uuid[]) AS page(inquirer, request_id) USING (inquirer, request_id)
        ORDER BY corrected_at
        """,
        [inquirer for inquirer, _ in exchanges],
        [request_id for _, request_id in exchanges],
    )
    found: dict[tuple[str, UUID], list[RecordCorrection]] = {}
    for row in rows:
        at: datetime = row["corrected_at"]
        found.setdefault((row["inquirer"], row["request_id"]), []).append(
            RecordCorrection(reason=CorrectionReason(row["reason"]), at=at)
        )
    return found
