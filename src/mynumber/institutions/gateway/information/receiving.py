"""A resident's case arrives at the desk of a member: found in the member's own records, and the value frozen where it may be another person's."""

from __future__ import annotations

from typing import Any

from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.holds import HoldReason
from mynumber.protocols.information import PORTAL, CaseArrived, CaseKind, CaseState, OwnCase
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

HERE = Hop.PROVIDER_GATEWAY
SET_BY = "本人の申出"
"""Who set a switch that a case froze a value with: only such a switch is lifted with the case."""
GIVEN = frozenset({Outcome.PROVIDED.value, Outcome.LOST.value})


class Receiving:
    """Takes cases for all members of this gateway."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self, question: Question[OwnCase]) -> CaseArrived:
        """Put a case on the desk; said again it has no second effect, and the same time of arrival.

        Raises Refused: UNKNOWN_RECORD unless the member's record of that exchange is one that the person may see and the case fits it,
        DUPLICATE_REQUEST for other words under the same id.
        """
        body, tenant = question.body, tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(HERE, Reason.REPLAYED)
            record = await _record(connection, tenant, Directory.member_of(question.receiver), body)
            await connection.execute(
                """
                INSERT INTO own_case (tenant, "case", kind, inquirer, request_id, affair, information, period, addressee, words,
                    written_at, arrived_at, state, steps)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0) ON CONFLICT (tenant, "case") DO NOTHING
                """,
                tenant,
                body.case,
                body.kind.value,
                body.inquirer,
                body.request_id,
                record["affair"],
                body.information,
                body.period,
                record["addressee"],
                body.words,
                body.written_at,
                question.at,
                CaseState.ARRIVED.value,
            )
            kept = await connection.fetchrow(
                'SELECT * FROM own_case WHERE tenant = $1 AND "case" = $2', tenant, body.case
            )
            if (kept["kind"], kept["inquirer"], kept["request_id"], kept["words"], kept["period"]) != (
                body.kind.value,
                body.inquirer,
                body.request_id,
                body.words,
                body.period,
            ):
                raise Refused(HERE, Reason.DUPLICATE_REQUEST)
            if body.kind is CaseKind.NOT_ME and kept["arrived_at"] == question.at:
                await _freeze(connection, tenant, kept)
        return CaseArrived(case=body.case, arrived_at=kept["arrived_at"])


async def _record(connection: Any, tenant: str, member: str, case: OwnCase) -> Any:
    """The member's record that a case is about: as provider of a value to the person, or as inquirer of an exchange."""
    row = await connection.fetchrow(
        """
        SELECT affair, addressee, outcome, periods, given FROM side_record
        WHERE tenant = $1 AND side = $2 AND inquirer = $3 AND request_id = $4 AND information = $5 AND NOT non_disclosure
        """,
        tenant,
        "inquirer" if case.kind is CaseKind.QUESTION else "provider",
        case.inquirer,
        case.request_id,
        case.information,
    )
    is_about_value = case.kind is not CaseKind.QUESTION
    if (
        row is None
        or (
            is_about_value
            and (case.inquirer != PORTAL or row["outcome"] not in GIVEN or not row["addressee"])
        )
        or (not is_about_value and case.inquirer != member)
        or (case.period is not None and case.period not in (row["given"] or ()))
    ):
        raise Refused(HERE, Reason.UNKNOWN_RECORD)
    return row


async def _freeze(connection: Any, tenant: str, case: Any) -> None:
    """Stop automatic answers with this value, for everybody, until a person has decided."""
    await connection.execute(
        """
        INSERT INTO answer_hold (tenant, code, addressee, information, period, reason, since, until, set_at, set_by)
        SELECT tenant, code, addressee, $3::text, $4::text, $5::text, $6::timestamptz, NULL, $6::timestamptz, $7::text
        FROM addressee_code WHERE tenant = $1 AND addressee = $2
        ON CONFLICT (tenant, code, information, period, reason) DO NOTHING
        """,
        tenant,
        case["addressee"],
        case["information"],
        case["period"],
        HoldReason.SUSPECTED_LINK.value,
        case["arrived_at"],
        SET_BY,
    )
    await connection.execute(
        """
        INSERT INTO desk_event (tenant, at, who, what, addressee, information, period, reason)
        VALUES ($1, $2, $3, 'hold_set', $4, $5, $6, $7)
        """,
        tenant,
        case["arrived_at"],
        SET_BY,
        case["addressee"],
        case["information"],
        case["period"],
        HoldReason.SUSPECTED_LINK.value,
    )
