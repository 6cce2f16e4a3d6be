"""Issue of codes (Act art. 21-2, Cabinet Order art. 27(3)-(6)): from acquisition number and resident code, which are not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import asyncpg

from mynumber.foundation.codes import BadCode, CodeKeys
from mynumber.foundation.envelope import Header
from mynumber.institutions.network.core.recording import SEEN_MARGIN
from mynumber.institutions.network.siblings.own import others, this_core
from mynumber.institutions.network.siblings.telling import put_out
from mynumber.protocols.acquisition import (
    DELIVER_CODES,
    AcquisitionState,
    CodeRequestResult,
    CodeRequestResults,
    DeliverCodes,
    DeliveredCode,
    IssueCodes,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Caller

RECEIVERS_WITHOUT_INQUIRIES = frozenset({"portal"})
"""Systems that hold codes though they neither inquire nor provide."""


async def issue_codes(
    order: IssueCodes,
    header: Header,
    *,
    node: Node,
    keys: CodeKeys,
    pool: asyncpg.Pool,
    caller: Caller,
    at: datetime,
    told: Callable[[], None],
) -> CodeRequestResults:
    """Make the codes, record which institution holds them, and deliver them to its gateway.

    The code of one person for one institution is always the same value, so asking again delivers it again and issues nothing new. ``told`` is
    called when there is something to tell the other cores.
    """
    directory = node.directory
    if order.member not in directory or not (
        directory.system(order.member).kinds or order.member in RECEIVERS_WITHOUT_INQUIRIES
    ):
        raise Refused(Hop.NETWORK, Reason.NOT_ENTITLED, "this system holds no codes")
    if this_core() not in directory.cores_of(order.member):
        raise Refused(Hop.NETWORK, Reason.WRONG_AUDIENCE, "the member is at home at another core")
    try:
        codes = await asyncio.to_thread(
            lambda: [keys.issue(order.member, item.resident_code).to_text() for item in order.items]
        )
    except BadCode:
        raise Refused(Hop.NETWORK, Reason.MALFORMED) from None
    async with pool.acquire() as connection, connection.transaction():
        fresh = await connection.fetchval(
            """
            WITH seen AS (
                INSERT INTO seen_message (sender, message_id, expires_at) VALUES ($1, $2, $3)
                ON CONFLICT DO NOTHING RETURNING 1
            ) SELECT count(*) FROM seen
            """,
            header.issuer,
            header.message_id,
            header.expires_at + SEEN_MARGIN,
        )
        if not fresh:
            raise Refused(Hop.NETWORK, Reason.REPLAYED)
        inserted = {
            row["code"]
            for row in await connection.fetch(
                """
                INSERT INTO issued_code (member, code, issued_at)
                SELECT $1, code, $3 FROM unnest($2::text[]) AS new(code)
                ON CONFLICT DO NOTHING RETURNING code
                """,
                order.member,
                codes,
                at,
            )
        }
        await put_out(connection, others(directory), order.member, sorted(inserted), at)
    if inserted:
        told()
    await caller.call(
        DELIVER_CODES,
        DeliverCodes(
            codes=tuple(
                DeliveredCode(number=item.number, code=code)
                for item, code in zip(order.items, codes, strict=True)
            )
        ),
        sender=this_core(),
        receiver=directory.gateway_of(order.member),
        hop=Hop.NETWORK,
    )
    return CodeRequestResults(
        results=tuple(
            CodeRequestResult(
                number=item.number,
                state=AcquisitionState.DELIVERED if code in inserted else AcquisitionState.ALREADY_OBTAINED,
            )
            for item, code in zip(order.items, codes, strict=True)
        )
    )
