"""Switches for automatic answers, set by the member's own system (message `answer-holds.v1`)."""

from __future__ import annotations

from typing import Any

from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.facts import may_be_of
from mynumber.protocols.holds import ChangeHolds, Hold, HoldRefusal, HoldsChanged, RefusedHold
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

HERE = Hop.PROVIDER_GATEWAY


class Holds:
    """Sets and lifts switches for all members of this gateway."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def change(self, question: Question[ChangeHolds]) -> HoldsChanged:
        """Set, then lift; each is carried out or refused by itself. Raises Refused(TOO_LARGE, REPLAYED)."""
        asked, tenant = question.body, tenant_of(question.receiver)
        if len(asked.set) + len(asked.lift) > BATCH_ITEMS:
            raise Refused(HERE, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(HERE, Reason.REPLAYED)
            codes = await _codes(connection, tenant, [hold.addressee for hold in asked.set])
            refused = {
                position: reason
                for position, hold in enumerate(asked.set)
                if (reason := _unacceptable(hold, codes)) is not None
            }
            holds = [hold for position, hold in enumerate(asked.set) if position not in refused]
            for hold in holds:
                await connection.execute(
                    """
                    INSERT INTO answer_hold (tenant, code, addressee, information, period, reason, since, until, set_at, set_by)
                    VALUES ($1, current_code($2), $3, $4, $10, $5, $6, $7, $8, $9)
                    ON CONFLICT (tenant, code, information, period, reason) DO UPDATE
                        SET since = excluded.since, until = excluded.until, set_at = excluded.set_at, set_by = excluded.set_by
                    """,
                    tenant,
                    codes.get(hold.addressee) if hold.addressee else None,
                    hold.addressee,
                    hold.information,
                    hold.reason.value,
                    hold.since,
                    hold.until,
                    question.at,
                    question.sender,
                    hold.period,
                )
            lifted = 0
            for key in asked.lift:
                done = await connection.execute(
                    """
                    DELETE FROM answer_hold WHERE tenant = $1 AND addressee IS NOT DISTINCT FROM $2
                      AND information IS NOT DISTINCT FROM $3 AND period IS NOT DISTINCT FROM $5 AND reason = $4
                    """,
                    tenant,
                    key.addressee,
                    key.information,
                    key.reason.value,
                    key.period,
                )
                lifted += int(done.rpartition(" ")[2])
            await connection.executemany(
                """
                INSERT INTO desk_event (tenant, at, who, what, addressee, information, period, reason)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                [
                    (
                        tenant,
                        question.at,
                        question.sender,
                        what,
                        one.addressee,
                        one.information,
                        one.period,
                        one.reason.value,
                    )
                    for what, changed in (("hold_set", holds), ("hold_lifted", asked.lift))
                    for one in changed
                ],
            )
        return HoldsChanged(
            set=len(holds),
            lifted=lifted,
            refused=tuple(RefusedHold(position=at, reason=why) for at, why in sorted(refused.items())),
        )


async def _codes(connection: Any, tenant: str, addressees: list[str | None]) -> dict[str, str]:
    rows = await connection.fetch(
        "SELECT addressee, code FROM addressee_code WHERE tenant = $1 AND addressee = ANY($2::text[])",
        tenant,
        [addressee for addressee in addressees if addressee is not None],
    )
    return {row["addressee"]: row["code"] for row in rows}


def _unacceptable(hold: Hold, codes: dict[str, str]) -> HoldRefusal | None:
    if hold.addressee is None and hold.information is None:
        return HoldRefusal.NAMES_NOTHING
    if hold.addressee is not None and hold.addressee not in codes:
        return HoldRefusal.NO_CODE
    if hold.until is not None and hold.until <= hold.since:
        return HoldRefusal.ENDS_BEFORE_IT_BEGINS
    if hold.information is None:
        return HoldRefusal.WRONG_PERIOD if hold.period is not None else None
    try:
        kind = InformationKind.named(hold.information)
    except ValueError:
        return HoldRefusal.UNKNOWN_INFORMATION
    if hold.period is not None and not may_be_of(kind, hold.period):
        return HoldRefusal.WRONG_PERIOD
    return None
