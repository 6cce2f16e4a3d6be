"""Members' systems that ask and ask, keep what they were told, and ask again what they were not."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from mynumber.foundation.envelope import decode_body
from mynumber.foundation.law import InformationKind
from mynumber.protocols.copies import REGISTER_COPIES, Copy, RegisterCopies
from mynumber.protocols.exchange import Inquiry, InquiryResult, Outcome
from mynumber.protocols.refusal import Reason, Refused
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    PENSION,
    PENSIONS,
    TAX,
    Exchange,
    inquiry_of,
    resident_code,
)

PEOPLE = 40
INQUIRERS = 4
LARGEST = 6
"""The most inquiries in a message."""
NOT_ANSWERED_SECONDS = 0.1
AGAIN = 0.3
"""How often an inquirer asks again, instead of something new."""
REMEMBERED = 200
"""Of how many answered inquiries it may ask again."""
UNDER_WAY = frozenset({Outcome.OPEN, Outcome.WAITING})


@dataclass(slots=True)
class Asked:
    """An inquiry, and what its inquirer was told of it: the first end, and whether a later answer was another."""

    inquiry: Inquiry
    fact: msgspec.Struct | None = None
    """What the provider registered about this person; None where nothing may come."""
    end: InquiryResult | None = None
    contradictions: list[str] = field(default_factory=list)

    def hear(self, result: InquiryResult) -> None:
        """An end stands: whoever asks again with the same id and content gets the same, with its fact."""
        if result.outcome in UNDER_WAY:
            if self.end is not None:
                self.contradictions.append(f"{self.end.outcome} and then {result.outcome} {result.reason}")
        elif self.end is None:
            self.end = result
            if not self._is_own(result):
                self.contradictions.append("the fact is not the one that was registered")
        elif result != self.end:
            self.contradictions.append(
                f"{self.end.outcome} {self.end.reason} and then {result.outcome} {result.reason}"
            )

    def _is_own(self, result: InquiryResult) -> bool:
        fact = bytes(result.fact)
        if result.outcome is not Outcome.PROVIDED:
            return fact == b"null"
        return self.fact is not None and decode_body(fact, type(self.fact)) == self.fact


def prepare(exchange: Exchange) -> None:
    """People of both cities; the former city has a tax copy of most, the pension service a benefit of all, each her own."""
    members = {CITY: "C", FORMER_CITY: "F", PENSION: "P"}
    exchange.give_codes(
        {
            resident_code(): {member: f"{letter}-{n}" for member, letter in members.items()}
            for n in range(PEOPLE)
        }
    )
    for member, information in (
        (FORMER_CITY, InformationKind.LOCAL_TAX),
        (PENSION, InformationKind.PUBLIC_PENSION_BENEFIT),
    ):
        copies = tuple(
            Copy(
                addressee=f"{members[member]}-{n}",
                information=information.value,
                as_of=datetime.now(UTC),
                fact=msgspec.Raw(msgspec.json.encode(fact)),
            )
            for n in range(PEOPLE)
            if (fact := fact_of(member, n)) is not None
        )
        exchange.call(
            REGISTER_COPIES, RegisterCopies(copies=copies), sender=member, receiver=f"gateway.{member}"
        )


def fact_of(member: str, number: int) -> msgspec.Struct | None:
    """What a provider holds of a person; of nobody else the same, so that a fact that reaches the wrong inquiry is seen."""
    if member == PENSION:
        (benefit,) = PENSIONS.benefits
        own = msgspec.structs.replace(benefit, annual_amount=800_000 + number)
        return msgspec.structs.replace(PENSIONS, benefits=(own,))
    return msgspec.structs.replace(TAX, total_income=1_000_000 + number) if number % 8 else None


def some_inquiry(chance: random.Random) -> Asked:
    """Mostly what is provided; sometimes what ends otherwise."""
    number = chance.randrange(PEOPLE)
    person = f"C-{number}"
    match chance.random():
        case luck if luck < 0.6:
            return Asked(inquiry_of(person), fact_of(FORMER_CITY, number))
        case luck if luck < 0.9:
            kind = InformationKind.PUBLIC_PENSION_BENEFIT.value
            return Asked(inquiry_of(person, provider=PENSION, information=kind), fact_of(PENSION, number))
        case luck if luck < 0.96:
            return Asked(inquiry_of(person, provider=PENSION))  # not in the table
        case _:
            return Asked(inquiry_of("nobody"))


class Load:
    """Inquirers, each a thread with one message under way."""

    def __init__(self, exchange: Exchange, seed: int) -> None:
        self._exchange = exchange
        self._seed = seed
        self._stopped = threading.Event()
        self._tick = threading.Condition()
        self.asked: list[Asked] = []
        self.no_answer: Counter[str] = Counter()
        """Messages without an answer, by what the inquirer heard instead."""
        self.ended = 0
        self.again = 0
        """Inquiries that were asked again."""
        self.failures: list[BaseException] = []
        self._going = threading.Event()
        self._going.set()
        self._turns = [threading.Lock() for _ in range(INQUIRERS)]
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(INQUIRERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Nobody asks within this block: what is under way is ended first, however often it must be asked again."""
        self._going.clear()
        try:
            with ExitStack() as stack:
                for turn in self._turns:
                    stack.enter_context(turn)
                yield
        finally:
            self._going.set()

    def wait_for(self, more: int, at_most: float) -> None:
        """Until so many inquiries more have ended; or no longer than ``at_most`` seconds, when they do not get on."""
        with self._tick:
            wanted = self.ended + more
            self._tick.wait_for(lambda: self.ended >= wanted, timeout=at_most)

    def pause(self, seconds: float) -> None:
        """Wait while the inquirers go on: part of what makes a moment random."""
        self._stopped.wait(seconds)

    def ask(self, group: Sequence[Asked]) -> bool:
        """One message. Whether it had an answer; without one, its inquiries are as they were."""
        try:
            results = self._exchange.ask(*(one.inquiry for one in group))
        except Refused as refused:
            with self._tick:
                self.no_answer[f"{refused.hop}: {refused.reason}"] += 1
            return False
        with self._tick:
            for one, result in zip(group, results, strict=True):
                if result.request_id != one.inquiry.request_id:
                    one.contradictions.append("the result of another inquiry")
                before = one.end
                one.hear(result)
                self.ended += before is None and one.end is not None
            self._tick.notify_all()
        return True

    def _run(self, number: int) -> None:
        chance = random.Random(f"{self._seed} {number}")
        mine: list[Asked] = []
        try:
            while not self._stopped.is_set():
                self._going.wait()
                count = chance.randint(1, LARGEST)
                if mine and chance.random() < AGAIN:
                    unended = [one for one in mine if one.end is None]
                    group = list(
                        {id(one): one for one in (*unended, *chance.choices(mine, k=count))}.values()
                    )
                    group = group[:count]
                    self.again += len(group)
                else:
                    group = [some_inquiry(chance) for _ in range(count)]
                    mine = [*(one for one in mine if one.end is None), *mine[-REMEMBERED:], *group]
                    mine = list({id(one): one for one in mine}.values())
                    with self._tick:
                        self.asked += group
                with self._turns[number]:
                    while not self.ask(group) and not self._stopped.wait(NOT_ANSWERED_SECONDS):
                        self.again += len(group)  # as a member's system would, until somebody takes it
        except BaseException as error:  # noqa: BLE001 - a thread that ends unseen would make the test pass
            self.failures.append(error)


def counts_as_refusal_without_record(result: InquiryResult) -> bool:
    """What the gateway refuses before an exchange begins: nothing was asked of anybody."""
    return result.reason is Reason.NO_CODE_HELD
