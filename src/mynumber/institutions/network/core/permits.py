"""The permit (提供の求めの通知, Act art. 21(2), Cabinet Order art. 26(1)): signed for the provider's gateway, carried by the inquirer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mynumber.foundation import envelope
from mynumber.institutions.network.core.decision import Decision
from mynumber.protocols.exchange import PERMIT_KIND, PERMIT_VALIDITY, PermitBody
from mynumber.protocols.node import Node
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
