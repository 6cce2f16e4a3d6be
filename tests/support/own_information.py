"""A person who asks about themself, with the test in the portal's place: its code, a proof of a sign-in, permits, presentations, cases."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from mynumber.foundation import envelope
from mynumber.protocols.exchange import (
    NOTIFY,
    PRESENT_SHEET,
    FactSheet,
    Notice,
    Notices,
    Outcome,
    PermitAnswer,
    PermitDecisions,
    SheetPresentation,
)
from mynumber.protocols.information import (
    INVENTORY,
    OPEN_CASE,
    PORTAL,
    QUERY_INVENTORY,
    QUERY_OWN_HOLDERS,
    REQUEST_OWN_PERMITS,
    CaseArrived,
    CaseKind,
    Inventory,
    OwnCase,
    OwnHolders,
    OwnHoldersQuery,
    OwnPermitRequests,
    OwnRequest,
    SignInProof,
    visit_mark,
)
from mynumber.protocols.permits import open_answer, permit_digest
from mynumber.protocols.refusal import Hop, Refused
from tests.support.exchange import FORMER_CITY, Exchange

TAX = "local_tax"


def proof_of(serial: str, *, ago: timedelta = timedelta(0)) -> SignInProof:
    """A sign-in so long ago."""
    at = datetime.now(UTC) - ago
    return SignInProof(visit=visit_mark(serial, at, secrets.token_bytes(16)), signed_in_at=at, level="aal3")


@dataclass(slots=True)
class Self:
    """Somebody who signed in at the portal."""

    exchange: Exchange
    resident_code: str
    code: str = ""
    proof: SignInProof = field(default_factory=lambda: proof_of("0badc0de"))

    def __post_init__(self) -> None:
        # the portal itself does not run: its code is recorded as issued, and the delivery finds nobody
        numbers = {secrets.token_urlsafe(16): self.resident_code}
        self.exchange.refusal(lambda: self.exchange.issue(PORTAL, numbers))
        self.code = self.exchange.code_of(PORTAL, self.resident_code)

    def holders(self, *, proof: SignInProof | None = None) -> OwnHolders:
        return self.exchange.call(
            QUERY_OWN_HOLDERS,
            OwnHoldersQuery(code=self.code, proof=proof or self.proof),
            sender=PORTAL,
            receiver="network",
        )

    def decisions(
        self, requests: Iterable[OwnRequest], *, proof: SignInProof | None = None, code: str = ""
    ) -> PermitDecisions:
        return self.exchange.call(
            REQUEST_OWN_PERMITS,
            OwnPermitRequests(code=code or self.code, proof=proof or self.proof, requests=tuple(requests)),
            sender=PORTAL,
            receiver="network",
        )

    def permit(
        self, information: str = TAX, provider: str = FORMER_CITY, periods: tuple[str, ...] = ()
    ) -> tuple[UUID, str]:
        """The request id and the sheet of one permit. Raises Refused."""
        asked = OwnRequest(request_id=uuid4(), provider=provider, information=information, periods=periods)
        decisions = self.decisions([asked])
        (decision,) = decisions.decisions
        if decision.reason is not None:
            raise Refused(Hop.NETWORK, decision.reason)
        return asked.request_id, decisions.sheets[0]

    def present(
        self,
        sheet: str,
        *,
        provider: str = FORMER_CITY,
        information: str = TAX,
        periods: tuple[str, ...] = (),
    ) -> tuple[PermitAnswer, tuple[FactSheet, ...]]:
        answer = self.exchange.call(
            PRESENT_SHEET, SheetPresentation(sheet=sheet), sender=PORTAL, receiver=f"gateway.{provider}"
        )
        facts = open_answer(
            answer,
            [(information, periods)],
            sheet_digest=envelope.digest(sheet.encode()),
            key=self.exchange.node(PORTAL).sealing_key(PORTAL),
        )
        return answer.answers[0], facts[0]

    def inventory(self, *, provider: str = FORMER_CITY) -> Inventory:
        _, sheet = self.permit(INVENTORY, provider)
        return self.exchange.call(
            QUERY_INVENTORY, SheetPresentation(sheet=sheet), sender=PORTAL, receiver=f"gateway.{provider}"
        )

    def see(self, information: str = TAX, periods: tuple[str, ...] = ()) -> UUID:
        """Ask, be given, and tell the core; the request id."""
        request_id, sheet = self.permit(information, periods=periods)
        answer, _ = self.present(sheet, information=information, periods=periods)
        self.exchange.call(
            NOTIFY,
            Notices(
                notices=(
                    Notice(
                        request_id=request_id,
                        side="inquirer",
                        outcome=answer.outcome,
                        permit_digest=permit_digest(envelope.digest(sheet.encode()), request_id).hex(),
                        at=answer.at,
                        hop=Hop.PROVIDER_GATEWAY if answer.outcome is Outcome.REFUSED else None,
                        reason=answer.reason,
                    ),
                )
            ),
            sender=PORTAL,
            receiver="network",
        )
        return request_id

    def case(
        self,
        request_id: UUID,
        *,
        kind: CaseKind = CaseKind.WRONG,
        inquirer: str = PORTAL,
        at: str = FORMER_CITY,
        words: str = "所得が違います。",
        period: str | None = None,
        ident: UUID | None = None,
        sender: str = PORTAL,
    ) -> CaseArrived:
        return self.exchange.call(
            OPEN_CASE,
            OwnCase(
                case=ident or uuid4(),
                kind=kind,
                inquirer=inquirer,
                request_id=request_id,
                information=TAX,
                period=period,
                words=words,
                written_at=datetime.now(UTC),
            ),
            sender=sender,
            receiver=f"gateway.{at}",
        )
