"""The course of a card on a reader: task after task, until the holder is needed or it is over.

Before a reply goes to the place it is on disk; a task that was carried out is not carried out again.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from mynumber.foundation.smartcard import (
    CardFile,
    CardFileProblem,
    CardFileUnusable,
    CardRefused,
    CardState,
    Command,
    MalformedApdu,
    Pin,
    PinName,
)
from mynumber.protocols.card_handover import HandedCard
from mynumber.protocols.card_reader import (
    CardRemoved,
    CardTaken,
    EnterPin,
    PinAction,
    PinEntered,
    PinOutcome,
    ReaderClient,
    ReaderStep,
    TakeCard,
    Transmit,
    Transmitted,
)
from mynumber.protocols.sign_in import Reason, SignInRefused
from mynumber.wallet.cards import CardFolder, Event, HeldCard
from mynumber.wallet.chip import PinRefused, change_pin, verify_pin
from mynumber.wallet.pins import PIN_WORDS, now_blocked
from mynumber.wallet.reader.power import PoweredCards
from mynumber.wallet.reader.session import Doing, ReaderSession, ReaderSessions

STEPS_AT_ONCE, TIME_AT_ONCE = 500, timedelta(seconds=20)
"""Tasks without the holder within one request, and how long; then the page says how far it is."""
_DONE = b"\x90\x00"
_VERIFY, _CHANGE, _CHANGE_KEY = 0x20, 0x24, 0x32
_SELECTED_FILE = 0
_SHORT_IDENTIFIER = 0x1F


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a session works with."""

    cards: CardFolder
    sessions: ReaderSessions
    powered: PoweredCards
    place: ReaderClient
    now: Callable[[], datetime]

    def go_on(self, session: ReaderSession) -> ReaderSession:
        """Tell the place and do what it asks, until the holder is needed or it is over. Raises SignInRefused; nothing is lost then."""
        until = self.now() + TIME_AT_ONCE
        for _ in range(STEPS_AT_ONCE):
            if self.now() > until:
                break
            if session.reply is not None:
                session = self._tell(session)
            elif session.finished or self._needs_holder(session):
                break
            else:
                session = self.sessions.save(self._do(session))
        if session.finished:
            self.powered.cut(session.id)
        return session

    def enter(self, session: ReaderSession, pin: Pin) -> ReaderSession:
        """The holder has entered the PIN that is asked for. Raises PinRefused while tries are left, CardError, CardFileUnusable."""
        which = pin_asked(session)
        if which is None or session.card is None:
            return session
        label = PIN_WORDS[which].label
        try:
            with self._on_reader(session) as here:
                if is_setting(session):
                    change_pin(here, which, None, pin)
                else:
                    verify_pin(here, which, pin)
        except PinRefused as refused:
            event = Event.WRONG_PIN if refused.remaining else Event.BLOCKED
            self.cards.note(session.card, event, self.now(), label)
            if refused.remaining:
                raise
            if session.again:
                # What was answered cannot be taken back: the card goes.
                return self.remove(session)
            return self._entered(session, PinOutcome.BLOCKED, now_blocked(which))
        except CardRefused:
            if not is_setting(session):
                raise
            # The order that opened the PIN is gone with the card's power.
            return self._entered(
                session, PinOutcome.CANCELLED, f"時間がたったため、{label}を決められませんでした。"
            )
        if is_setting(session):
            self.cards.note(session.card, Event.PIN_SET, self.now(), label)
            return self._entered(session, PinOutcome.DONE, f"{label}を決めました。")
        if session.again:
            return self.sessions.save(msgspec.structs.replace(session, again=False))
        return self._entered(session, PinOutcome.DONE, f"{label}を入力しました。", entered=which)

    def decline(self, session: ReaderSession) -> ReaderSession:
        """The holder does not enter this PIN."""
        which = pin_asked(session)
        if which is None:
            return session
        if session.again:
            return self.remove(session)
        return self._entered(session, PinOutcome.CANCELLED, f"{PIN_WORDS[which].label}は入力しませんでした。")

    def remove(self, session: ReaderSession) -> ReaderSession:
        """The holder takes the card away."""
        self.powered.cut(session.id)
        told = session.telling(self.now(), "カードを取り出しました。")
        return self.sessions.save(told.answered(CardRemoved(), again=False, entered=None))

    def _needs_holder(self, session: ReaderSession) -> bool:
        """True when a PIN is asked for, and it can be entered."""
        which = pin_asked(session)
        card = self._card(session)
        return which is not None and card is not None and (is_setting(session) or card.stand(which).left > 0)

    def _card(self, session: ReaderSession) -> HeldCard | None:
        try:
            return self.cards.card(session.card) if session.card else None
        except CardFileUnusable:
            # Removed from the device while it lay on the reader.
            return None

    def _tries_left(self, session: ReaderSession, which: PinName) -> int:
        card = self._card(session)
        return card.stand(which).left if card else 0

    # --- steps ------------------------------------------------------------------------------------------------

    def _tell(self, session: ReaderSession) -> ReaderSession:
        if session.reply is None:
            return session
        removed = isinstance(session.reply, CardRemoved)
        try:
            task = self.place.step(ReaderStep(code=session.code, number=session.number, reply=session.reply))
        except SignInRefused:
            if removed:
                # The holder has the card back, whatever the place says.
                return self.sessions.save(session.ended("カードを取り出して、やめました。"))
            raise
        if task.number != session.number + 1:
            raise SignInRefused(Reason.UNREACHABLE, "another task")
        after = session.next(task)
        if removed and not after.finished:
            # A card that was taken away carries out nothing any more.
            after = after.ended("カードを取り出して、やめました。")
        if session.card and not session.number:
            self.cards.note(session.card, Event.ON_READER, self.now(), task.place)
        return self.sessions.save(after)

    def _do(self, session: ReaderSession) -> ReaderSession:
        match session.task:
            case Transmit() as task:
                return self._transmit(session, task)
            case TakeCard() as task:
                return self._take(session, task)
            case EnterPin():
                # No card, or no try of this PIN left: there is nothing for the holder to enter.
                words = f"{PIN_WORDS[PinName(session.task.pin)].label}は、入力できません。"
                blocked = PinEntered(outcome=PinOutcome.BLOCKED, tries_left=0)
                return session.telling(self.now(), words).answered(blocked)
            case _:
                return session.ended("窓口から返事がありません。")

    def _transmit(self, session: ReaderSession, task: Transmit) -> ReaderSession:
        if session.card is None:
            return self._pulled(session, "読み取り機にカードがありません。")
        if session.entered and self.powered.left(session.id, self.now()) is None:
            if not self._tries_left(session, session.entered):
                words = f"{PIN_WORDS[session.entered].label}をもう入力できないので、カードを取り出しました。"
                return self._pulled(session, words)
            return msgspec.structs.replace(session, again=True)
        responses: list[bytes] = []
        try:
            with self._on_reader(session) as here:
                for command in task.commands:
                    if tries_a_pin(here.state, command):
                        return self._pulled(
                            session, "窓口が暗証番号を試そうとしたので、カードを取り出しました。"
                        )
                    responses.append(here.transmit(command))
                    if responses[-1][-2:] != _DONE:
                        break
        except CardFileUnusable:
            return self._pulled(session, "カードがこの端末にありません。")
        told = session.telling(self.now(), task.words).counting(_counted(task.commands[: len(responses)]))
        return told.answered(Transmitted(responses=tuple(responses)), entered=None)

    def _take(self, session: ReaderSession, task: TakeCard) -> ReaderSession:
        card_id = session.card_id_to_take
        handed = HandedCard(id=card_id, name=task.name, note=task.note, card=task.card)
        try:
            self.cards.receive(handed, at=self.now())
        except CardFileUnusable as unusable:
            if unusable.problem is not CardFileProblem.ALREADY_THERE:
                return self._pulled(session, "渡されたカードを読み取れませんでした。")
        self.powered.cut(session.id)
        told = session.telling(self.now(), f"新しいカード（{task.name}）を受け取りました。")
        # From now on the new card lies on the reader.
        return told.answered(CardTaken(id=card_id), card=card_id, entered=None)

    def _pulled(self, session: ReaderSession, words: str) -> ReaderSession:
        """The device takes the card away by itself."""
        return session.telling(self.now(), words).answered(CardRemoved(), entered=None)

    def _entered(
        self, session: ReaderSession, outcome: PinOutcome, words: str, *, entered: PinName | None = None
    ) -> ReaderSession:
        which = pin_asked(session)
        reply = PinEntered(outcome=outcome, tries_left=self._tries_left(session, which) if which else 0)
        told = session.telling(self.now(), words)
        return self.sessions.save(told.answered(reply, entered=entered, again=False))

    @contextlib.contextmanager
    def _on_reader(self, session: ReaderSession) -> Iterator[CardFile]:
        left = self.powered.left(session.id, self.now())
        with self.cards.insert(session.card or "", left) as here:
            yield here
            self.powered.leave(session.id, here, self.now())


def pin_asked(session: ReaderSession) -> PinName | None:
    """The PIN that the holder is to enter now."""
    if session.reply is not None:
        return None
    if session.again and session.entered:
        return PinName(session.entered)
    return PinName(session.task.pin) if isinstance(session.task, EnterPin) else None


def is_setting(session: ReaderSession) -> bool:
    """True when a new PIN is to be set, not an old one entered."""
    return not session.again and isinstance(session.task, EnterPin) and session.task.action is PinAction.SET


def tries_a_pin(state: CardState, apdu: bytes) -> bool:
    """True when a command of the place would try, change or set a PIN of the holder: that is for the holder alone."""
    try:
        command = Command.parse(apdu)
    except MalformedApdu:
        return False
    if command.ins not in (_VERIFY, _CHANGE, _CHANGE_KEY) or not command.data:
        return False
    short = command.p2 & _SHORT_IDENTIFIER
    fid = state.file if short == _SELECTED_FILE else short
    return any(
        place.application == state.application and place.fid == fid for place in state.profile.pins.values()
    )


_COUNTED = {
    0xB0: Doing.READ,
    0xB2: Doing.READ,
    0xCA: Doing.READ,
    0x2A: Doing.SIGN,
    0x88: Doing.SIGN,
    0xEC: Doing.WRITE,
}
"""What a command does, by its instruction byte; the others only select, ask and check."""


def _counted(commands: Sequence[bytes]) -> Counter[str]:
    return Counter(_COUNTED[command[1]].value for command in commands if command[1] in _COUNTED)
