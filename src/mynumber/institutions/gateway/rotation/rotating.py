"""A member's codes change to another version of the network's keys: everything that is kept under a code moves with it, and the former code is
remembered for as long as something may still come that names a person by it.

So nothing stands still: a permit that was given before, an item of the desk, a page of events that waits in NATS are understood afterwards as before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from mynumber.foundation.codes import BadCode, Code
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.acquisition import RotateCodes
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

TABLES: Final = ("addressee_code", "copy", "gone_copy", "answer_hold", "desk_item", "former_code")
"""What names a person by code. Events, corrections and letters name people by addressee or by exchange."""
REMEMBERED: Final = timedelta(days=60)
"""From the day on which the network said that the version is closed: more than the 30 days of events and the 7 days of the desk."""

STAND_STILL = "LOCK TABLE addressee_code, copy, answer_hold, desk_item IN SHARE ROW EXCLUSIVE MODE"
"""Who writes under a code waits the moment that a batch takes, and then writes under the new one (``current_code``); readers do not wait."""
_DOUBLES = (
    """
    DELETE FROM gone_copy AS one USING gone_copy AS other, unnest($2::text[], $3::text[]) AS pair(old, new)
    WHERE one.tenant = $1 AND other.tenant = $1 AND one.code = pair.old AND other.code = pair.new
      AND (one.information, one.period) = (other.information, other.period)
    """,
    """
    DELETE FROM copy AS one USING copy AS other, unnest($2::text[], $3::text[]) AS pair(old, new)
    WHERE one.tenant = $1 AND other.tenant = $1 AND (one.information, one.period) = (other.information, other.period)
      AND ((one.code = pair.old AND other.code = pair.new AND one.registered_at <= other.registered_at)
        OR (one.code = pair.new AND other.code = pair.old AND one.registered_at < other.registered_at))
    """,
    """
    DELETE FROM answer_hold AS one USING answer_hold AS other, unnest($2::text[], $3::text[]) AS pair(old, new)
    WHERE one.tenant = $1 AND other.tenant = $1 AND one.code = pair.old AND other.code = pair.new AND one.reason = other.reason
      AND (one.information, one.period) IS NOT DISTINCT FROM (other.information, other.period)
    """,
)
"""Somebody who acquired a code anew meanwhile may have been written under both: the newer one stays."""


class Rotating:
    """Takes codes of a new version from the network."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rotate(self, question: Question[RotateCodes]) -> Acknowledged:
        """Move a batch in one transaction. What has moved before stays as it is, so the same batch may come again."""
        tenant, pairs = tenant_of(question.receiver), question.body.codes
        if len(pairs) > BATCH_ITEMS:
            raise Refused(Hop.INQUIRER_GATEWAY, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")
        try:
            old = [Code.parse(pair.old).to_text() for pair in pairs]
            new = [Code.parse(pair.new).to_text() for pair in pairs]
        except BadCode:
            raise Refused(Hop.INQUIRER_GATEWAY, Reason.MALFORMED) from None
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(Hop.INQUIRER_GATEWAY, Reason.REPLAYED)
            if pairs:
                await connection.execute(STAND_STILL)
                await move(connection, tenant, old, new)
            await connection.execute(
                "UPDATE former_code SET at = $2 WHERE tenant = $1 AND at IS NULL AND split_part(former, '.', 1)::int = ANY($3)",
                tenant,
                question.at,
                list(question.body.closed),
            )
        return Acknowledged(count=len(pairs))


async def move(connection: Any, tenant: str, old: list[str], new: list[str]) -> None:
    """Move what is kept under old codes to the new ones, and remember the old; in a transaction that made all :data:`STAND_STILL`."""
    for statement in _DOUBLES:
        await connection.execute(statement, tenant, old, new)
    for table in TABLES:
        await connection.execute(
            f"UPDATE {table} AS held SET code = pair.new FROM unnest($2::text[], $3::text[]) AS pair(old, new)"  # noqa: S608 - constants
            " WHERE held.tenant = $1 AND held.code = pair.old",
            tenant,
            old,
            new,
        )
    await connection.execute(
        """
        INSERT INTO former_code (tenant, former, code)
        SELECT $1, pair.old, pair.new FROM unnest($2::text[], $3::text[]) AS pair(old, new)
        ON CONFLICT (tenant, former) DO UPDATE SET code = excluded.code, at = NULL
        """,
        tenant,
        old,
        new,
    )


async def forget(connection: Any, tenant: str, at: datetime) -> None:
    """Forget former codes that nothing can name any more: never while the network may still give the old one."""
    await connection.execute("DELETE FROM former_code WHERE tenant = $1 AND at < $2", tenant, at - REMEMBERED)
