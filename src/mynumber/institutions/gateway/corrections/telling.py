"""Corrections by message: who received the wrong value is found in the member's own records and told by letters; received ones are handed on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec

from mynumber.institutions.gateway.letters import sending
from mynumber.institutions.gateway.letters.sending import Letters
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.corrections import (
    NOTE_CORRECTIONS,
    TELL_CORRECTION,
    Correct,
    CorrectedExchange,
    CorrectionBegun,
    CorrectionReason,
    ReceivedCorrection,
    ReceivedCorrections,
    ReceivedQuery,
    ToldCorrection,
)
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES, Question

SWEEP_SECONDS = 5.0
"""How often corrections are looked for that were made on a page."""
RETENTION = timedelta(days=7 * 366)
"""Records are kept for seven years (Cabinet Order art. 30)."""
TAKES_THE_COPY_AWAY = frozenset({CorrectionReason.WRONG_LINK, CorrectionReason.WITHDRAWN})

_log = logs.get_logger(__name__)


class Corrections:
    """Corrections of all members of this gateway."""

    def __init__(self, node: Node, store: Store, letters: Letters) -> None:
        self._node = node
        self._store = store
        self._letters = letters

    async def run(self) -> None:
        """Tell what was corrected on a page, until cancelled."""
        while True:
            for system in self._node.directory.systems:
                if system.id.startswith("gateway."):
                    try:
                        await self.tell_made(system.id)
                    except DATABASE_FAILURES as error:
                        _log.warning("corrections wait", system=system.id, exception=logs.outline(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def tell_made(self, gateway: str) -> int:
        """Write the letters of corrections that were made on a page; returns how many corrections."""
        tenant = tenant_of(gateway)
        async with self._store.acting_as(tenant) as connection:
            rows = await connection.fetch(
                """
                SELECT * FROM correction WHERE tenant = $1 AND exchanges IS NULL ORDER BY made_at LIMIT 100
                FOR UPDATE SKIP LOCKED
                """,
                tenant,
            )
            for row in rows:
                await self._tell(connection, gateway, row)
        if rows:
            self._letters.wake(gateway)
        return len(rows)

    async def correct(self, question: Question[Correct]) -> CorrectionBegun:
        """A provider's own system corrects what was given. Said again, the same correction is answered alike."""
        body, gateway = question.body, question.receiver
        tenant = tenant_of(gateway)
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(Hop.PROVIDER_GATEWAY, Reason.REPLAYED)
            await connection.execute(
                """
                INSERT INTO correction (tenant, correction, addressee, information, reason, given_since, given_until, made_at, made_by)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, correction) DO NOTHING
                """,
                tenant,
                body.correction,
                body.addressee,
                body.information,
                body.reason.value,
                body.given_since,
                body.given_until,
                question.at,
                question.sender,
            )
            row = await connection.fetchrow(
                "SELECT * FROM correction WHERE tenant = $1 AND correction = $2 FOR UPDATE",
                tenant,
                body.correction,
            )
            if (
                row["addressee"],
                row["information"],
                row["reason"],
                row["given_since"],
                row["given_until"],
            ) != (
                body.addressee,
                body.information,
                body.reason.value,
                body.given_since,
                body.given_until,
            ):
                raise Refused(Hop.PROVIDER_GATEWAY, Reason.DUPLICATE_REQUEST)
            exchanges = (
                await self._tell(connection, gateway, row)
                if row["exchanges"] is None
                else await _given(connection, tenant, row)
            )
        self._letters.wake(gateway)
        return CorrectionBegun(
            correction=body.correction,
            exchanges=len(exchanges),
            inquirers=tuple(sorted({one.inquirer for one in exchanges})),
        )

    def _by_core(self, exchanges: list[CorrectedExchange]) -> dict[str, list[CorrectedExchange]]:
        """The exchanges by the cores that may have their records; one that has no such record notes nothing."""
        found: dict[str, list[CorrectedExchange]] = {}
        for one in exchanges:
            for core in self._node.directory.cores_of(one.inquirer):
                found.setdefault(core, []).append(one)
        return found

    async def _tell(self, connection: Any, gateway: str, row: Any) -> list[CorrectedExchange]:
        """Write the letters of one correction, with the caller's transaction, and take a copy away that must not be given again."""
        tenant, reason = tenant_of(gateway), CorrectionReason(row["reason"])
        exchanges = await _given(connection, tenant, row)
        by_inquirer: dict[str, list[CorrectedExchange]] = {}
        for one in exchanges:
            by_inquirer.setdefault(one.inquirer, []).append(one)
        letters: list[tuple[str, str, msgspec.Struct]] = []
        for receiver, message, some in (
            *(
                (self._node.directory.gateway_of(who), TELL_CORRECTION, given)
                for who, given in by_inquirer.items()
            ),
            *((core, NOTE_CORRECTIONS, some) for core, some in self._by_core(exchanges).items()),
        ):
            for start in range(0, len(some), BATCH_ITEMS):
                told = ToldCorrection(
                    correction=row["correction"],
                    information=row["information"],
                    reason=reason,
                    corrected_at=row["made_at"],
                    exchanges=tuple(some[start : start + BATCH_ITEMS]),
                )
                letters.append((receiver, message.name, told))
        await sending.write(connection, tenant, letters, row["made_at"])
        if reason in TAKES_THE_COPY_AWAY:
            await connection.execute(
                """
                WITH taken AS (
                    DELETE FROM copy WHERE tenant = $1 AND information = $3
                      AND code = (SELECT code FROM addressee_code WHERE tenant = $1 AND addressee = $2)
                    RETURNING code, information, period
                )
                INSERT INTO gone_copy (tenant, code, information, period, gone_at, as_of, correction, reason, is_told)
                SELECT $1, code, information, period, $4, $4, $5, $6, $7 FROM taken
                ON CONFLICT (tenant, code, information, period) DO UPDATE SET gone_at = excluded.gone_at,
                    as_of = greatest(gone_copy.as_of, excluded.as_of), file = NULL,
                    correction = excluded.correction, reason = excluded.reason, is_told = excluded.is_told
                """,
                tenant,
                row["addressee"],
                row["information"],
                row["made_at"],
                row["correction"],
                reason.value,
                reason is not CorrectionReason.WRONG_LINK,  # it never was this person's
            )
        await connection.execute(
            "UPDATE correction SET exchanges = $3, inquirers = $4 WHERE tenant = $1 AND correction = $2",
            tenant,
            row["correction"],
            len(exchanges),
            len(by_inquirer),
        )
        return exchanges

    async def told(self, question: Question[ToldCorrection]) -> Acknowledged:
        """A provider's gateway says that facts were wrong: kept for each of them that this member received from that provider, or is about to.

        The provider's record is there a moment before this member's own says how it ended.
        """
        body, tenant = question.body, tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(Hop.INQUIRER_GATEWAY, Reason.REPLAYED)
            rows = await connection.fetch(
                """
                INSERT INTO received_correction (tenant, provider, correction, request_id, addressee, affair, information,
                    organisation, reason, corrected_at, received_at)
                SELECT $1::text, provider, $2::uuid, request_id, addressee, affair, information, organisation, $3::text, $4::timestamptz,
                    $5::timestamptz FROM side_record
                WHERE tenant = $1::text AND side = 'inquirer' AND inquirer = $6 AND request_id = ANY($7::uuid[]) AND provider = $8
                  AND information = $9 AND outcome <> ALL ('{refused,no_data,abandoned}')
                ON CONFLICT (tenant, provider, correction, request_id) DO NOTHING
                RETURNING request_id
                """,
                tenant,
                body.correction,
                body.reason.value,
                body.corrected_at,
                question.at,
                Directory.member_of(question.receiver),
                [one.request_id for one in body.exchanges],
                Directory.member_of(question.sender),
                body.information,
            )
        return Acknowledged(count=len(rows))

    async def received(self, question: Question[ReceivedQuery]) -> ReceivedCorrections:
        """What the member's own system has not taken yet, oldest first."""
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(Hop.INQUIRER_GATEWAY, Reason.REPLAYED)
            await connection.execute(
                """
                UPDATE received_correction SET taken_at = $4
                FROM unnest($2::uuid[], $3::uuid[]) AS taken(correction, request_id)
                WHERE tenant = $1 AND received_correction.correction = taken.correction
                  AND received_correction.request_id = taken.request_id AND taken_at IS NULL
                """,
                tenant,
                [key.correction for key in question.body.taken],
                [key.request_id for key in question.body.taken],
                question.at,
            )
            rows = await connection.fetch(
                """
                SELECT * FROM received_correction WHERE tenant = $1 AND taken_at IS NULL
                ORDER BY received_at, correction, request_id LIMIT $2
                """,
                tenant,
                BATCH_ITEMS,
            )
        return ReceivedCorrections(
            corrections=tuple(
                ReceivedCorrection(
                    correction=row["correction"],
                    request_id=row["request_id"],
                    provider=row["provider"],
                    addressee=row["addressee"],
                    affair=row["affair"],
                    information=row["information"],
                    organisation=row["organisation"],
                    reason=CorrectionReason(row["reason"]),
                    corrected_at=row["corrected_at"],
                )
                for row in rows
            )
        )


async def _given(connection: Any, tenant: str, row: Any) -> list[CorrectedExchange]:
    """The provisions that a correction is about, from the member's own records (Act art. 23(2)).

    A person may have several addressee numbers with one code; a provision is recorded under the first of them.
    """
    rows = await connection.fetch(
        """
        SELECT inquirer, request_id, permit_digest FROM side_record
        WHERE tenant = $1 AND side = 'provider' AND outcome = 'provided' AND information = $3
          AND addressee IN (SELECT $2::text UNION SELECT other.addressee FROM addressee_code AS own
              JOIN addressee_code AS other ON other.tenant = $1 AND other.code = own.code
              WHERE own.tenant = $1 AND own.addressee = $2::text)
          AND ended_at >= coalesce($4::timestamptz, $6::timestamptz) AND ended_at <= $7
          AND ended_at < coalesce($5::timestamptz, 'infinity'::timestamptz)
        ORDER BY inquirer, request_id
        """,
        tenant,
        row["addressee"],
        row["information"],
        row["given_since"],
        row["given_until"],
        row["made_at"] - RETENTION,
        row["made_at"],
    )
    return [
        CorrectedExchange(
            inquirer=one["inquirer"],
            request_id=one["request_id"],
            permit_digest=bytes(one["permit_digest"]).hex(),
        )
        for one in rows
    ]
