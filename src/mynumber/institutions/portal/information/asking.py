"""What the portal asks for a person: of the core with its own code and the proof of a sign-in, of providers with the permits. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from hmac import digest as hmac
from typing import Final, TypeVar

import msgspec

from mynumber.institutions.portal.account.sessions import Visit
from mynumber.protocols import wire
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    NOTIFY,
    PRESENT_SHEET,
    QUERY_STATUS,
    WITHDRAW,
    Acknowledged,
    Notice,
    Notices,
    PermitDecisions,
    SheetAnswer,
    SheetPresentation,
    Statuses,
    StatusQuery,
    Withdrawal,
    Withdrawn,
)
from mynumber.protocols.information import (
    OPEN_CASE,
    PORTAL,
    QUERY_INVENTORY,
    QUERY_OWN_HOLDERS,
    QUERY_OWN_RECORD,
    REQUEST_OWN_PERMITS,
    CaseArrived,
    Inventory,
    OwnCase,
    OwnHolders,
    OwnHoldersQuery,
    OwnPermitRequests,
    OwnRecord,
    OwnRecordQuery,
    OwnRequest,
    SignInProof,
    visit_mark,
)
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import this_node

VISITS: Final = "information-visits"
"""Name in the key ring of the secret that salts commitments to sign-ins."""

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """Who asks: the portal's code, and the proof that they are signed in by card."""

    code: str
    proof: SignInProof

    @classmethod
    def of(cls, visit: Visit) -> Person | None:
        """The person of a visit; None while the portal has no code for them. A visit without the card has no proof."""
        if visit.account.code is None:
            return None
        if not visit.by_card:
            raise Refused(Hop.PORTAL, Reason.NOT_ENTITLED, "a visit without the card")
        mark = visit_mark(visit.account.certificate_serial, visit.began, _salt(visit))
        return cls(visit.account.code, SignInProof(visit=mark, signed_in_at=visit.began, level="aal3"))


def _salt(visit: Visit) -> bytes:
    """The same for all requests of one visit. The portal makes it anew from its login history to open a commitment; nobody else can."""
    ring = this_node().keyring
    if not ring.has(VISITS):
        ring.add_secret(VISITS)
    about = f"{visit.account.certificate_serial}\n{visit.began.isoformat()}".encode()
    return hmac(ring.secret(VISITS, 1), about, sha256)


def core() -> str:
    """The core at which the portal is at home."""
    return this_node().directory.core_of(PORTAL)


def holders(person: Person) -> OwnHolders:
    """Who can find the person. Raises Refused."""
    return call(this_node(), QUERY_OWN_HOLDERS, OwnHoldersQuery(code=person.code, proof=person.proof), core())


def permits(person: Person, requests: Sequence[OwnRequest]) -> PermitDecisions:
    """Permits on the ground of the person's own request, 1 to 100. Raises Refused."""
    asked = OwnPermitRequests(code=person.code, proof=person.proof, requests=tuple(requests))
    return call(this_node(), REQUEST_OWN_PERMITS, asked, core())


def inventory(node: Node, provider: str, sheet: str) -> Inventory:
    """Which copies a provider holds. Raises Refused."""
    return call(node, QUERY_INVENTORY, SheetPresentation(sheet=sheet), node.directory.gateway_of(provider))


def present(node: Node, provider: str, sheet: str, only: Sequence[int] = ()) -> SheetAnswer:
    """What a provider gives. Raises Refused."""
    asked = SheetPresentation(sheet=sheet, only=tuple(only))
    return call(node, PRESENT_SHEET, asked, node.directory.gateway_of(provider))


def notify(to: str, notices: Sequence[Notice]) -> Acknowledged:
    """Tell a core how inquiries ended. Raises Refused."""
    return call(this_node(), NOTIFY, Notices(notices=tuple(notices)), to)


def status(to: str, query: StatusQuery) -> Statuses:
    """What a core knows of inquiries that stopped half way. Raises Refused."""
    return call(this_node(), QUERY_STATUS, query, to)


def withdraw(provider: str, withdrawal: Withdrawal) -> Withdrawn:
    """Give a permit up, or hear what was done with it. Raises Refused."""
    node = this_node()
    return call(node, WITHDRAW, withdrawal, node.directory.gateway_of(provider))


def open_case(institution: str, case: OwnCase) -> CaseArrived:
    """Put a case on the desk of an institution. Raises Refused."""
    node = this_node()
    return call(node, OPEN_CASE, case, node.directory.gateway_of(institution))


def own_record(member: str, query: OwnRecordQuery) -> OwnRecord:
    """What a party's own record says of an exchange. Raises Refused."""
    node = this_node()
    return call(node, QUERY_OWN_RECORD, query, node.directory.gateway_of(member))


def member_of(system: str) -> str:
    """The member whose gateway a system is."""
    return Directory.member_of(system)


def call(node: Node, message: Message[Q, A], question: Q, receiver: str) -> A:
    """Ask as the portal. Raises Refused."""
    return wire.call(
        node,
        message,
        question,
        sender=PORTAL,
        receiver=receiver,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
