"""What an inquiry brought, with the fact read in its layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mynumber.foundation.facts import Fact, MalformedFact, Period, UnknownLayout, period_of
from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import Inquiry, InquiryResult, Outcome, PeriodFact
from mynumber.protocols.facts import WrongPeriod, decode_fact
from mynumber.protocols.refusal import Hop, Reason, Refused

PENDING = frozenset({Outcome.OPEN, Outcome.PERMITTED, Outcome.WAITING})
"""Not the end: ask again with the same inquiry."""


@dataclass(frozen=True, slots=True)
class PeriodAnswer:
    """What came of one period that was named. Its printed form holds no fact."""

    period: Period
    is_held: bool
    """Whether the provider holds a fact of it; if not, it has said so."""
    fact: Fact | None = field(repr=False)
    """None unless it is held, and a day after the answer."""
    result: PeriodFact = field(repr=False)

    @property
    def as_of(self) -> datetime | None:
        """When the provider registered what it gave."""
        return self.result.as_of


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one inquiry. Its printed form holds no fact."""

    inquiry: Inquiry
    """What was asked; ask it again, unchanged, while the answer is pending."""
    result: InquiryResult = field(repr=False)
    fact: Fact | None = field(repr=False)
    """The fact in its layout (docs/facts.md); None unless ``provided``, and when periods were named."""
    periods: tuple[PeriodAnswer, ...] = field(default=(), repr=False)
    """Of an inquiry that named periods: each of them in the order asked, held or not, once the provider has answered."""

    @property
    def request_id(self) -> UUID:
        """Names the exchange in the records of all sides."""
        return self.inquiry.request_id

    @property
    def outcome(self) -> Outcome:
        """How the exchange stands."""
        return self.result.outcome

    @property
    def is_pending(self) -> bool:
        """Whether it has not ended: the network is being asked still (``open``) or a person at the provider answers (``waiting``)."""
        return self.outcome in PENDING

    @property
    def as_of(self) -> datetime | None:
        """When the provider registered what it gave."""
        return self.result.as_of

    @property
    def deadline(self) -> datetime | None:
        """Until when an answer that waits is due."""
        return self.result.deadline

    @property
    def provision(self) -> str | None:
        """The row of the legal-basis table that allowed it."""
        return self.result.provision

    @property
    def hop(self) -> Hop | None:
        """Who refused it."""
        return self.result.hop

    @property
    def reason(self) -> Reason | None:
        """Why it was refused; ``reason.sentence_ja`` says to a person what to do."""
        return self.result.reason

    def or_refused(self) -> Answer:
        """The answer itself, unless it is a refusal: that raises Refused with hop and reason."""
        if self.hop is not None and self.reason is not None:
            raise Refused(self.hop, self.reason, is_signed=True)
        return self


def read_answer(inquiry: Inquiry, result: InquiryResult) -> Answer:
    """Read the fact of a result. Raises Refused(INQUIRER_GATEWAY, ANSWER_NOT_BOUND) for one of another inquiry or out of its layout."""
    if result.request_id != inquiry.request_id:
        raise Refused(Hop.INQUIRER_GATEWAY, Reason.ANSWER_NOT_BOUND, "a result of another inquiry")
    fact: Fact | None = None
    periods: tuple[PeriodAnswer, ...] = ()
    has_answer = result.outcome in {Outcome.PROVIDED, Outcome.NO_DATA}
    if tuple(one.period for one in result.periods) != (inquiry.periods if has_answer else ()):
        raise Refused(
            Hop.INQUIRER_GATEWAY, Reason.ANSWER_NOT_BOUND, "other periods than those of the inquiry"
        )
    try:
        kind = InformationKind.named(inquiry.information)
        if result.outcome is Outcome.PROVIDED and not inquiry.periods:
            fact = decode_fact(kind, bytes(result.fact))
        periods = tuple(_read_period(kind, one) for one in result.periods)
    except (ValueError, UnknownLayout, MalformedFact):
        raise Refused(
            Hop.INQUIRER_GATEWAY, Reason.ANSWER_NOT_BOUND, "a fact that is not in the layout of its kind"
        ) from None
    return Answer(inquiry, result, fact, periods)


def _read_period(kind: InformationKind, told: PeriodFact) -> PeriodAnswer:
    """Raises WrongPeriod for a fact that speaks of another time than it says."""
    fact = decode_fact(kind, bytes(told.fact)) if bytes(told.fact) != b"null" else None
    period = Period.parse(told.period)
    if fact is not None and (period_of(fact) != period or not told.is_held):
        raise WrongPeriod("a fact of another period")
    return PeriodAnswer(period, told.is_held, fact, told)
