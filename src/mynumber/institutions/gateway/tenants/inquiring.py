"""The inquirer's side of an exchange: ask the core for a permit, present it to the provider, open the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.envelope import EnvelopeRefused
from mynumber.institutions.gateway.tenants.store import Closing, Opened, Opening, Store, tenant_of
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    PRESENT,
    REQUEST_PERMIT,
    Answer,
    FactSheet,
    Inquiry,
    InquiryResult,
    Outcome,
    PermitGranted,
    PermitRequest,
    Presentation,
)
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.wire import from_text
from mynumber.webkit.asgi import Caller, Question
from mynumber.webkit.batching import Batcher

FACT_INFO = b"mynumber fact sheet v1"
HERE = Hop.INQUIRER_GATEWAY

MAY_HAVE_MOVED = frozenset(
    {Reason.RECORD_UNAVAILABLE, Reason.UNAVAILABLE, Reason.PERMIT_USED, Reason.REPLAYED, Reason.UNREACHABLE}
)
"""Refusals of the other side after which it may have recorded a yes all the same: a database that is lost in the middle of a commit."""


@dataclass(slots=True)
class _Progress:
    """How far an inquiry came: what its record will say if it ends here."""

    permit_digest: bytes | None = None
    provision: str | None = None


class Inquiring:
    """Runs inquiries of all members of this gateway."""

    def __init__(self, node: Node, store: Store, caller: Caller) -> None:
        self._node = node
        self._caller = caller
        self._opening: Batcher[Opening, Opened] = Batcher(store.open_inquiries)
        self._closing: Batcher[Closing, None] = Batcher(store.close_inquiries)

    async def inquire(self, question: Question[Inquiry]) -> InquiryResult:
        """One inquiry from the member's own system to its end (Cabinet Order art. 20, 26; Act art. 22, 23).

        The record is durable before anything is sent, and again before the fact is handed on.
        """
        inquiry, gateway = question.body, question.receiver
        member, tenant = Directory.member_of(gateway), tenant_of(gateway)
        opened = await self._opening.submit(
            Opening(tenant, question.received.header, member, inquiry, question.at)
        )
        if opened.code is None:
            raise Refused(HERE, opened.refusal or Reason.UNAVAILABLE)
        progress = _Progress()
        try:
            granted = await self._request_permit(inquiry, opened.code, gateway, member)
            progress.permit_digest = envelope.digest(granted.permit.encode())
            progress.provision = granted.provision
            answer = await self._present(granted, inquiry, gateway)
            sheet = self._open(answer, progress.permit_digest, gateway, inquiry)
        except Refused as refused:
            if not _is_final(refused):
                raise
            await self._closing.submit(
                Closing(
                    tenant,
                    member,
                    inquiry.request_id,
                    Outcome.REFUSED,
                    datetime.now(UTC),
                    progress.permit_digest,
                    progress.provision,
                    refused.hop,
                    refused.reason,
                )
            )
            raise
        await self._closing.submit(
            Closing(
                tenant,
                member,
                inquiry.request_id,
                answer.outcome,
                datetime.now(UTC),
                progress.permit_digest,
                progress.provision,
            )
        )
        return InquiryResult(
            request_id=inquiry.request_id,
            outcome=answer.outcome,
            provision=granted.provision,
            fact=sheet.fact if sheet else msgspec.Raw(b"null"),
            as_of=sheet.as_of if sheet else None,
            permitted_at=granted.permitted_at,
            provided_at=answer.provided_at,
        )

    async def _request_permit(self, inquiry: Inquiry, code: str, gateway: str, member: str) -> PermitGranted:
        return await self._caller.call(
            REQUEST_PERMIT,
            PermitRequest(
                request_id=inquiry.request_id,
                code=code,
                inquirer=member,
                provider=inquiry.provider,
                affair=inquiry.affair,
                information=inquiry.information,
                organisation=inquiry.organisation,
                non_disclosure=inquiry.non_disclosure,
            ),
            sender=gateway,
            receiver="network",
            hop=HERE,
            unreachable=Reason.NETWORK_UNREACHABLE,
        )

    async def _present(self, granted: PermitGranted, inquiry: Inquiry, gateway: str) -> Answer:
        return await self._caller.call(
            PRESENT,
            Presentation(permit=granted.permit),
            sender=gateway,
            receiver=self._node.directory.gateway_of(inquiry.provider),
            hop=HERE,
            unreachable=Reason.PROVIDER_UNREACHABLE,
        )

    def _open(self, answer: Answer, permit_digest: bytes, gateway: str, inquiry: Inquiry) -> FactSheet | None:
        """Check that the answer belongs to the question, and open it."""
        if answer.permit_digest != permit_digest.hex():
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND)
        if (answer.outcome, answer.sealed_fact is not None) not in {
            (Outcome.PROVIDED, True),
            (Outcome.NO_DATA, False),
        }:
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "the outcome and the fact contradict each other")
        if answer.sealed_fact is None:
            return None
        try:
            plain = envelope.open_sealed(
                from_text(answer.sealed_fact),
                key=self._node.sealing_key(gateway),
                info=FACT_INFO,
                aad=permit_digest,
            )
            sheet = envelope.decode_body(plain, FactSheet)
        except EnvelopeRefused:
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "the fact could not be opened") from None
        if sheet.information != inquiry.information:
            raise Refused(HERE, Reason.ANSWER_NOT_BOUND, "the fact is of another kind")
        return sheet

    async def close(self, closing: Closing) -> None:
        await self._closing.submit(closing)


def _is_final(refused: Refused) -> bool:
    """Whether a refusal says for certain that nothing was provided.

    Only what the other side itself signed does. After anything else (no answer, one that cannot be read, a refusal that nobody signed) the record
    stays open and :mod:`.recovery` asks what happened.
    """
    return refused.is_signed and refused.hop is not HERE and refused.reason not in MAY_HAVE_MOVED
