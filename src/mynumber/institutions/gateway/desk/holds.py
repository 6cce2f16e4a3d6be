"""What the hot path asks the desk, inside its own transaction and under the tenant's role: one statement each.

An item that meets a hold is put on the desk and the permit's outcome is ``waiting``; presented again, the desk's decision answers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from mynumber.protocols.exchange import Outcome
from mynumber.protocols.holds import HoldReason
from mynumber.protocols.refusal import Reason

DESK_TIME = timedelta(days=7)
"""How long a person has for an answer; the permit of an item on the desk lives as long (Order 85 art. 41 leaves it to the operator)."""


PERIOD_IS_ASKED = """(hold.period IS NULL OR CASE WHEN asked.periods IS NOT NULL THEN hold.period = ANY(asked.periods)
    ELSE hold.period >= (SELECT coalesce(max(copy.period), '') FROM copy
        WHERE copy.code = asked.code AND copy.information = asked.information) END)"""
"""Whether the period of a switch is asked (SQL). Who names none asks for the newest: that of the newest copy, or the one to which a switch points before
there is a copy of it."""


@dataclass(frozen=True, slots=True)
class DeskRequest:
    """A verified permit whose item is held."""

    permit_digest: bytes
    inquirer: str
    request_id: UUID
    code: str
    """The provider's code."""
    information: str
    affair: str
    provision: str
    organisation: str
    periods: tuple[str, ...]
    reason: HoldReason


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """What the desk says of a permit. ``outcome`` is None while nobody has decided; then, past ``deadline``, the permit has expired."""

    outcome: Outcome | None
    """``provided``, ``no_data`` or ``refused``."""
    deadline: datetime
    fact: str | None = None
    """JSON in the layout of the kind, with ``provided``; of several periods a list of :class:`~mynumber.protocols.exchange.PeriodFact`."""
    as_of: datetime | None = None
    refusal: Reason | None = None


async def held(
    connection: Any, tenant: str, items: Sequence[tuple[str, str, Sequence[str]]], at: datetime
) -> dict[int, HoldReason]:
    """Which of the (code, information, periods) are not answered automatically at ``at``, by position. Usually none."""
    rows = await connection.fetch(
        f"""
        WITH asked AS MATERIALIZED (
            SELECT current_code(code) AS code, information, string_to_array(nullif(periods, ''), ' ') AS periods, position
            FROM unnest($2::text[], $3::text[], $5::text[]) WITH ORDINALITY AS _(code, information, periods, position)
        )
        SELECT DISTINCT ON (position) position, reason FROM (
            SELECT asked.position, hold.reason
            FROM asked
            JOIN answer_hold AS hold ON hold.tenant = $1 AND hold.code = asked.code
             AND (hold.information IS NULL OR hold.information = asked.information)
            WHERE hold.since <= $4 AND (hold.until IS NULL OR hold.until > $4) AND {PERIOD_IS_ASKED}
            UNION ALL
            SELECT asked.position, hold.reason
            FROM answer_hold AS hold
            JOIN asked ON hold.information = asked.information
            WHERE hold.tenant = $1 AND hold.code IS NULL AND hold.since <= $4 AND (hold.until IS NULL OR hold.until > $4)
              AND {PERIOD_IS_ASKED}
        ) AS met
        ORDER BY position, reason
        """,  # noqa: S608 - a constant
        tenant,
        [code for code, _, _ in items],
        [information for _, information, _ in items],
        at,
        [" ".join(periods) for _, _, periods in items],
    )
    return {row["position"] - 1: HoldReason(row["reason"]) for row in rows}


async def put_on_desk(connection: Any, tenant: str, items: Sequence[DeskRequest], at: datetime) -> datetime:
    """Let items wait for a person; returns until when. A permit that is there already stays as it is."""
    deadline = at + DESK_TIME
    await connection.execute(
        """
        INSERT INTO desk_item (tenant, permit_digest, inquirer, request_id, code, information, affair, provision,
            organisation, reason, periods, put_at, deadline, state)
        SELECT $1, permit_digest, inquirer, request_id, current_code(code), information, affair, provision, organisation, reason,
            string_to_array(nullif(periods, ''), ' '), $11, $12, 'open'
        FROM unnest($2::bytea[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $13::text[]) AS _(permit_digest, inquirer, request_id, code, information, affair, provision, organisation, reason, periods)
        ON CONFLICT (tenant, permit_digest) DO NOTHING
        """,
        tenant,
        [item.permit_digest for item in items],
        [item.inquirer for item in items],
        [item.request_id for item in items],
        [item.code for item in items],
        [item.information for item in items],
        [item.affair for item in items],
        [item.provision for item in items],
        [item.organisation for item in items],
        [item.reason.value for item in items],
        at,
        deadline,
        [" ".join(item.periods) for item in items],
    )
    return deadline


async def take_off_desk(connection: Any, tenant: str, inquirer: str, request_id: UUID, at: datetime) -> None:
    """The inquirer gave up: what nobody has answered yet waits no longer. Who answers at the same moment is told that it is too late."""
    await connection.execute(
        """
        WITH withdrawn AS (
            UPDATE desk_item SET state = 'withdrawn', decided_at = $4, decided_by = $2
            WHERE tenant = $1 AND inquirer = $2 AND request_id = $3 AND state = 'open'
            RETURNING information, permit_digest
        )
        INSERT INTO desk_event (tenant, at, who, what, information, permit_digest)
        SELECT $1, $4, $2, 'withdrawn', information, permit_digest FROM withdrawn
        """,
        tenant,
        inquirer,
        request_id,
        at,
    )


async def desk_answers(
    connection: Any, tenant: str, permit_digests: Sequence[bytes]
) -> dict[bytes, DeskAnswer]:
    """What the desk has decided about permits; those that were never put there are missing."""
    rows = await connection.fetch(
        """
        SELECT permit_digest, state, deadline, fact, as_of, refusal FROM desk_item
        WHERE tenant = $1 AND permit_digest = ANY($2::bytea[])
        """,
        tenant,
        list(permit_digests),
    )
    return {
        bytes(row["permit_digest"]): DeskAnswer(
            outcome=None if row["state"] == "open" else Outcome(row["state"]),
            deadline=row["deadline"],
            fact=row["fact"],
            as_of=row["as_of"],
            refusal=Reason(row["refusal"]) if row["refusal"] else None,
        )
        for row in rows
    }
