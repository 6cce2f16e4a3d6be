"""What a member's gateway answers to a person about themself: which copies it holds, and what its own record says of an exchange."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from mynumber.institutions.gateway.desk.hours import OpeningHours
from mynumber.institutions.gateway.tenants.outbox import Outbox
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Outcome, Permit, PermitAnswer, PermitSheet, SheetPresentation
from mynumber.protocols.information import (
    INVENTORY,
    OWN_REQUEST,
    PORTAL,
    HeldKind,
    HeldPeriod,
    Inventory,
    OwnRecord,
    OwnRecordQuery,
)
from mynumber.protocols.node import Node
from mynumber.protocols.permits import ReadSheet, open_codes, read_sheet
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question

HERE = Hop.PROVIDER_GATEWAY

_USE = """
WITH used AS (
    INSERT INTO side_record (tenant, side, inquirer, request_id, provider, affair, provision, information, organisation, non_disclosure,
        outcome, hop, reason, permit_digest, asked_at, ended_at, provided_at, addressee)
    VALUES ($1::text, 'provider', $2, $3::uuid, $4, $5, $6, $7, $8, false, $9::text, CASE WHEN $9::text = 'refused' THEN 'provider_gateway' END, $10::text, $11::bytea, $12, $13::timestamptz,
        CASE WHEN $9::text = 'provided' THEN $13::timestamptz END,
        (SELECT min(addressee) FROM addressee_code WHERE tenant = $1::text AND code = current_code($14::text)))
    ON CONFLICT DO NOTHING RETURNING 1
), told AS (
    INSERT INTO notice (tenant, core, side, request_id, outcome, permit_digest, at, hop, reason)
    SELECT $1::text, $15, 'provider', $3::uuid, $9::text, $11::bytea, $13::timestamptz, CASE WHEN $9::text = 'refused' THEN 'provider_gateway' END, $10::text FROM used
)
SELECT count(*) FROM used
"""


def require_own(sheet: PermitSheet) -> None:
    """The portal presents what a person asked about themself, and nobody else does. Raises Refused(NOT_ENTITLED)."""
    is_portal = sheet.inquirer == PORTAL
    for permit in sheet.permits:
        if (permit.affair == OWN_REQUEST) is not is_portal or (
            permit.provision == OWN_REQUEST
        ) is not is_portal:
            raise Refused(HERE, Reason.NOT_ENTITLED, "a person's own request")


class Answering:
    """Answers the portal, for all members of this gateway."""

    def __init__(self, node: Node, store: Store, hours: OpeningHours, outbox: Outbox) -> None:
        self._node = node
        self._store = store
        self._hours = hours
        self._outbox = outbox

    async def inventory(self, question: Question[SheetPresentation]) -> Inventory:
        """Which copies are held about the person of a permit, which is used up and recorded as any other. Raises Refused."""
        receiver, at = question.receiver, question.at
        sheet = read_sheet(
            question.body.sheet,
            directory=self._node.directory,
            presenter=question.sender,
            receiver=receiver,
            now=at,
        )
        require_own(sheet.body)
        if [permit.information for permit in sheet.body.permits] != [INVENTORY]:
            raise Refused(HERE, Reason.NOT_ENTITLED, "a permit for something else")
        (code,) = open_codes(sheet.body, key=self._node.sealing_key(receiver))
        refusal: Reason | None = Reason.PERMIT_EXPIRED if sheet.is_expired else None
        opens_at: datetime | None = None
        if refusal is None and not await self._hours.is_open(receiver, at):
            refusal, opens_at = Reason.PROVIDER_CLOSED, await self._hours.opens_at(receiver, at)
        async with self._store.acting_as(tenant_of(receiver)) as connection:
            if not await first_time(connection, tenant_of(receiver), [question.received.header]):
                raise Refused(HERE, Reason.REPLAYED)
            held = await _held(connection, tenant_of(receiver), code) if refusal is None else ()
            outcome = Outcome.REFUSED if refusal else Outcome.PROVIDED if held else Outcome.NO_DATA
            is_used = await _use(connection, question, sheet, code, outcome, refusal)
        if not is_used:
            held, outcome, refusal = (), Outcome.REFUSED, Reason.PERMIT_USED
        self._outbox.wake(receiver)
        return Inventory(
            sheet_digest=sheet.digest.hex(),
            answer=PermitAnswer(outcome=outcome, at=at, deadline=opens_at, reason=refusal),
            held=held,
        )

    async def record(self, question: Question[OwnRecordQuery]) -> OwnRecord:
        """The periods of an exchange of this member, as the member's own record has them; nothing of what is not to be disclosed."""
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            row = await connection.fetchrow(
                """
                SELECT periods, given FROM side_record
                WHERE tenant = $1 AND inquirer = $2 AND request_id = $3 AND NOT non_disclosure LIMIT 1
                """,
                tenant,
                question.body.inquirer,
                question.body.request_id,
            )
        if row is None:
            return OwnRecord()
        return OwnRecord(is_known=True, periods=tuple(row["periods"] or ()), given=tuple(row["given"] or ()))


async def _held(connection: Any, tenant: str, code: str) -> tuple[HeldKind, ...]:
    rows = await connection.fetch(
        """
        SELECT information, period, as_of FROM copy WHERE tenant = $1 AND code = current_code($2)
        ORDER BY information, period DESC
        """,
        tenant,
        code,
    )
    return tuple(
        HeldKind(
            information=information,
            periods=tuple(HeldPeriod(period=row["period"] or None, as_of=row["as_of"]) for row in group),
        )
        for information, group in groupby(rows, key=lambda row: row["information"])
    )


async def _use(
    connection: Any,
    question: Question[SheetPresentation],
    sheet: ReadSheet,
    code: str,
    outcome: Outcome,
    refusal: Reason | None,
) -> bool:
    """Record the permit as used, and the notice for the core; False when it was used before."""
    at: datetime = question.at
    permit: Permit = sheet.body.permits[0]
    used = await connection.fetchval(
        _USE,
        tenant_of(question.receiver),
        sheet.body.inquirer,
        permit.request_id,
        Directory.member_of(question.receiver),
        permit.affair,
        permit.provision,
        permit.information,
        permit.organisation,
        outcome.value,
        refusal.value if refusal else None,
        sheet.digest_of(permit),
        sheet.body.requested_at,
        at,
        code,
        sheet.core,
    )
    return bool(used)
