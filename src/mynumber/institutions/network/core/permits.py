"""The permit (提供の求めの通知, Act art. 21(2), Cabinet Order art. 26(1)): signed for the provider's gateway, carried by the inquirer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mynumber.foundation import envelope
from mynumber.institutions.network.core.decision import Decision, Judgement
from mynumber.protocols.exchange import (
    PERMIT_KIND,
    PERMIT_VALIDITY,
    SHEET_KIND,
    SHEET_LIFETIME,
    PermitBody,
    PermitSheet,
)
from mynumber.protocols.exchange import Permit as PermitOfSheet
from mynumber.protocols.node import Node
from mynumber.protocols.permits import seal_codes
from mynumber.protocols.wire import to_text


@dataclass(frozen=True, slots=True)
class Permit:
    """The token, its digest (SHA-256 of the exact bytes, 32 bytes) and until when it may be presented."""

    token: bytes
    digest: bytes
    valid_until: datetime


def make_permit(node: Node, decision: Decision, *, presenter: str, request_digest: bytes) -> Permit:
    """Make the permit of an inquiry that the law allows. It is released only after its record is durable.

    The provider's code is sealed to the provider's gateway: the inquirer carries the permit and never learns the code.
    """
    request, provision, code = decision.request, decision.provision, decision.provider_code
    if provision is None or code is None or decision.refusal is not None:
        raise ValueError("a refused inquiry has no permit")
    gateway = node.directory.gateway_of(request.provider)
    valid_until = decision.at + PERMIT_VALIDITY
    sealed = envelope.seal(
        code.to_text().encode(),
        to=node.directory.seal_key(gateway),
        info=b"mynumber permit code v1",
        aad=request.request_id.bytes,
    )
    token = envelope.sign(
        PermitBody(
            request_id=request.request_id,
            presenter=presenter,
            inquirer=decision.inquirer,
            provider=request.provider,
            affair=request.affair,
            provision=provision.id,
            information=request.information,
            organisation=request.organisation,
            non_disclosure=request.non_disclosure,
            sealed_code=to_text(sealed),
            requested_at=decision.at,
            valid_until=valid_until,
            request_digest=request_digest.hex(),
        ),
        key=node.signing_key("network"),
        issuer="network",
        audience=gateway,
        kind=PERMIT_KIND,
        now=decision.at,
        # outlives its validity a little, so that a late presentation is refused with its record
        lifetime=envelope.LONGEST_LIFETIME,
    )
    return Permit(token, envelope.digest(token), valid_until)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The token of a permit sheet and its digest (SHA-256 of what its signature covers, 32 bytes)."""

    token: str
    digest: bytes


def make_sheet(
    node: Node,
    granted: Sequence[Judgement],
    *,
    presenter: str,
    inquirer: str,
    provider: str,
    at: datetime,
    request_digest: bytes,
) -> Sheet:
    """Make the sheet of what one provider may give. It is released only after its records are durable.

    The provider's codes are sealed to the provider's gateway: the inquirer carries the sheet and never learns them.
    """
    places: dict[str, int] = {}
    permits: list[PermitOfSheet] = []
    for judgement in granted:
        request, provision, code = judgement.request, judgement.provision, judgement.provider_code
        if provision is None or code is None or judgement.refusal is not None:
            raise ValueError("a refused request has no permit")
        permits.append(
            PermitOfSheet(
                request_id=request.request_id,
                affair=request.affair,
                provision=provision.id,
                information=request.information,
                organisation=request.organisation,
                non_disclosure=request.non_disclosure,
                code=places.setdefault(code, len(places)),
            )
        )
    gateway = node.directory.gateway_of(provider)
    token = envelope.sign(
        PermitSheet(
            presenter=presenter,
            inquirer=inquirer,
            provider=provider,
            requested_at=at,
            valid_until=at + PERMIT_VALIDITY,
            request_digest=request_digest.hex(),
            permits=tuple(permits),
            sealed_codes=seal_codes(
                tuple(places),
                (permit.request_id for permit in permits),
                to=node.directory.seal_key(gateway),
            ),
        ),
        key=node.signing_key("network"),
        issuer="network",
        audience=gateway,
        kind=SHEET_KIND,
        now=at,
        lifetime=SHEET_LIFETIME,
        max_lifetime=SHEET_LIFETIME,
    )
    return Sheet(token.decode("ascii"), envelope.digest(token))
