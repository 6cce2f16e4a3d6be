"""The provider's side of exchanges: verify the sheet, use its permits up, answer from the copies, sealed to the inquirer (Act art. 22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec

from mynumber.institutions.gateway.blind.blinding import Blinding
from mynumber.institutions.gateway.desk.holds import take_off_desk
from mynumber.institutions.gateway.desk.hours import OpeningHours
from mynumber.institutions.gateway.information.answering import require_own
from mynumber.institutions.gateway.tenants.provider_side import Found, Presented, ProviderSide
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    FactSheet,
    Outcome,
    PermitAnswer,
    SheetAnswer,
    SheetPresentation,
    Withdrawal,
    Withdrawn,
)
from mynumber.protocols.node import Node
from mynumber.protocols.permits import open_codes, permit_digest, presented, read_sheet, seal_facts
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import Question
from mynumber.webkit.batching import Batcher

HERE = Hop.PROVIDER_GATEWAY
LARGEST = 256
"""The most permits in one transaction."""


class Providing:
    """Answers presentations to all members of this gateway."""

    def __init__(self, node: Node, side: ProviderSide, store: Store, hours: OpeningHours) -> None:
        self._node = node
        self._side = side
        self._store = store
        self._hours = hours
        self._blind = Blinding(node)
        self._using: dict[str, Batcher[Presented, tuple[Found, ...] | None]] = {}

    async def provide(self, question: Question[SheetPresentation]) -> SheetAnswer:
        """Answer the permits of a sheet, each once (Act art. 22(1); Order 85 art. 46)."""
        receiver = question.receiver
        sheet = read_sheet(
            question.body.sheet,
            directory=self._node.directory,
            presenter=question.sender,
            receiver=receiver,
            now=question.at,
        )
        require_own(sheet.body)
        permits = presented(sheet.body, question.body.only)
        codes = open_codes(
            sheet.body,
            key=self._node.sealing_key(receiver),
            blind_keys=self._blind.keys_of(receiver),
        )
        if len(permits) != len(codes):
            codes = tuple(codes[place] for place in question.body.only)
        refusal: Reason | None = Reason.PERMIT_EXPIRED if sheet.is_expired else None
        opens_at: datetime | None = None
        if refusal is None and not await self._hours.is_open(receiver, question.at):
            refusal, opens_at = Reason.PROVIDER_CLOSED, await self._hours.opens_at(receiver, question.at)
        found = await self._batcher(receiver).submit(
            Presented(
                header=question.received.header,
                sheet=sheet.body,
                core=sheet.core,
                permits=permits,
                digests=tuple(permit_digest(sheet.digest, permit.request_id) for permit in permits),
                codes=codes,
                at=question.at,
                refusal=refusal,
                opens_at=opens_at,
            )
        )
        if found is None:
            raise Refused(HERE, Reason.REPLAYED)
        facts = [
            sheet
            for permit, one in zip(permits, found, strict=True)
            if one.outcome is Outcome.PROVIDED
            for sheet in _sheets(permit.information, one)
        ]
        return SheetAnswer(
            sheet_digest=sheet.digest.hex(),
            answers=tuple(
                PermitAnswer(
                    outcome=one.outcome,
                    at=question.at,
                    deadline=one.deadline,
                    reason=one.refusal,
                    gone_since=one.as_of if one.outcome is Outcome.NO_DATA else None,
                )
                for one in found
            ),
            sealed_facts=seal_facts(
                facts, to=self._node.directory.seal_key(question.sender), sheet_digest=sheet.digest
            ),
        )

    def _batcher(self, receiver: str) -> Batcher[Presented, tuple[Found, ...] | None]:
        batcher = self._using.get(receiver)
        if batcher is None:
            use = partial(self.use_permits, tenant_of(receiver), Directory.member_of(receiver))
            batcher = self._using[receiver] = Batcher(
                use, largest=LARGEST, weigh=_weight, name="permits used"
            )
        return batcher

    async def use_permits(
        self, tenant: str, member: str, batch: Sequence[Presented]
    ) -> list[tuple[Found, ...] | None]:
        """Record that the member provides, in one transaction for all who present at the same time."""
        return await self._side.use_permits(tenant, member, batch)

    async def withdraw(self, question: Question[Withdrawal]) -> Withdrawn:
        """Use up a permit that the inquirer gives up, or say what was done with it already."""
        withdrawal = question.body
        if Directory.member_of(question.sender) != withdrawal.inquirer:
            raise Refused(HERE, Reason.WRONG_INSTITUTION)
        tenant = tenant_of(question.receiver)
        digest = bytes.fromhex(withdrawal.permit_digest)
        async with self._store.acting_as(tenant) as connection:
            if not await first_time(connection, tenant, [question.received.header]):
                raise Refused(HERE, Reason.REPLAYED)
            await connection.execute(
                """
                INSERT INTO side_record (tenant, side, inquirer, request_id, provider, affair, information, organisation,
                    periods, non_disclosure, outcome, permit_digest, asked_at, ended_at)
                VALUES ($1, 'provider', $2, $3, $4, $5, $6, $7, $11, false, 'abandoned', $8, $9, $10)
                ON CONFLICT DO NOTHING
                """,
                tenant,
                withdrawal.inquirer,
                withdrawal.request_id,
                Directory.member_of(question.receiver),
                withdrawal.affair,
                withdrawal.information,
                withdrawal.organisation,
                digest,
                min(withdrawal.asked_at, question.at),
                question.at,
                list(withdrawal.periods) or None,
            )
            # what waits for a person has not moved: given up, it will not
            await connection.execute(
                """
                UPDATE side_record SET outcome = 'abandoned', ended_at = $4
                WHERE tenant = $1 AND side = 'provider' AND inquirer = $2 AND request_id = $3 AND outcome = 'waiting'
                """,
                tenant,
                withdrawal.inquirer,
                withdrawal.request_id,
                question.at,
            )
            await take_off_desk(connection, tenant, withdrawal.inquirer, withdrawal.request_id, question.at)
            outcome = await connection.fetchval(
                """
                SELECT outcome FROM side_record
                WHERE tenant = $1 AND side = 'provider' AND inquirer = $2 AND request_id = $3
                """,
                tenant,
                withdrawal.inquirer,
                withdrawal.request_id,
            )
        if (
            outcome is None
        ):  # the permit of this digest is recorded under another request of the same inquirer
            raise Refused(HERE, Reason.PERMIT_NOT_YOURS)
        return Withdrawn(outcome=Outcome(outcome))


def _sheets(information: str, found: Found) -> list[FactSheet]:
    """What was found, as it is sealed: the fact, or what is said of each period."""
    if found.fact is not None:
        return [
            FactSheet(
                information=information,
                period=found.period,
                as_of=found.as_of,
                registered_at=found.registered_at,
                upload=found.upload,
                fact=msgspec.Raw(found.fact.encode()),
            )
        ]
    return [
        FactSheet(
            information=information,
            period=one.period,
            as_of=one.as_of,
            registered_at=one.registered_at,
            upload=one.upload,
            fact=one.fact,
        )
        for one in found.periods
    ]


def _weight(presented: Presented) -> int:
    return len(presented.permits)
