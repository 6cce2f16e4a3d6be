"""Permit sheets (提供の求めの通知, Act art. 21(2), Cabinet Order art. 26(1)): signed for the provider's gateway, carried by the inquirer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mynumber.foundation import envelope
from mynumber.institutions.network.core.decision import Judgement
from mynumber.institutions.network.siblings.own import this_core
from mynumber.protocols.exchange import (
    PERMIT_VALIDITY,
    SHEET_KIND,
    SHEET_LIFETIME,
    Permit,
    PermitSheet,
)
from mynumber.protocols.node import Node
from mynumber.protocols.permits import seal_codes


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
    permits: list[Permit] = []
    for judgement in granted:
        request, provision = judgement.request, judgement.provision
        if provision is None or len(judgement.provider_codes) != 1 or judgement.refusal is not None:
            raise ValueError("a refused request has no permit, and a permit has one code")
        (code,) = judgement.provider_codes
        permits.append(
            Permit(
                request_id=request.request_id,
                affair=request.affair,
                provision=provision.id,
                information=request.information,
                organisation=request.organisation,
                periods=request.periods,
                non_disclosure=request.non_disclosure,
                code=places.setdefault(code, len(places)),
            )
        )
    core, gateway = this_core(), node.directory.gateway_of(provider)
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
        key=node.signing_key(core),
        issuer=core,
        audience=gateway,
        kind=SHEET_KIND,
        now=at,
        lifetime=SHEET_LIFETIME,
        max_lifetime=SHEET_LIFETIME,
    )
    return Sheet(token.decode("ascii"), envelope.digest(token))
