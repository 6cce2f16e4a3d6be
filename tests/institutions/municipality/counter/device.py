"""The holder's device, played: carries commands between the place and a real card, sets and verifies PINs, keeps a card it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
from django.test import Client

from mynumber.foundation.smartcard import (
    PIN_RULES,
    Card,
    CardState,
    Pin,
    PinBlocked,
    PinName,
    PinPad,
    WrongPin,
)
from mynumber.protocols import card_reader
from mynumber.protocols.card_reader import (
    CardPlaced,
    CardRemoved,
    CardTaken,
    EnterPin,
    Finished,
    PinAction,
    PinEntered,
    PinOutcome,
    ReaderStep,
    ReaderTask,
    Reply,
    TakeCard,
    Task,
    Transmit,
    Transmitted,
)
from mynumber.protocols.sign_in import SignInRefusal

PINS = {
    PinName.AUTHENTICATION: "1234",
    PinName.SIGNATURE: "ABC123",
    PinName.TEXT_SUPPORT: "5678",
    PinName.JUKI: "9012",
}


class StepRefused(Exception):
    """The place refused a step."""

    def __init__(self, refusal: SignInRefusal, status: int) -> None:
        super().__init__(refusal.reason.value)
        self.reason = refusal.reason.value
        self.status = status


@dataclass(slots=True)
class Device:
    """A device with at most one card."""

    card: Card | None = None
    pins: Mapping[PinName, str] = field(default_factory=lambda: dict(PINS))
    """What the holder enters."""
    client: Client = field(default_factory=lambda: Client(headers={"host": "127.0.0.1"}))
    tasks: list[Task] = field(default_factory=list)
    number: int = 0

    def use(self, code: str, *, until: type[Task] = Finished) -> Task:
        """Enter a code and do what is asked until a task of this kind; that task."""
        if self.card is not None:
            self.card.reset()
        task = self.send(code, CardPlaced(present=self.card is not None))
        while not isinstance(task, until | Finished):
            task = self.send(code, self.do(task))
        return task

    def go_on(self, code: str, task: Task, *, until: type[Task] = Finished) -> Task:
        """Do this task and the next ones until a task of this kind."""
        while True:
            task = self.send(code, self.do(task))
            if isinstance(task, until | Finished):
                return task

    def send(self, code: str, reply: Reply, *, number: int | None = None) -> Task:
        """One step. Raises StepRefused."""
        step = ReaderStep(code=code, number=self.number if number is None else number, reply=reply)
        answer = self.post(card_reader.encode(step))
        self.number = answer.number
        self.tasks.append(answer.task)
        return answer.task

    def post(self, body: bytes) -> ReaderTask:
        """Bytes to the place's address. Raises StepRefused."""
        response = self.client.post(card_reader.STEPS_PATH, data=body, content_type="application/json")
        if response.status_code != 200:
            refusal = msgspec.json.decode(response.content, type=SignInRefusal)
            raise StepRefused(refusal, response.status_code)
        return msgspec.json.decode(response.content, type=ReaderTask)

    def do(self, task: Task) -> Reply:
        """What the device answers to a task."""
        match task:
            case Transmit():
                return Transmitted(responses=self._transmit(task))
            case TakeCard():
                self.card = Card(CardState.from_bytes(task.card))
                return CardTaken(id="card-1")
            case EnterPin():
                return self._enter(task)
        return CardRemoved()

    def _transmit(self, task: Transmit) -> tuple[bytes, ...]:
        assert self.card is not None
        responses: list[bytes] = []
        for command in task.commands:
            responses.append(self.card.transmit(command))
            if responses[-1][-2:] != b"\x90\x00":
                break
        return tuple(responses)

    def _enter(self, task: EnterPin) -> PinEntered:
        assert self.card is not None
        which = PinName(task.pin.value)
        pin, pad = Pin.parse(self.pins[which], PIN_RULES[which]), PinPad(self.card)
        if task.action is PinAction.SET:
            pad.change(which, None, pin)
            return PinEntered(outcome=PinOutcome.DONE, tries_left=PIN_RULES[which].tries)
        while True:
            try:
                pad.verify(which, pin)
            except WrongPin:
                continue
            except PinBlocked:
                return PinEntered(outcome=PinOutcome.BLOCKED, tries_left=0)
            return PinEntered(outcome=PinOutcome.DONE, tries_left=PIN_RULES[which].tries)

    def knows(self, which: PinName, text: str) -> bool:
        """Whether this is the card's PIN now."""
        assert self.card is not None
        try:
            PinPad(self.card).verify(which, Pin.parse(text, PIN_RULES[which]))
        except (WrongPin, PinBlocked):
            return False
        return True

    def block(self, which: PinName) -> None:
        """Enter it wrong until it is blocked."""
        wrong = {PinName.SIGNATURE: "WRONG0"}.get(which, "0000")
        for _ in range(PIN_RULES[which].tries):
            assert not self.knows(which, wrong)
