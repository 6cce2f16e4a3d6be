"""What a procedure at the counter sees: a card on a reader, the holder at its PIN pad, J-LIS behind.

A procedure is a plain function. It is run from the beginning at each step, and everything it learned before is given to it again from the
session's entries; where they end, it stops (`NextTask`, `NextQuestion`) until the device or J-LIS has answered. So its state is the entries and
nothing else, and it goes on after a restart. It must therefore decide by what it learned here alone: never by the clock, chance or a row that changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from mynumber.protocols.card_life import PinName
from mynumber.protocols.card_reader import (
    CardPlaced,
    CardRemoved,
    CardTaken,
    EnterPin,
    PinAction,
    PinEntered,
    Reply,
    TakeCard,
    Task,
    Transmit,
    Transmitted,
)
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Refusal, Refused

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

MOST_COMMANDS: Final = 200
"""Commands of one `Transmit`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing learned, in its order: a reply of the device, or what the place itself did."""

    is_reply: bool
    body: bytes = field(repr=False)


class NextTask(Exception):
    """The device is to do this next."""

    def __init__(self, task: Task) -> None:
        super().__init__("the procedure waits for the device")
        self.task = task


class NextQuestion(Exception):
    """J-LIS is to be asked next, outside of any transaction; `answered` makes the entry."""

    def __init__(self, ask: Callable[[Callable[..., object]], bytes]) -> None:
        super().__init__("the procedure waits for J-LIS")
        self.ask = ask


class Removed(Exception):
    """The holder took the card away."""


class WrongReply(Exception):
    """The device answered something that was not asked."""


class _Answered(msgspec.Struct, frozen=True, tag="answered"):
    body: bytes


class _Refused(msgspec.Struct, frozen=True, tag="refused"):
    refusal: Refusal


@dataclass(slots=True)
class Reader:
    """The reader of one session. Clients of `foundation.smartcard` work on it: it takes a command APDU and gives a response APDU."""

    entries: Sequence[Entry]
    fresh_entries: list[Entry] = field(default_factory=list)
    """What this run did itself, to be kept with its effects in one transaction."""
    stage: str = ""
    """Where the procedure is, for the clerk's page."""
    _position: int = 0

    @property
    def card_is_there(self) -> bool:
        """Whether a card lay on the reader when the session began."""
        return bool(self.entries) and decode_reply(self.entries[0].body) == CardPlaced(present=True)

    # --- the device ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Read the first reply (`CardPlaced`); every run begins so."""
        self._next()

    def transmit(self, apdu: bytes) -> bytes:
        """Send one command APDU, return the response APDU."""
        return self.transmit_all((apdu,))[0]

    def transmit_all(self, commands: Sequence[bytes], words: str = "") -> tuple[bytes, ...]:
        """Send commands in one go, up to the first whose answer is not 9000; the answers."""
        reply = self._reply(Transmit(commands=tuple(commands), words=words))
        if not isinstance(reply, Transmitted):
            raise WrongReply
        return reply.responses

    def enter_pin(self, pin: PinName, action: PinAction, words: str) -> PinEntered:
        """Have the holder enter a PIN at the device."""
        reply = self._reply(EnterPin(pin=pin, action=action, words=words))
        if not isinstance(reply, PinEntered):
            raise WrongReply
        return reply

    def take_card(self, card: Callable[[], bytes], *, name: str, note: str) -> None:
        """Have the device take a new card over and keep it."""
        if self._at_end:
            raise NextTask(TakeCard(card=card(), name=name, note=note))
        if not isinstance(self._next_reply(), CardTaken):
            raise WrongReply

    # --- the place ----------------------------------------------------------------------------------------------

    def ask(self, message: Message[Q, A], question: Q) -> A:
        """Ask J-LIS. Raises Refused."""
        if self._at_end:

            def ask(send: Callable[..., object]) -> bytes:
                try:
                    answer = send(message, question)
                except Refused as refused:
                    if not refused.is_signed:
                        raise
                    return msgspec.msgpack.encode(_Refused(refused.refusal))
                return msgspec.msgpack.encode(_Answered(msgspec.msgpack.encode(answer)))

            raise NextQuestion(ask)
        kept = msgspec.msgpack.decode(self._next().body, type=_Answered | _Refused)
        if isinstance(kept, _Refused):
            raise Refused(kept.refusal.hop, kept.refusal.reason, kept.refusal.detail, is_signed=True)
        return msgspec.msgpack.decode(kept.body, type=message.answer)

    def do(self, action: Callable[[], None]) -> None:
        """Do something in this institution's tables, once: its effect and the note that it was done are one transaction."""

        def act() -> bytes:
            action()
            return b""

        self._own(act)

    def fresh_bytes(self, size: int) -> bytes:
        """Random bytes, the same in every run."""
        return self._own(lambda: secrets.token_bytes(size))

    def moment(self, now: Callable[[], datetime]) -> datetime:
        """The time when the procedure came here first."""
        return datetime.fromisoformat(self._own(lambda: now().isoformat().encode()).decode())

    # --- entries ------------------------------------------------------------------------------------------------

    @property
    def _at_end(self) -> bool:
        return self._position >= len(self.entries) + len(self.fresh_entries)

    def _own(self, produce: Callable[[], bytes]) -> bytes:
        if self._at_end:
            self.fresh_entries.append(Entry(False, produce()))
        return self._next().body

    def _reply(self, task: Task) -> Reply:
        if self._at_end:
            raise NextTask(task)
        return self._next_reply()

    def _next_reply(self) -> Reply:
        entry = self._next()
        if not entry.is_reply:
            raise WrongReply
        reply = decode_reply(entry.body)
        if isinstance(reply, CardRemoved):
            raise Removed
        return reply

    def _next(self) -> Entry:
        known = len(self.entries)
        at, self._position = self._position, self._position + 1
        return self.entries[at] if at < known else self.fresh_entries[at - known]


def encode_reply(reply: Reply) -> bytes:
    """As an entry keeps it."""
    return msgspec.msgpack.encode(reply)


def decode_reply(body: bytes) -> Reply:
    """Read `encode_reply` back."""
    reply: Reply = msgspec.msgpack.decode(body, type=Reply)
    return reply


def answers(task: Task, reply: Reply) -> bool:
    """Whether a reply is one to this task."""
    match reply:
        case CardRemoved():
            return True
        case Transmitted():
            return isinstance(task, Transmit) and _fits(task, reply)
        case PinEntered():
            return isinstance(task, EnterPin)
        case CardTaken():
            return isinstance(task, TakeCard)
    return False


def _fits(task: Transmit, reply: Transmitted) -> bool:
    """At most an answer a command; fewer only when the last is not 9000."""
    given, asked = reply.responses, task.commands
    if not 1 <= len(given) <= len(asked) or any(len(response) < 2 for response in given):
        return False
    return len(given) == len(asked) or given[-1][-2:] != b"\x90\x00"
