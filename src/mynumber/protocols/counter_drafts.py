"""A draft at the counter (窓口): taken over by the code its applicant shows, gone on with beside them, then handed back or handed in.

::

    body -- TAKE_DRAFT ---> portal  the draft of this code: the counter has it from now on
    body -- RETURN_DRAFT -> portal  the resident has it again, with what was filled in at the counter
    body -- HANDED_IN ----> portal  it arrived at the counter: its applicant follows it in the portal

One of the two has a draft at a time. Each taking has a name of its own; the resident may take the draft back in the portal at any time, and what the counter hands
back under that name is then refused as OUT_OF_PLACE. What has arrived at a body has arrived, whoever had the draft: HANDED_IN is always believed, and what the
resident changed meanwhile stays an amendment that was begun. An application that began at the counter is shown to the account of the card that signed it.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.protocols.applications import (
    APPLICATION_BYTES,
    LARGEST_ANSWERS,
    MOST_DOCUMENTS,
    Arrival,
    Attachment,
    Form,
)
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import KindName, Message, Moment, SerialText, ShortText
from mynumber.protocols.residents import FourAttributes

_Answers = Annotated[bytes, msgspec.Meta(max_length=LARGEST_ANSWERS)]
_Documents = Annotated[tuple[Attachment, ...], msgspec.Meta(max_length=MOST_DOCUMENTS)]
_Sequence = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class TakeDraft(_Body, frozen=True, kw_only=True):
    """The applicant stands at the counter and shows the code of a draft."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z]{8,16}\Z")]
    clerk: ShortText
    """The office and the clerk who works beside the applicant: both read it in the log."""


class FixedAnswer(_Body, frozen=True, kw_only=True):
    """An answer in an entry of a group that a third party gave (the employer): nobody changes it at the counter either."""

    group: KindName
    person: ShortText
    field: KindName
    value: _Answers
    """JSON."""
    source: ShortText


class Draft(_Body, frozen=True, kw_only=True):
    application: UUID
    taking: UUID
    """Name of this taking: what is handed back or in names it."""
    sequence: _Sequence
    """Of the next sending: 0 for what was never sent."""
    form: Form
    applicant: FourAttributes
    answers: _Answers
    """What is filled so far; not checked."""
    documents: _Documents = ()
    fixed: Annotated[tuple[FixedAnswer, ...], msgspec.Meta(max_length=300)] = ()


class ReturnDraft(_Body, frozen=True, kw_only=True):
    """The draft as it is now, for the resident to go on with."""

    application: UUID
    taking: UUID
    answers: _Answers
    documents: _Documents = ()
    """Those that were added at the counter."""
    clerk: ShortText


class HandedIn(_Body, frozen=True, kw_only=True):
    """One sending that was handed in at the counter, as it arrived."""

    application: UUID
    sequence: _Sequence
    form: Form
    taking: UUID | None = None
    """None: it began at the counter."""
    certificate: SerialText = ""
    """Of the authentication certificate of the card that signed; "" where it was signed by hand."""
    applicant: FourAttributes
    answers: _Answers
    documents: _Documents = ()
    """Those that were added at the counter."""
    sent_at: Moment
    """送信: when the applicant signed and handed it in."""
    arrival: Arrival
    clerk: ShortText


class Followed(_Body, frozen=True, kw_only=True):
    """Whether somebody follows it in the portal: its steps are told then."""

    known: bool


TAKE_DRAFT = Message("application-draft.v1", TakeDraft, Draft, sealed=True, max_bytes=APPLICATION_BYTES)
RETURN_DRAFT = Message(
    "application-draft-return.v1", ReturnDraft, Acknowledged, sealed=True, max_bytes=APPLICATION_BYTES
)
HANDED_IN = Message("application-handed-in.v1", HandedIn, Followed, sealed=True, max_bytes=APPLICATION_BYTES)
