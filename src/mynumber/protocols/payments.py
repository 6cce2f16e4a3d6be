"""Paying bills (納付): between the portal, the payment agent (決済代行, the acquirer) and who collects (収納機関).

::

    portal   -- OPEN_CHECKOUT, LOOK_UP --> acquirer     a page of the acquirer for the browser; what became of it
    browser  ----------------------------> acquirer     card number and code: they never reach anybody else
    acquirer -- LOOK_UP_BILL ------------> collector    is it still to be paid, and how much (before money is taken)
    acquirer -- TELL_PAYMENTS -----------> portal, collector    速報: at least once, the highest version counts
    collector - SETTLEMENTS, REFUND -----> acquirer     確報: the file of a day; money back
    collector - TELL_STANDINGS ----------> portal       消込: what became of the bill

The browser says nothing that is believed: state and amount come in signed answers between the two servers alone. Every write
has an id that its sender makes; the same id again has the same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final, Protocol, TypeVar
from uuid import UUID

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import Group, Message, Moment, ShortText
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop

ACQUIRER: Final = "acquirer"
LARGEST_FILE: Final = 2 * 1024 * 1024
"""Bytes of the file of a day: some 24,000 payments of one collector."""

Yen = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
PositiveYen = Annotated[int, msgspec.Meta(ge=1, le=10**12)]
CollectorText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{5}\Z")]
NumberText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}\Z")]
BackPath = Annotated[str, msgspec.Meta(pattern=r"^/[a-z0-9/_-]{0,200}\Z")]
PagePath = Annotated[str, msgspec.Meta(pattern=r"^/[A-Za-z0-9/_-]{1,200}\Z")]
ResultText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z")]

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class PaymentState(StrEnum):
    """Where a payment stands."""

    CREATED = "created"
    """The page is open; nothing was taken."""
    AUTHORISED = "authorised"
    """与信: the issuer holds the money; nothing was taken yet."""
    CAPTURED = "captured"
    """売上確定: the money is taken."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDED_IN_PART = "refunded_in_part"
    REFUNDED = "refunded"

    @property
    def is_live(self) -> bool:
        """Whether something may still become of it."""
        return self in (PaymentState.CREATED, PaymentState.AUTHORISED)

    @property
    def is_paid(self) -> bool:
        """Whether money was taken and some of it stayed."""
        return self in (PaymentState.CAPTURED, PaymentState.REFUNDED_IN_PART)


class Method(StrEnum):
    """How a bill was paid."""

    CARD = "card"
    PAY_EASY = "pay_easy"
    """ATM or net bank: the collector was asked before."""
    COUNTER = "counter"
    """金融機関の窓口: a paper slip, told with the file of the day."""

    @property
    def label_ja(self) -> str:
        return _METHOD_JA[self]


_METHOD_JA: Final = {
    Method.CARD: "クレジットカード",
    Method.PAY_EASY: "ペイジー",
    Method.COUNTER: "金融機関の窓口",
}


class Cause(StrEnum):
    """Why nothing was taken."""

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    NOT_CONFIRMED = "not_confirmed"
    NO_ANSWER = "no_answer"
    ALREADY_PAID = "already_paid"
    NOT_PAYABLE = "not_payable"
    GIVEN_UP = "given_up"
    TOO_LATE = "too_late"

    @property
    def sentence_ja(self) -> str:
        """What a person reads: what happened and what to do."""
        return _CAUSE_JA[self]


_CAUSE_JA: Final = {
    Cause.DECLINED: "カード会社が承認しませんでした。別のカードか、ペイジーで払ってください。",
    Cause.INSUFFICIENT_FUNDS: "カードの利用可能額が足りません。別のカードか、ペイジーで払ってください。",
    Cause.NOT_CONFIRMED: "カード会社による本人の確認ができませんでした。もう一度試すか、ペイジーで払ってください。",
    Cause.NO_ANSWER: "カード会社から応答がありませんでした。お金は動いていません。時間をおいて、もう一度試してください。",
    Cause.ALREADY_PAID: "この納付書は、すでに払われています。二重には引き落としていません。",
    Cause.NOT_PAYABLE: "この納付書は、いま払うことができません。納付先に問い合わせてください。",
    Cause.GIVEN_UP: "支払いをやめました。お金は動いていません。",
    Cause.TOO_LATE: "支払いの画面の期限が切れました。お金は動いていません。もう一度はじめてください。",
}


class BillNumbers(_Body, frozen=True, kw_only=True):
    """The four numbers on a bill (Pay-easy)."""

    collector: CollectorText
    """収納機関番号."""
    number: NumberText
    """納付番号."""
    confirmation: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{3,6}\Z")]
    """確認番号."""
    division: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,16}\Z")] = "0"
    """納付区分."""


class OpenCheckout(_Body, frozen=True, kw_only=True):
    """Begin to pay a bill by card."""

    checkout: UUID
    """Made by the sender: the same again is the same payment."""
    bill: UUID
    payee: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z", max_length=80)]
    """The system that made the bill and gets the money."""
    numbers: BillNumbers
    title: ShortText
    amount: PositiveYen
    back: BackPath
    """Page of the sender's site to which the browser returns, as `back?result=REFERENCE`."""


class LookUp(_Body, frozen=True, kw_only=True):
    """What became of a checkout."""

    checkout: UUID
    result: ResultText | None = None
    """The reference that the browser brought: used once."""


class Refund(_Body, frozen=True, kw_only=True):
    """Money back (還付), from who got it."""

    refund: UUID
    """Made by the sender: the same again is the same refund."""
    payment: UUID
    amount: PositiveYen
    reason: ShortText


class PaymentStatus(_Body, frozen=True, kw_only=True):
    """A payment as the acquirer knows it. The highest version counts."""

    payment: UUID
    version: Annotated[int, msgspec.Meta(ge=1)]
    state: PaymentState
    method: Method
    collector: CollectorText
    number: NumberText
    amount: PositiveYen
    at: Moment
    """Of the last change."""
    bill: UUID | None = None
    checkout: UUID | None = None
    refunded: Yen = 0
    captured_at: Moment | None = None
    expires_at: Moment | None = None
    """Until when the page can be used."""
    page: PagePath | None = None
    """Path of the acquirer's page, as long as nothing was taken."""
    cause: Cause | None = None
    brand: Annotated[str, msgspec.Meta(max_length=20)] = ""
    last_four: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4})?\Z")] = ""
    is_return: bool = False
    """Whether the reference of the question was this payment's and used for the first time."""


class Payments(_Body, frozen=True, kw_only=True):
    """News of payments (速報)."""

    payments: Group[PaymentStatus]


class BillStanding(_Body, frozen=True, kw_only=True):
    """What became of a bill, said by who made it (消込). The highest version counts."""

    bill: UUID
    notice: UUID
    """The notice that brought it."""
    version: Annotated[int, msgspec.Meta(ge=1)]
    state: Annotated[str, msgspec.Meta(pattern=r"^(open|paid|cancelled|refunded)\Z")]
    paid: Yen = 0
    refunded: Yen = 0
    method: Method | None = None
    paid_at: Moment | None = None
    receipt: Annotated[str, msgspec.Meta(max_length=60)] = ""
    """領収番号."""


class BillStandings(_Body, frozen=True, kw_only=True):
    """Standings of bills."""

    standings: Group[BillStanding]


class WhyNotPayable(StrEnum):
    """Why a collector takes no money."""

    UNKNOWN = "unknown"
    """No bill has these four numbers; which of them is wrong is not said."""
    PAID = "paid"
    CANCELLED = "cancelled"
    LOCKED = "locked"
    """Too many wrong numbers for this bill: later."""


class LookUpBill(_Body, frozen=True, kw_only=True):
    """Is a bill to be paid now?"""

    numbers: BillNumbers


class BillFound(_Body, frozen=True, kw_only=True):
    """A bill as its collector has it this moment."""

    why_not: WhyNotPayable | None = None
    """None: it is to be paid."""
    bill: UUID | None = None
    title: Annotated[str, msgspec.Meta(max_length=100)] = ""
    amount: Yen = 0


class SettlementSource(StrEnum):
    """Whose file."""

    CARD = "card"
    """The acquirer's: cards."""
    BANK = "bank"
    """The bank's: Pay-easy and counters (確報)."""


class SettlementQuery(_Body, frozen=True, kw_only=True):
    """The file of one day in Japan, of what the asker collects."""

    source: SettlementSource
    day: date


class Settlement(_Body, frozen=True, kw_only=True):
    """A file of `protocols.settlements`."""

    content: Annotated[bytes, msgspec.Meta(max_length=LARGEST_FILE)]
    is_final: bool
    """False while the day is not over."""


OPEN_CHECKOUT = Message("payment-checkout.v1", OpenCheckout, PaymentStatus, sealed=True)
LOOK_UP = Message("payment-look-up.v1", LookUp, PaymentStatus, sealed=True)
REFUND = Message("payment-refund.v1", Refund, PaymentStatus, sealed=True)
SETTLEMENTS = Message(
    "payment-settlements.v1", SettlementQuery, Settlement, sealed=True, max_bytes=4 * LARGEST_FILE
)
TELL_PAYMENTS = Message("bill-paid.v1", Payments, Acknowledged, sealed=True, max_bytes=256 * 1024)
LOOK_UP_BILL = Message("bill-look-up.v1", LookUpBill, BillFound, sealed=True)
TELL_STANDINGS = Message("bill-standing.v1", BillStandings, Acknowledged, sealed=True, max_bytes=256 * 1024)


class PaymentProvider(Protocol):
    """What a house needs of whoever moves the money. Each raises Refused."""

    def open_checkout(self, wanted: OpenCheckout) -> PaymentStatus:
        """Begin; the same checkout again has the same payment."""
        ...

    def look_up(self, checkout: UUID, result: str | None = None) -> PaymentStatus:
        """What became of a checkout."""
        ...

    def refund(self, wanted: Refund) -> PaymentStatus:
        """Money back; the same refund again moves nothing."""
        ...

    def settlements(self, source: SettlementSource, day: date) -> Settlement:
        """The file of a day."""
        ...


@dataclass(frozen=True, slots=True)
class AcquirerClient:
    """The provider over signed messages. Call it outside a transaction."""

    node: Node
    sender: str
    """As which system of the node."""
    hop: Hop
    now: Callable[[], datetime]

    def open_checkout(self, wanted: OpenCheckout) -> PaymentStatus:
        return self._ask(OPEN_CHECKOUT, wanted)

    def look_up(self, checkout: UUID, result: str | None = None) -> PaymentStatus:
        return self._ask(LOOK_UP, LookUp(checkout=checkout, result=result))

    def refund(self, wanted: Refund) -> PaymentStatus:
        return self._ask(REFUND, wanted)

    def settlements(self, source: SettlementSource, day: date) -> Settlement:
        return self._ask(SETTLEMENTS, SettlementQuery(source=source, day=day))

    def _ask(self, message: Message[Q, A], question: Q) -> A:
        return wire.call(
            self.node, message, question, sender=self.sender, receiver=ACQUIRER, hop=self.hop, now=self.now
        )
