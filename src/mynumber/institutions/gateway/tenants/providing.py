"""The provider's side of an exchange: verify the permit, use it up, answer from the copy, sealed to the inquirer (Act art. 22)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.codes import BadCode, Code
from mynumber.foundation.envelope import EnvelopeReason, EnvelopeRefused
from mynumber.institutions.gateway.tenants.inquiring import FACT_INFO
from mynumber.institutions.gateway.tenants.store import Found, Presented, Store, first_time, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    PERMIT_KIND,
    Answer,
    FactSheet,
    Outcome,
    PermitBody,
    Presentation,
    Withdrawal,
    Withdrawn,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.wire import from_text, reason_of, to_text
from mynumber.webkit.asgi import Question
from mynumber.webkit.batching import Batcher

HERE = Hop.PROVIDER_GATEWAY


class Providing:
    """Answers presentations to all members of this gateway."""

    def __init__(self, node: Node, store: Store) -> None:
        self._node = node
        self._store = store
        self._using: Batcher[Presented, Found] = Batcher(store.use_permits)

    async def provide(self, question: Question[Presentation]) -> Answer:
        """Answer a permit, once (Act art. 22(1); Order 85 art. 46)."""
        token = question.body.permit.encode("utf-8", "replace")
        permit, refusal = self._read_permit(token, question)
        digest = envelope.digest(token)
        code = self._open_code(permit, question.receiver)
        found = await self._using.submit(
            Presented(
                tenant=tenant_of(question.receiver),
                header=question.received.header,
                permit=permit,
                permit_digest=digest,
                code=code,
                at=question.at,
                refusal=refusal,
            )
        )
        if found.refusal is not None:
            raise Refused(HERE, found.refusal)
        return Answer(
            permit_digest=digest.hex(),
            outcome=found.outcome,
            sealed_fact=self._seal(found, permit, question.sender, digest),
            provided_at=datetime.now(UTC),
        )

    def _read_permit(
        self, token: bytes, question: Question[Presentation]
    ) -> tuple[PermitBody, Reason | None]:
        """Verify the permit. One that has just expired is read all the same, so that its refusal is recorded with what was asked."""
        directory = self._node.directory
        try:
            verified = envelope.verify(
                token,
                key_for=lambda issuer, kid: (
                    directory.verify_key("network", kid) if issuer == "network" else None
                ),
                audience=question.receiver,
                kind=PERMIT_KIND,
                now=question.at,
            )
            permit = envelope.decode_body(verified.body, PermitBody)
        except EnvelopeRefused as error:
            reason = Reason.PERMIT_EXPIRED if error.reason is EnvelopeReason.EXPIRED else reason_of(error)
            raise Refused(HERE, reason, "the permit") from None
        if permit.presenter != question.sender:
            raise Refused(HERE, Reason.PERMIT_NOT_YOURS)
        if permit.provider != Directory.member_of(question.receiver) or permit.inquirer not in directory:
            raise Refused(HERE, Reason.WRONG_AUDIENCE, "the permit")
        return permit, Reason.PERMIT_EXPIRED if permit.valid_until < question.at else None

    def _open_code(self, permit: PermitBody, receiver: str) -> str:
        try:
            plain = envelope.open_sealed(
                from_text(permit.sealed_code),
                key=self._node.sealing_key(receiver),
                info=b"mynumber permit code v1",
                aad=permit.request_id.bytes,
            )
            return Code.parse(plain.decode("ascii")).to_text()
        except (EnvelopeRefused, BadCode, UnicodeDecodeError):
            raise Refused(HERE, Reason.MALFORMED, "the permit's code") from None

    def _seal(self, found: Found, permit: PermitBody, inquirer_gateway: str, digest: bytes) -> str | None:
        if found.fact is None or found.as_of is None:
            return None
        sheet = FactSheet(
            information=permit.information, as_of=found.as_of, fact=msgspec.Raw(found.fact.encode())
        )
        return to_text(
            envelope.seal(
                msgspec.json.encode(sheet),
                to=self._node.directory.seal_key(inquirer_gateway),
                info=FACT_INFO,
                aad=digest,
            )
        )

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
                    non_disclosure, outcome, permit_digest, asked_at, ended_at)
                VALUES ($1, 'provider', $2, $3, $4, $5, $6, $7, false, 'abandoned', $8, $9, $10)
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
            )
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
