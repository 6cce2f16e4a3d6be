"""Notices (お知らせ): what an institution writes to one person, and how it reaches the inbox of the portal.

::

    member's system -- SEND_NOTICES ----> its gateway          addressee numbers (宛名番号)
    its gateway     -- ADDRESS_NOTICES -> network core         the member's codes; back come sheets that name the portal's codes
    its gateway     -- DELIVER_NOTICES -> portal               sheets, and notices sealed for the portal
    portal          -- REPORT_NOTICES --> gateway -> member    arrived, read, what was done with it

The core learns that somebody has something to say to a person, never what. The portal learns neither the individual number nor the addressee number.
A notice is delivered at least once and stands in the inbox once: `Notice.notice` names it.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.protocols.message import KindName, Moment, ShortText

LARGEST_LETTER = 1024 * 1024
LARGEST_DRAFT = 64 * 1024

_Words = Annotated[str, msgspec.Meta(max_length=4000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*\Z")]
"""Lines end with \\n; no other control characters."""
_Yen = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
_Digits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}\Z")]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Category(StrEnum):
    """What a notice is about: the shelves of the inbox."""

    DECISION = "decision"
    """処分の通知: a decision that can be objected to."""
    PROCEDURE = "procedure"
    """手続: something can or must be applied for, corrected, reported."""
    PAYMENT = "payment"
    """納付: a bill, a receipt, a refund."""
    BENEFIT = "benefit"
    """給付: money that comes."""
    HEALTH = "health"
    """健診・予防接種."""
    SECURITY = "security"
    """Account and card: sign-ins, changes, proxies."""
    GENERAL = "general"


class Happening(StrEnum):
    """What became of a notice, as its sender is told. Arrived or without account first, read and one act later."""

    ARRIVED = "arrived"
    """到達: recorded in the inbox."""
    NO_ACCOUNT = "no_account"
    """Nobody at the portal is this person: write a letter."""
    READ = "read"
    PAID = "paid"
    APPLIED = "applied"
    """An application was begun from the offer or the link, and sent."""
    DECLINED = "declined"
    DONE = "done"
    """The resident says that it is done."""


class BillLine(_Body, frozen=True, kw_only=True):
    """One line of a bill."""

    label: ShortText
    amount: _Yen


class Bill(_Body, frozen=True, kw_only=True):
    """What is to be paid (納付書), with the numbers of Pay-easy (収納機関番号, 納付番号, 確認番号, 納付区分)."""

    bill: UUID
    title: ShortText
    """「令和8年度 固定資産税 第3期」"""
    lines: Annotated[tuple[BillLine, ...], msgspec.Meta(min_length=1, max_length=50)]
    amount: _Yen
    """Yen: the sum of the lines."""
    due: date
    """納期限."""
    collector: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{5}\Z")]
    """収納機関番号."""
    number: _Digits
    """納付番号."""
    confirmation: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{3,6}\Z")]
    """確認番号."""
    division: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,16}\Z")] = "0"
    """納付区分."""

    def __post_init__(self) -> None:
        if self.amount != sum(line.amount for line in self.lines):
            raise ValueError("the amount of a bill is the sum of its lines")


class Offer(_Body, frozen=True, kw_only=True):
    """A procedure that fits this person, with what the body has filled already (プッシュ型)."""

    procedure: KindName
    reason: ShortText
    """「お子さんが生まれました」"""
    answers: Annotated[bytes, msgspec.Meta(max_length=LARGEST_DRAFT)] = b"{}"
    """Canonical JSON of `foundation.procedures.answers`: the draft to begin with."""


class Notice(_Body, frozen=True, kw_only=True):
    """One notice to one person."""

    notice: UUID
    category: Category
    title: ShortText
    words: _Words
    """Plain text in paragraphs; never interpreted as a page."""
    office: ShortText
    """Who writes: 「霞野市 税務課」"""
    at: Moment
    due: date | None = None
    """Until when something is to be done."""
    link: Annotated[str, msgspec.Meta(pattern=r"^/[a-z0-9/_?=&.-]{0,300}\Z")] | None = None
    """A page of the portal where it is done."""
    offer: Offer | None = None
    bill: Bill | None = None
    letter: Annotated[bytes, msgspec.Meta(max_length=LARGEST_LETTER)] | None = None
    """The official letter (通知書), a PDF."""
