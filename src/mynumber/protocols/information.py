"""My information (わたしの情報, 自己情報の照会): a resident sees at the portal what providers hold about them, and disputes it.

::

    portal  -- QUERY_OWN_HOLDERS ---> network core          who holds a code for the person
    portal  -- REQUEST_OWN_PERMITS -> network core          permits whose ground is the person's own request
    portal  -- QUERY_INVENTORY -----> provider's gateway    which kinds and years it holds
    portal  -- PRESENT_SHEET -------> provider's gateway    the facts (`protocols.exchange`), sealed to the portal
    portal  -- NOTIFY --------------> network core          how each ended, as every inquirer tells
    portal  -- OPEN_CASE -----------> gateway of a member   訂正の申出, 「これは私のことではない」, a question about a record
    gateway -- TELL_COURSE ---------> portal                what became of it

Supplementary provisions of the Act (番号法附則) 6(3)-(4): the system by which a person has disclosed to them what is recorded and held about them; the right behind it
is that of disclosure and correction (個人情報の保護に関する法律 art. 76, 90). It is no row of the table: its permits carry :data:`OWN_REQUEST` as
affair and as provision, so that all three records say whose request it was. No message here carries an individual number or a name.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import Acknowledged, PermitAnswer, PermitDecisions, SheetPresentation
from mynumber.protocols.message import (
    BATCH_BYTES,
    GROUP_BYTES,
    Batch,
    CodeText,
    Group,
    HexDigest,
    KindName,
    Message,
    Moment,
    Periods,
    PeriodText,
    ShortText,
    SystemId,
)

OWN_REQUEST: Final = "self-request"
"""本人の求め: affair and provision of every exchange that a person asked for about themself. No id of the table looks like it."""
OWN_REQUEST_JA: Final = "本人の求め（わたしの情報）"
OWN_ORGANISATION: Final = "本人"
"""What stands in records as the organisation in charge: nobody at an office asked."""
GROUND_JA: Final = "番号法附則第6条第3項・第4項（本人への開示）、個人情報の保護に関する法律第76条"
INVENTORY: Final = "own_inventory"
"""The information of a permit for :data:`QUERY_INVENTORY`; no kind of the table."""
INVENTORY_JA: Final = "持っている情報の一覧"
PORTAL: Final = "portal"
"""The only system that asks for a person."""

LONGEST_VISIT: Final = timedelta(minutes=60)
"""A proof is as old as its sign-in, and no visit lasts longer."""
CLOCKS: Final = timedelta(seconds=30)
"""How far clocks may differ."""

_Words = Annotated[str, msgspec.Meta(max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*\Z")]
"""Plain text; lines end with \\n, no other control characters."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class SignInProof(_Body, frozen=True, kw_only=True):
    """That the person is signed in at the portal by card, in words that can be held against the portal afterwards.

    The network learns no certificate: it would join two worlds. It gets a commitment to the line of the sign-in (:func:`visit_mark`) that the portal can
    open to the oversight body, keeps with each request which sign-in it was, and refuses a mark that comes with another person's code.
    """

    visit: HexDigest
    signed_in_at: Moment
    level: Literal["aal3"]
    """The card and its PIN. A passkey is not enough."""


def visit_mark(certificate_serial: str, signed_in_at: datetime, salt: bytes) -> str:
    """The commitment to one sign-in: SHA-256 (hex). ``salt``: 16 random bytes or more, kept by the portal."""
    text = f"mynumber sign-in v1\n{certificate_serial}\n{signed_in_at.isoformat()}\n".encode()
    return sha256(text + salt).hexdigest()


def is_fresh(proof: SignInProof, at: datetime) -> bool:
    """Whether a proof is of a visit that can still be under way."""
    return proof.signed_in_at - CLOCKS <= at <= proof.signed_in_at + LONGEST_VISIT + CLOCKS


class OwnHoldersQuery(_Body, frozen=True, kw_only=True):
    """Which institutions hold a code for this person?"""

    code: CodeText
    """The portal's code."""
    proof: SignInProof


class OwnHolder(_Body, frozen=True, kw_only=True):
    """An institution that can find the person, with what the table lets it give to anybody at all."""

    member: SystemId
    information: Batch[KindName]


class OwnHolders(_Body, frozen=True, kw_only=True):
    holders: Batch[OwnHolder]
    not_known: Batch[SystemId] = ()
    """Institutions of which it could not be found out now."""


class OwnRequest(_Body, frozen=True, kw_only=True):
    """One thing that the person wants to see."""

    request_id: UUID
    provider: SystemId
    information: KindName
    """An :class:`~mynumber.foundation.law.InformationKind` that the provider gives through the network, or :data:`INVENTORY`."""
    periods: Periods = ()
    """As in an inquiry: exactly these, or the newest that is held."""

    def __post_init__(self) -> None:
        if len(set(self.periods)) != len(self.periods):
            raise ValueError("a period twice")


class OwnPermitRequests(_Body, frozen=True, kw_only=True):
    code: CodeText
    proof: SignInProof
    requests: Group[OwnRequest]


class HeldPeriod(_Body, frozen=True, kw_only=True):
    """A copy that is held: of which period, and as of when."""

    period: PeriodText | None = None
    """None of a kind that tells the state of a day."""
    as_of: Moment


class HeldKind(_Body, frozen=True, kw_only=True):
    """A kind of information that the provider holds about the person."""

    information: KindName
    periods: Annotated[tuple[HeldPeriod, ...], msgspec.Meta(max_length=1000)]
    """The newest first."""


class Inventory(_Body, frozen=True, kw_only=True):
    """Which copies a provider holds about the person, bound to the sheet; no value. Empty unless ``provided``."""

    sheet_digest: HexDigest
    answer: PermitAnswer
    held: Annotated[tuple[HeldKind, ...], msgspec.Meta(max_length=len(InformationKind))] = ()


class CaseKind(StrEnum):
    """What a resident has to say about a record or a value."""

    WRONG = "wrong"
    """訂正の申出: the value is wrong."""
    NOT_ME = "not_me"
    """「これは私のことではない」: the value may be another person's."""
    QUESTION = "question"
    """A question about an exchange, to the institution that asked."""

    @property
    def label_ja(self) -> str:
        return _CASE_JA[self]


_CASE_JA = {
    CaseKind.WRONG: "この情報はまちがっている（訂正の申出）",
    CaseKind.NOT_ME: "これは私のことではない",
    CaseKind.QUESTION: "やりとりについての問い合わせ",
}


class CaseState(StrEnum):
    """How far a case is. The last three end it."""

    ARRIVED = "arrived"
    LOOKING = "looking"
    CORRECTED = "corrected"
    KEPT = "kept"
    ANSWERED = "answered"

    @property
    def label_ja(self) -> str:
        return _STATE_JA[self]

    @property
    def is_end(self) -> bool:
        """Whether nothing follows."""
        return self in {CaseState.CORRECTED, CaseState.KEPT, CaseState.ANSWERED}


_STATE_JA = {
    CaseState.ARRIVED: "届きました",
    CaseState.LOOKING: "調べています",
    CaseState.CORRECTED: "訂正しました",
    CaseState.KEPT: "訂正しませんでした",
    CaseState.ANSWERED: "回答がありました",
}


class OwnCase(_Body, frozen=True, kw_only=True):
    """The resident's words about one exchange: of a value to the provider that gave it, of a question to the inquirer."""

    case: UUID
    """Made by the portal; said again it has no second effect."""
    kind: CaseKind
    inquirer: SystemId
    request_id: UUID
    """The exchange, by which the gateway finds the person in its own records."""
    information: KindName
    period: PeriodText | None = None
    """Of a value: the period that is disputed; None: all that was given."""
    words: _Words
    written_at: Moment


class CaseArrived(_Body, frozen=True, kw_only=True):
    case: UUID
    arrived_at: Moment
    """到達: when it was at the institution's desk first."""


class CourseStep(_Body, frozen=True, kw_only=True):
    """What became of a case; steps of one case are numbered from 1."""

    case: UUID
    sequence: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    state: CaseState
    words: _Words = ""
    """The reason, or the answer."""
    office: ShortText
    at: Moment


class OwnRecordQuery(_Body, frozen=True, kw_only=True):
    """What a party's own record says of an exchange beyond that of the network. The portal asks for the person it is about."""

    inquirer: SystemId
    request_id: UUID


class OwnRecord(_Body, frozen=True, kw_only=True):
    """Which years or months were asked, and of which something was given; both empty where the party has no such record, or may not show it."""

    is_known: bool = False
    periods: Periods = ()
    given: Periods = ()


QUERY_OWN_HOLDERS = Message("own-holders.v1", OwnHoldersQuery, OwnHolders, max_bytes=BATCH_BYTES)
REQUEST_OWN_PERMITS = Message("own-permits.v1", OwnPermitRequests, PermitDecisions, max_bytes=GROUP_BYTES)
QUERY_INVENTORY = Message(
    "own-inventory.v1", SheetPresentation, Inventory, sealed=True, max_bytes=BATCH_BYTES
)
OPEN_CASE = Message("own-case.v1", OwnCase, CaseArrived, sealed=True)
QUERY_OWN_RECORD = Message("own-record.v1", OwnRecordQuery, OwnRecord, sealed=True)
TELL_COURSE = Message("own-course.v1", CourseStep, Acknowledged, sealed=True)
