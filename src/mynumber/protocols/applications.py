"""Applications (申請): the messages between the portal and the body (機関) that decides, usually a municipality. At the counter: `counter_drafts`.

::

    portal -- PREFILL --> body      what the body knows already, with the resident's consent
    portal -- SUBMIT ---> body      application, amendment, answer to a correction: Arrival (到達)
    portal -- WRITE ----> body      withdrawal, or a question to the case worker
    portal -- FOLLOW ---> body      how it stands
    body   -- TELL -----> portal    each step, in order, at least once, out of the body's outbox

The five times of an application are never mixed: sent (送信), arrived (到達, 行政手続法 art. 7, デジタル手続法 art. 6(3)), accepted (受理), correction asked and answered
(補正), decided (決定). Everything may be sent again: the same application and sequence with the same content has the same answer and no second effect; with another
content it is refused as DUPLICATE_REQUEST.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.protocols.deliveries import DeliveryAddress
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import (
    BATCH_BYTES,
    Batch,
    HexDigest,
    KindName,
    Message,
    Moment,
    SerialText,
    ShortText,
    SystemId,
)
from mynumber.protocols.representation import Representation
from mynumber.protocols.residents import FourAttributes

APPLICATION_BYTES = 48 * 1024 * 1024
"""An application with its documents, sealed and written as text."""
MOST_DOCUMENTS = 30
LARGEST_DOCUMENT = 9 * 1024 * 1024
LARGEST_TOGETHER = 18 * 1024 * 1024
"""All documents of one sending; sealed and written as text they fit into APPLICATION_BYTES."""
LARGEST_ANSWERS = 512 * 1024
LARGEST_LETTER = 1024 * 1024
APPLICANT = "申請者"
"""How a body names the applicant where it says who has an application now; every other holder is an office by its name."""

_TITLE = "mynumber application v1"

_Answers = Annotated[bytes, msgspec.Meta(max_length=LARGEST_ANSWERS)]
_Certificate = Annotated[bytes, msgspec.Meta(max_length=8192)]
_Signature = Annotated[bytes, msgspec.Meta(min_length=32, max_length=1024)]
_Sequence = Annotated[int, msgspec.Meta(ge=0, le=1000)]
_Path = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.\[\]]{0,199}\Z")]
"""Place of a field in a form: ``children.0.birth``, as `foundation.procedures.answers` numbers entries; without numbers ``children[].birth``."""
_Words = Annotated[str, msgspec.Meta(max_length=4000)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Form(_Body, frozen=True, kw_only=True):
    """Which form, in which version."""

    procedure: KindName
    version: date
    """Its first day."""


# --- what is known already ------------------------------------------------------------------------------------


class Prefill(_Body, frozen=True, kw_only=True):
    """What do you know of this form, for the person who is signed in and agreed at this time?"""

    form: Form
    applicant: FourAttributes
    certificate: SerialText
    """Of the authentication certificate of the session (利用者証明用)."""
    agreed_at: Moment
    proxy: FourAttributes | None = None
    """Who fills it for the applicant, and reads it."""
    representation: Representation | None = None
    """By what right: with `proxy`, or neither."""
    fields: Annotated[tuple[_Path, ...], msgspec.Meta(max_length=300)] = ()
    """Only these; empty: all that the form takes from elsewhere."""


class KnownField(_Body, frozen=True, kw_only=True):
    """A value with where it comes from."""

    path: _Path
    """A field of the form's top level. A group comes whole, as the list of its entries, each with the `person` that names it to this body."""
    value: _Answers
    """JSON, as `foundation.procedures.answers` writes it."""
    source: ShortText
    """For people: 「住民基本台帳」."""
    as_of: Moment


class UnknownField(_Body, frozen=True, kw_only=True):
    """A field that the form takes from elsewhere and that could not be had: the applicant fills it, or the office looks later."""

    path: _Path
    reason: ShortText


class Prefilled(_Body, frozen=True, kw_only=True):
    known: Annotated[tuple[KnownField, ...], msgspec.Meta(max_length=2000)] = ()
    unknown: Annotated[tuple[UnknownField, ...], msgspec.Meta(max_length=300)] = ()


# --- the application ------------------------------------------------------------------------------------------


class Delivered(_Body, frozen=True, kw_only=True):
    """Where a document came from by private delivery (民間送達). The body checks the sender's signature itself, and that the document names this kind and address."""

    provider: SystemId
    sender: KindName
    kind: KindName
    address: DeliveryAddress
    """Of the applicant's own connection: the portal answers for that."""
    arrived_at: Moment


class Attachment(_Body, frozen=True, kw_only=True):
    """A document (添付書類) as it was uploaded and looked at, or as its sender signed it."""

    document: KindName
    """Which of the form's documents."""
    name: ShortText
    media_type: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,80}\Z")]
    content: Annotated[bytes, msgspec.Meta(min_length=1, max_length=LARGEST_DOCUMENT)]
    delivered: Delivered | None = None


class CardSignature(_Body, frozen=True, kw_only=True):
    """The applicant's signature with the signature key (署名用), over `statement_digest`."""

    certificate: _Certificate
    """DER."""
    value: _Signature


class Application(_Body, frozen=True, kw_only=True):
    """One sending: the application itself (sequence 0), an amendment, or the answer to a correction."""

    application: UUID
    sequence: _Sequence
    form: Form
    applicant: FourAttributes
    """As the portal read them from the applicant's certificate; where there is a signature, the body compares."""
    certificate: SerialText
    """Of the authentication certificate with which the sending was confirmed: the same as at the beginning."""
    proxy: FourAttributes | None = None
    """Who sends it for the applicant, in whose interest `applicant` is: whose card signs and confirms."""
    representation: Representation | None = None
    """By what right: with `proxy`, or neither."""
    answers: _Answers
    """Canonical JSON (`foundation.procedures.answers.encode`)."""
    documents: Annotated[tuple[Attachment, ...], msgspec.Meta(max_length=MOST_DOCUMENTS)] = ()
    signature: CardSignature | None = None
    sent_at: Moment
    """送信."""


class Arrival(_Body, frozen=True, kw_only=True):
    """It is with the body (到達): what it counts the legal times from."""

    receipt: ShortText
    """受付番号, for people."""
    arrived_at: Moment
    digest: HexDigest
    """SHA-256 of the statement: what arrived is what was sent."""
    decide_by: date


class LetterForm(StrEnum):
    """What is written to the body beside an application."""

    WITHDRAWAL = "withdrawal"
    """取下げ: ends it if it is not decided yet."""
    QUESTION = "question"


class Letter(_Body, frozen=True, kw_only=True):
    application: UUID
    letter: UUID
    kind: LetterForm
    words: _Words = ""
    at: Moment


# --- how it stands --------------------------------------------------------------------------------------------


class Step(StrEnum):
    """What happened to an application, in the words of the law."""

    ARRIVED = "arrived"
    """到達"""
    ACCEPTED = "accepted"
    """受理: the form is in order, the examination begins."""
    CORRECTION_ASKED = "correction_asked"
    """補正を求めた"""
    CORRECTED = "corrected"
    WORDS = "words"
    """A message of the case worker."""
    WITHDRAWN = "withdrawn"
    """取下げ"""
    GRANTED = "granted"
    """認定, 支給決定, 承認"""
    GRANTED_IN_PART = "granted_in_part"
    REFUSED = "refused"
    """却下, 不支給"""
    PAYMENT_ORDERED = "payment_ordered"
    TRANSFER_SENT = "transfer_sent"
    """A bank has it, for the day in `expected_by`."""
    PAID = "paid"
    PAYMENT_RETURNED = "payment_returned"
    """Nothing can be paid to the account: another is asked for, in the one field that is marked."""
    CLOSED = "closed"


class MarkedField(_Body, frozen=True, kw_only=True):
    """A field that has to be corrected, and why."""

    path: _Path
    words: _Words


class Told(_Body, frozen=True, kw_only=True):
    """One step of one application."""

    application: UUID
    number: Annotated[int, msgspec.Meta(ge=1)]
    """Counts the steps of this application without gaps: the order in which they are told."""
    step: Step
    at: Moment
    holder: ShortText
    """Who has it now: the office, in words."""
    expected_by: date | None = None
    """Until when the next step is due."""
    words: _Words = ""
    fields: Annotated[tuple[MarkedField, ...], msgspec.Meta(max_length=300)] = ()
    grounds: Annotated[tuple[_Words, ...], msgspec.Meta(max_length=300)] = ()
    """Reasons with their clauses (行政手続法 art. 8)."""
    objection: _Words = ""
    """To whom and until when to object (教示, 行政不服審査法 art. 82)."""
    amount: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Yen."""
    account: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """Of a payment: bank, branch, kind and the last digits, in words."""
    letter: Annotated[bytes, msgspec.Meta(max_length=LARGEST_LETTER)] | None = None
    """The notice (通知書), a PDF."""


class Tell(_Body, frozen=True, kw_only=True):
    steps: Annotated[tuple[Told, ...], msgspec.Meta(min_length=1, max_length=100)]


class Followable(_Body, frozen=True, kw_only=True):
    application: UUID
    known: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Number of the last step that is known here."""


class Follow(_Body, frozen=True, kw_only=True):
    """How do these stand?"""

    applications: Batch[Followable]


class Followed(_Body, frozen=True, kw_only=True):
    steps: Annotated[tuple[Told, ...], msgspec.Meta(max_length=1000)] = ()


PREFILL = Message("application-prefill.v1", Prefill, Prefilled, sealed=True, max_bytes=BATCH_BYTES)
SUBMIT = Message("application.v1", Application, Arrival, sealed=True, max_bytes=APPLICATION_BYTES)
WRITE = Message("application-letter.v1", Letter, Acknowledged, sealed=True)
FOLLOW = Message("application-follow.v1", Follow, Followed, sealed=True, max_bytes=BATCH_BYTES)
TELL = Message("application-steps.v1", Tell, Acknowledged, sealed=True, max_bytes=BATCH_BYTES)


def statement(application: Application) -> bytes:
    """What the applicant signs, as lines that a person can read: which application and form, and the digests of answers and documents."""
    lines = [
        _TITLE,
        f"application: {application.application}",
        f"sequence: {application.sequence}",
        f"form: {application.form.procedure} {application.form.version.isoformat()}",
        *(_for_another(application.representation) if application.representation else ()),
        f"answers: {sha256(application.answers).hexdigest()}",
        *(f"document: {each.document} {sha256(each.content).hexdigest()}" for each in application.documents),
    ]
    return "\n".join((*lines, "")).encode()


def _for_another(by: Representation) -> tuple[str, ...]:
    return (f"for another: {by.kind.value} {by.grant}",)


def statement_digest(application: Application) -> bytes:
    """SHA-256 of the statement, 32 bytes."""
    return sha256(statement(application)).digest()
