"""Who holds a code, and codes that a provider should obtain (Order 85 art. 40(3)-(4), Cabinet Order art. 26(2)-(3))."""

from __future__ import annotations

import asyncio
from typing import Any

from mynumber.institutions.gateway.letters import sending
from mynumber.institutions.gateway.letters.sending import Letters
from mynumber.institutions.gateway.tenants.store import Store, first_time, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.holders import (
    FORWARD_OBTAIN,
    QUERY_HOLDERS,
    TELL_OBTAINED,
    ForwardedObtain,
    Holders,
    HoldersQuery,
    ObtainAnswer,
    ObtainedAnswer,
    ObtainQuery,
    ObtainRequest,
    ObtainState,
    ObtainStateOf,
    ReceivedObtain,
    ReceivedObtains,
    SentObtains,
    SentObtainsQuery,
    WhoHolds,
)
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES, Caller, Question

SWEEP_SECONDS = 5.0
"""How often answers are looked for that were given on a page."""
INQUIRER, PROVIDER = Hop.INQUIRER_GATEWAY, Hop.PROVIDER_GATEWAY

_log = logs.get_logger(__name__)


class Obtaining:
    """For all members of this gateway, as inquirers and as providers."""

    def __init__(self, node: Node, store: Store, caller: Caller, letters: Letters) -> None:
        self._node = node
        self._store = store
        self._caller = caller
        self._letters = letters

    # ---- the inquirer's side

    async def who_holds(self, question: Question[WhoHolds]) -> Holders:
        """Ask the core, with a record of the question before it is asked."""
        body, tenant = question.body, tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question, INQUIRER)
            code = await connection.fetchval(
                "SELECT code FROM addressee_code WHERE tenant = $1 AND addressee = $2", tenant, body.addressee
            )
            if code is None:
                raise Refused(INQUIRER, Reason.NO_CODE_HELD)
            number = await connection.fetchval(
                """
                INSERT INTO holder_question (tenant, at, addressee, affair, information, organisation)
                VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
                """,
                tenant,
                question.at,
                body.addressee,
                body.affair,
                body.information,
                body.organisation,
            )
        holders = await self._caller.call(
            QUERY_HOLDERS,
            HoldersQuery(code=code, affair=body.affair, information=body.information),
            sender=question.receiver,
            receiver=self._node.directory.core_of(question.receiver),
            hop=INQUIRER,
            unreachable=Reason.NETWORK_UNREACHABLE,
        )
        async with self._store.acting_as(tenant) as connection:
            await connection.execute(
                "UPDATE holder_question SET found = $3 WHERE tenant = $1 AND id = $2",
                tenant,
                number,
                len(holders.holders),
            )
        return holders

    async def ask(self, question: Question[ObtainRequest]) -> ObtainStateOf:
        """Ask the provider of an inquiry that was refused for want of a code. Raises Refused(UNKNOWN_RECORD) for any other inquiry."""
        body, gateway = question.body, question.receiver
        tenant = tenant_of(gateway)
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question, INQUIRER)
            record = await connection.fetchrow(
                """
                SELECT provider, affair, information, organisation FROM side_record
                WHERE tenant = $1 AND side = 'inquirer' AND inquirer = $2 AND request_id = $3 AND reason = $4
                """,
                tenant,
                Directory.member_of(gateway),
                body.request_id,
                Reason.PROVIDER_HAS_NO_CODE.value,
            )
            if record is None:
                raise Refused(INQUIRER, Reason.UNKNOWN_RECORD, "no inquiry that a provider had no code for")
            is_new = await connection.fetchval(
                """
                INSERT INTO sent_obtain (tenant, request_id, provider, sent_at, state) VALUES ($1, $2, $3, $4, 'open')
                ON CONFLICT DO NOTHING RETURNING true
                """,
                tenant,
                body.request_id,
                record["provider"],
                question.at,
            )
            if is_new:
                forwarded = ForwardedObtain(
                    request_id=body.request_id,
                    affair=record["affair"],
                    information=record["information"],
                    organisation=record["organisation"],
                    sealed_person=body.sealed_person,
                )
                receiver = self._node.directory.gateway_of(record["provider"])
                await sending.write(
                    connection, tenant, [(receiver, FORWARD_OBTAIN.name, forwarded)], question.at
                )
            state = await connection.fetchval(
                "SELECT state FROM sent_obtain WHERE tenant = $1 AND request_id = $2", tenant, body.request_id
            )
        self._letters.wake(gateway)
        return ObtainStateOf(
            request_id=body.request_id, provider=record["provider"], state=ObtainState(state)
        )

    async def answered(self, question: Question[ObtainedAnswer]) -> Acknowledged:
        """The provider's gateway tells what came of it; the first word stands."""
        body, tenant = question.body, tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question, INQUIRER)
            done = await connection.fetchval(
                """
                UPDATE sent_obtain SET state = $4, answered_at = $5
                WHERE tenant = $1 AND request_id = $2 AND provider = $3 AND state = 'open' RETURNING true
                """,
                tenant,
                body.request_id,
                Directory.member_of(question.sender),
                body.state.value,
                question.at,
            )
        return Acknowledged(count=1 if done else 0)

    async def states(self, question: Question[SentObtainsQuery]) -> SentObtains:
        """What came of the member's requests."""
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            rows = await connection.fetch(
                """
                SELECT request_id, provider, state FROM sent_obtain
                WHERE tenant = $1 AND request_id = ANY($2::uuid[]) ORDER BY request_id LIMIT $3
                """,
                tenant,
                list(question.body.request_ids),
                BATCH_ITEMS,
            )
        return SentObtains(
            requests=tuple(
                ObtainStateOf(
                    request_id=row["request_id"], provider=row["provider"], state=ObtainState(row["state"])
                )
                for row in rows
            )
        )

    # ---- the provider's side

    async def forwarded(self, question: Question[ForwardedObtain]) -> Acknowledged:
        """Put a request on the provider's desk; one that is there already stays as it is."""
        body, tenant = question.body, tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question, PROVIDER)
            done = await connection.fetchval(
                """
                INSERT INTO obtain_request (tenant, inquirer, request_id, affair, information, organisation, sealed_person,
                    received_at, state, told)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', false) ON CONFLICT DO NOTHING RETURNING true
                """,
                tenant,
                Directory.member_of(question.sender),
                body.request_id,
                body.affair,
                body.information,
                body.organisation,
                body.sealed_person,
                question.at,
            )
        return Acknowledged(count=1 if done else 0)

    async def open_requests(self, question: Question[ObtainQuery]) -> ReceivedObtains:
        """What the provider's own system should obtain codes for, oldest first."""
        tenant = tenant_of(question.receiver)
        async with self._store.acting_as(tenant) as connection:
            rows = await connection.fetch(
                """
                SELECT * FROM obtain_request WHERE tenant = $1 AND state = 'open' ORDER BY received_at LIMIT $2
                """,
                tenant,
                BATCH_ITEMS,
            )
        return ReceivedObtains(
            requests=tuple(
                ReceivedObtain(
                    inquirer=row["inquirer"],
                    request_id=row["request_id"],
                    affair=row["affair"],
                    information=row["information"],
                    organisation=row["organisation"],
                    sealed_person=row["sealed_person"],
                    received_at=row["received_at"],
                )
                for row in rows
            )
        )

    async def answer(self, question: Question[ObtainAnswer]) -> Acknowledged:
        """The provider's own system has obtained the code, or knows no such person. Raises Refused(MALFORMED) for ``open``."""
        body, tenant = question.body, tenant_of(question.receiver)
        if body.state is ObtainState.OPEN:
            raise Refused(PROVIDER, Reason.MALFORMED, "open is no answer")
        async with self._store.acting_as(tenant) as connection:
            await _once(connection, tenant, question, PROVIDER)
            done = await connection.fetchval(
                """
                UPDATE obtain_request SET state = $4, answered_at = $5, answered_by = $6, sealed_person = NULL
                WHERE tenant = $1 AND inquirer = $2 AND request_id = $3 AND state = 'open' RETURNING true
                """,
                tenant,
                body.inquirer,
                body.request_id,
                body.state.value,
                question.at,
                question.sender,
            )
        await self.tell_answered(question.receiver)
        return Acknowledged(count=1 if done else 0)

    async def run(self) -> None:
        """Tell inquirers what was answered on a page, until cancelled."""
        while True:
            for system in self._node.directory.systems:
                if system.id.startswith("gateway."):
                    try:
                        await self.tell_answered(system.id)
                    except DATABASE_FAILURES as error:
                        _log.warning("answers wait", system=system.id, exception=logs.outline(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def tell_answered(self, gateway: str) -> int:
        """Write the letters about answered requests; returns how many."""
        tenant = tenant_of(gateway)
        async with self._store.acting_as(tenant) as connection:
            rows = await connection.fetch(
                """
                UPDATE obtain_request SET told = true WHERE tenant = $1 AND state <> 'open' AND NOT told
                RETURNING inquirer, request_id, state, answered_at
                """,
                tenant,
            )
            for row in rows:
                letter = ObtainedAnswer(request_id=row["request_id"], state=ObtainState(row["state"]))
                receiver = self._node.directory.gateway_of(row["inquirer"])
                await sending.write(
                    connection, tenant, [(receiver, TELL_OBTAINED.name, letter)], row["answered_at"]
                )
        if rows:
            self._letters.wake(gateway)
        return len(rows)


async def _once(connection: Any, tenant: str, question: Question[Any], hop: Hop) -> None:
    if not await first_time(connection, tenant, [question.received.header]):
        raise Refused(hop, Reason.REPLAYED)
