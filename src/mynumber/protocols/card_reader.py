"""A card on the reader of a counter or a kiosk: the messages between the holder's device and the place.

There is no plastic here: the card is in the holder's device. At the counter the clerk's screen shows a *reader code*; the holder
enters it on the device and picks a card; the device then carries commands between the place and the card until the place is done. PINs
are entered at the device, as at the PIN pad of a counter, and never reach the place.

Course (device W, place M)::

    W -> M  POST /card-readers/steps   ReaderStep(code, number=0, reply=CardPlaced)   -> ReaderTask
    W -> M  POST /card-readers/steps   ReaderStep(code, number=n, reply)              -> ReaderTask(number=n+1) ... until Finished

A step that is sent again with the same number gets the same task again, so a broken connection does no harm. Plain JSON over HTTP; the
code is what binds the two, it is short and lasts `CODE_VALIDITY`; what is written to a card is signed by J-LIS and what a card tells is
read by the place's own checks.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from mynumber.protocols.card_handover import CardId
from mynumber.protocols.card_life import PinName
from mynumber.protocols.sign_in import PortalClient, Reason, SignInRefused

CODE_VALIDITY = timedelta(minutes=15)
CODE_DIGITS = 12
"""Nobody finds one of the open codes by trying: there are 10^12."""
STEPS_PATH = "/card-readers/steps"
MAXIMUM_BODY = 2 * 1024 * 1024

ReaderCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{12}\Z")]
_Apdu = Annotated[bytes, msgspec.Meta(min_length=4, max_length=70_000)]
_Words = Annotated[str, msgspec.Meta(max_length=400)]


def new_code() -> str:
    """A fresh reader code; shown as 1234-5678-9012."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


# --- what the place asks ----------------------------------------------------------------------------------------


class Transmit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="transmit"):
    """Send these commands to the card, in order, up to and including the first whose answer is not 9000."""

    commands: Annotated[tuple[_Apdu, ...], msgspec.Meta(min_length=1, max_length=200)]
    words: _Words = ""
    """What is going on, for the holder to read."""


class PinAction(StrEnum):
    VERIFY = "verify"
    SET = "set"
    """Set a new PIN (twice entered) for one that an order has opened."""


class EnterPin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="enter_pin"):
    """Have the holder enter a PIN at the device; the device speaks to the card itself. After VERIFY the application stays selected, and
    the next `Transmit` goes on in that state."""

    pin: PinName
    action: PinAction
    words: _Words


class TakeCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="take_card"):
    """The place hands a new card over: the device keeps it from now on. Answered with `CardTaken` once it is on disk."""

    card: bytes
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Finished(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="finished"):
    """The card may be taken away."""

    words: _Words
    done: bool = True
    """False: it did not work; the words say why and what to do."""


Task = Transmit | EnterPin | TakeCard | Finished


class ReaderTask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    place: _Words
    """Who asks, e.g. 葛飾区 区民課 窓口."""
    number: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    task: Task


# --- what the device answers --------------------------------------------------------------------------------------


class CardPlaced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="card_placed"):
    """The first reply: a card lies on the reader, or none (somebody who comes to fetch their first card)."""

    present: bool


class Transmitted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="transmitted"):
    responses: tuple[bytes, ...]

    def __repr__(self) -> str:
        return "Transmitted(...)"


class PinOutcome(StrEnum):
    DONE = "done"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


class PinEntered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="pin_entered"):
    """How the entry ended (the device lets the holder try again by itself)."""

    outcome: PinOutcome
    tries_left: int


class CardTaken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="card_taken"):
    id: CardId


class CardRemoved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="card_removed"):
    """The holder breaks off."""


Reply = CardPlaced | Transmitted | PinEntered | CardTaken | CardRemoved


class ReaderStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: ReaderCode
    number: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    """Of the task that is answered; 0 with `CardPlaced`."""
    reply: Reply

    def __repr__(self) -> str:
        return "ReaderStep(...)"


# --- both sides -----------------------------------------------------------------------------------------------------


def decode_step(body: bytes) -> ReaderStep:
    """Read what a device POSTs. Raises SignInRefused(MALFORMED)."""
    if len(body) > MAXIMUM_BODY:
        raise SignInRefused(Reason.MALFORMED)
    try:
        return msgspec.json.decode(body, type=ReaderStep)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise SignInRefused(Reason.MALFORMED) from None


def encode(message: ReaderStep | ReaderTask) -> bytes:
    """The JSON body; byte strings are standard base64."""
    return msgspec.json.encode(message)


@dataclass(frozen=True, slots=True)
class ReaderClient:
    """The device's side: one place it knows (its public origin and where to connect). A refusal is a `SignInRefusal` body:
    UNKNOWN_REQUEST (no such code), EXPIRED, ALREADY_ANSWERED (another device uses the code), MALFORMED."""

    place: PortalClient

    def step(self, step: ReaderStep) -> ReaderTask:
        """One step. Raises SignInRefused."""
        body = self.place.call("POST", STEPS_PATH, encode(step), limit=MAXIMUM_BODY)
        try:
            return msgspec.json.decode(body, type=ReaderTask)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise SignInRefused(Reason.UNREACHABLE) from None
