"""Notices (お知らせ): what an institution writes to one person, and how it reaches the inbox of the portal.

::

    member's system -- SEND_NOTICES ----> its gateway          addressee numbers (宛名番号), notices sealed for the portal
    its gateway     -- ADDRESS_NOTICES -> network core         the member's codes; back comes a sheet with the portal's codes
    its gateway     -- DELIVER_NOTICES -> portal               the sheet, and the sealed notices
    portal          -- REPORT_NOTICES --> its gateway          read, paid, applied ...
    member's system -- NOTICE_REPORTS --> its gateway          what became of them, by cursor

The core learns that somebody has something to say to a person, never what. The portal learns neither the individual number nor the addressee number. The
member's gateway carries what it cannot read. A notice is delivered at least once and stands in the inbox once: `Notice.notice` names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final
from uuid import UUID

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.codes import BadCode, Code
from mynumber.foundation.envelope import EnvelopeReason, EnvelopeRefused, SealingKey, SealPublicKey
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import (
    BATCH_BYTES,
    Addressee,
    CodeText,
    HexDigest,
    KindName,
    Message,
    Moment,
    ShortText,
    SystemId,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.wire import from_text, reason_of, to_text

PORTAL: Final = "portal"
LARGEST_LETTER: Final = 1024 * 1024
LARGEST_DRAFT: Final = 64 * 1024
LARGEST_SEALED: Final = 2_200_000
"""Characters of a sealed notice with the largest letter."""
NOTICES_ITEMS: Final = 500
"""The most notices of one message."""
LONGEST_NOTICES: Final = 2_250_000
"""Characters of the sealed notices of one message: sealed and signed it stays below its limit."""
REPORTS_ITEMS: Final = 1000
SHEET_KIND: Final = "notice-sheet.v1"
SHEET_LIFETIME: Final = timedelta(minutes=15)
NOTICE_INFO: Final = b"mynumber notice v1"
CODES_INFO: Final = b"mynumber notice codes v1"

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
    REFUSED = "refused"
    """It cannot be delivered; the reason says why."""


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
    link: Annotated[str, msgspec.Meta(pattern=r"^/([a-z0-9_?=&.-][a-z0-9/_?=&.-]{0,298})?\Z")] | None = None
    """A page of the portal where it is done; never another site (no two slashes at the beginning)."""
    offer: Offer | None = None
    bill: Bill | None = None
    letter: Annotated[bytes, msgspec.Meta(max_length=LARGEST_LETTER)] | None = None
    """The official letter (通知書), a PDF."""


# member -> its gateway ----------------------------------------------------------------------------------------------------

_Sealed = Annotated[str, msgspec.Meta(min_length=1, max_length=LARGEST_SEALED, pattern=r"^[0-9A-Za-z_-]+\Z")]
_SheetText = Annotated[str, msgspec.Meta(max_length=256 * 1024)]
_List = msgspec.Meta(min_length=1, max_length=NOTICES_ITEMS)
_AtMost = msgspec.Meta(max_length=NOTICES_ITEMS)


class AddressedNotice(_Body, frozen=True, kw_only=True):
    """A notice as the member's system hands it over. It does not print itself."""

    notice: UUID
    addressee: Addressee
    sealed: _Sealed
    """`seal_notice`: for the portal alone."""

    def __repr__(self) -> str:
        return "AddressedNotice(...)"


class SendNotices(_Body, frozen=True, kw_only=True):
    notices: Annotated[tuple[AddressedNotice, ...], _List]


class RefusedNotice(_Body, frozen=True, kw_only=True):
    """One that was not taken; the others of its message were."""

    position: int
    """Index in the question's list."""
    reason: Reason
    """`no_code_held`: the gateway holds no code for the addressee; `duplicate_request`: the id was used for another addressee."""


class NoticesTaken(_Body, frozen=True, kw_only=True):
    """Stored at the gateway, which delivers until the portal has answered."""

    accepted: int
    refused: Annotated[tuple[RefusedNotice, ...], _AtMost] = ()


class NoticeReportsSince(_Body, frozen=True, kw_only=True):
    after: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    """The place up to which the member has everything."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=REPORTS_ITEMS)] = REPORTS_ITEMS


class PlacedReport(_Body, frozen=True, kw_only=True):
    """What became of one notice; places are given out in the order of commits."""

    place: int
    notice: UUID
    happening: Happening
    at: Moment
    reason: Reason | None = None
    """Of a refused one."""


class PlacedReports(_Body, frozen=True, kw_only=True):
    reports: Annotated[tuple[PlacedReport, ...], msgspec.Meta(max_length=REPORTS_ITEMS)]


# gateway -> core ----------------------------------------------------------------------------------------------------------


class CodedNotice(_Body, frozen=True, kw_only=True):
    """Whom a notice is for, as the core is told. It does not print itself."""

    notice: UUID
    code: CodeText
    """The member's code for the person."""
    digest: HexDigest
    """SHA-256 of the sealed notice as text: the sheet is good for nothing else."""

    def __repr__(self) -> str:
        return "CodedNotice(...)"


class AddressNotices(_Body, frozen=True, kw_only=True):
    notices: Annotated[tuple[CodedNotice, ...], _List]


class SheetNotice(_Body, frozen=True, kw_only=True):
    notice: UUID
    digest: HexDigest


class NoticeSheet(_Body, frozen=True, kw_only=True):
    """What the core signs for the portal: these notices of this member are for these persons, and are recorded."""

    presenter: SystemId
    """The gateway that may present it."""
    sender: SystemId
    """The member."""
    recorded_at: Moment
    notices: Annotated[tuple[SheetNotice, ...], _List]
    sealed_codes: _SheetText
    """For each of `notices` the portal's codes for the person, sealed for the portal (base64url): one, or one a version while keys change."""


class NoticesAddressed(_Body, frozen=True, kw_only=True):
    """One sheet for all that may be delivered; the others are refused one by one."""

    sheet: _SheetText | None
    """A token; its notices stand in the order of the question."""
    refused: Annotated[tuple[RefusedNotice, ...], _AtMost] = ()
    """`provider_has_no_code`: the portal knows nobody who is this person. `unknown_code`: the code was not given to this member."""


# gateway -> portal --------------------------------------------------------------------------------------------------------


class DeliverNotices(_Body, frozen=True, kw_only=True):
    sheet: _SheetText
    notices: Annotated[tuple[_Sealed, ...], _List]
    """In the order of the sheet."""


class Delivery(_Body, frozen=True, kw_only=True):
    """What the portal did with one notice."""

    happening: Happening
    """Arrived, without account, or refused."""
    at: Moment
    """Of what arrived: 到達, the same however often it is delivered."""
    reason: Reason | None = None


class NoticesDelivered(_Body, frozen=True, kw_only=True):
    deliveries: Annotated[tuple[Delivery, ...], _List]
    """In the order of the sheet."""


# portal -> gateway --------------------------------------------------------------------------------------------------------


class NoticeReport(_Body, frozen=True, kw_only=True):
    notice: UUID
    happening: Happening
    at: Moment


class ReportNotices(_Body, frozen=True, kw_only=True):
    reports: Annotated[tuple[NoticeReport, ...], msgspec.Meta(min_length=1, max_length=REPORTS_ITEMS)]


SEND_NOTICES: Final = Message("notices.v1", SendNotices, NoticesTaken, sealed=True, max_bytes=BATCH_BYTES)
NOTICE_REPORTS: Final = Message("notice-results.v1", NoticeReportsSince, PlacedReports, max_bytes=BATCH_BYTES)
ADDRESS_NOTICES: Final = Message(
    "notice-addresses.v1", AddressNotices, NoticesAddressed, max_bytes=BATCH_BYTES
)
DELIVER_NOTICES: Final = Message(
    "notice-delivery.v1", DeliverNotices, NoticesDelivered, max_bytes=BATCH_BYTES
)
REPORT_NOTICES: Final = Message("notice-reports.v1", ReportNotices, Acknowledged, max_bytes=BATCH_BYTES)


# sealing ------------------------------------------------------------------------------------------------------------------


def seal_notice(notice: Notice, *, sender: str, to: SealPublicKey) -> str:
    """A notice for the eyes of the portal (base64url), bound to its id and to the member that writes it."""
    return to_text(
        envelope.seal(
            msgspec.json.encode(notice), to=to, info=NOTICE_INFO, aad=_aad(sender, (notice.notice,))
        )
    )


def open_notice(sealed: str, notice: UUID, *, sender: str, key: SealingKey) -> Notice:
    """The notice of this id and sender. Raises Refused(PORTAL, MALFORMED) for any other, and for what is no notice."""
    try:
        plain = envelope.open_sealed(
            from_text(sealed), key=key, info=NOTICE_INFO, aad=_aad(sender, (notice,))
        )
        opened = msgspec.json.decode(plain, type=Notice)
    except (EnvelopeRefused, msgspec.DecodeError, ValueError, RecursionError):
        raise Refused(Hop.PORTAL, Reason.MALFORMED, "the sealed notice") from None
    if opened.notice != notice:
        raise Refused(Hop.PORTAL, Reason.MALFORMED, "the sealed notice has another id")
    return opened


def digest_of(sealed: str) -> str:
    """SHA-256 (hex) by which a sheet names a sealed notice."""
    return sha256(sealed.encode()).hexdigest()


def seal_codes(
    codes: Sequence[Sequence[str]], notices: Iterable[UUID], *, sender: str, to: SealPublicKey
) -> str:
    """The portal's codes in one seal (base64url), bound to the notices of the sheet in their order."""
    return to_text(
        envelope.seal(msgspec.json.encode(codes), to=to, info=CODES_INFO, aad=_aad(sender, notices))
    )


def _aad(sender: str, notices: Iterable[UUID]) -> bytes:
    return sender.encode() + b"\n" + b"".join(notice.bytes for notice in notices)


# reading a sheet at the portal --------------------------------------------------------------------------------------------

_Codes = Annotated[tuple[CodeText, ...], msgspec.Meta(min_length=1, max_length=10)]
_decode_codes = msgspec.json.Decoder(tuple[_Codes, ...]).decode


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet that a core signed for this portal and this presenter, opened. It does not print itself."""

    sender: str
    notices: tuple[SheetNotice, ...]
    codes: tuple[tuple[str, ...], ...]
    """The portal's codes for the person of each of the notices."""

    def __repr__(self) -> str:
        return f"ReadSheet({len(self.notices)} of {self.sender})"


def read_sheet(
    text: str, *, directory: Directory, presenter: str, receiver: str, key: SealingKey, now: datetime
) -> ReadSheet:
    """Verify a sheet: signature of a core, audience, kind, time, presenter, sender, ids that differ; and open its codes.

    Raises Refused(PORTAL): EXPIRED, PERMIT_NOT_YOURS for another's sheet, WRONG_INSTITUTION for a sender that the presenter does not speak for.
    """
    try:
        verified = envelope.verify(
            text.encode("utf-8", "replace"),
            key_for=lambda issuer, kid: (
                directory.verify_key(issuer, kid) if directory.is_core(issuer) else None
            ),
            audience=receiver,
            kind=SHEET_KIND,
            now=now,
            max_lifetime=SHEET_LIFETIME,
        )
        sheet = envelope.decode_body(verified.body, NoticeSheet)
        if sheet.presenter != presenter:
            raise Refused(Hop.PORTAL, Reason.PERMIT_NOT_YOURS)
        if sheet.sender not in directory or directory.gateway_of(sheet.sender) != presenter:
            raise Refused(Hop.PORTAL, Reason.WRONG_INSTITUTION)
        ids = [each.notice for each in sheet.notices]
        if len(set(ids)) != len(ids):
            raise Refused(Hop.PORTAL, Reason.MALFORMED, "a notice twice in one sheet")
        plain = envelope.open_sealed(
            from_text(sheet.sealed_codes), key=key, info=CODES_INFO, aad=_aad(sheet.sender, ids)
        )
        codes = tuple(tuple(Code.parse(each).to_text() for each in some) for some in _decode_codes(plain))
    except EnvelopeRefused as error:
        reason = Reason.EXPIRED if error.reason is EnvelopeReason.EXPIRED else reason_of(error)
        raise Refused(Hop.PORTAL, reason, "the notice sheet") from None
    except (BadCode, msgspec.DecodeError, ValueError):
        raise Refused(Hop.PORTAL, Reason.MALFORMED, "the sealed codes") from None
    if len(codes) != len(ids):
        raise Refused(Hop.PORTAL, Reason.MALFORMED, "not one code for each notice")
    return ReadSheet(sheet.sender, sheet.notices, codes)
