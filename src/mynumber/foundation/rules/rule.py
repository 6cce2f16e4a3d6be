"""Rules: functions of a month and facts that stand beside their clause, in versions with dates, with exceptions as in law.

@rule(Clause(ACT, "4", 1), "支給要件に当てはまる", since=date(2024, 10, 1))
def entitled(month: Month, claim: Claim) -> Finding[bool]: ...

@entitled.version(Clause(ACT, "4", 1), since=date(2012, 4, 1), until=date(2024, 9, 30))
def _(month, claim): ...                     # what the article said before

@entitled.except_when(Clause(ACT, "4", 3), priority=1)
def _(month, claim): ...                     # 第一項の規定にかかわらず: (condition, what holds then)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.findings import FactSheet, Finding, Join, Unknown, needs_of
from mynumber.foundation.rules.months import Month

P = ParamSpec("P")
T = TypeVar("T")

Body = Callable[Concatenate[Month, P], Finding[T]]
Exceptional = Callable[Concatenate[Month, P], tuple[Finding[bool], Finding[T]]]


_Known = dict[tuple[object, ...], tuple[tuple[object, ...], Finding[Any]]]
_MEMO: Final[ContextVar[_Known | None]] = ContextVar("findings of this evaluation", default=None)


@contextmanager
def evaluation() -> Iterator[None]:
    """Within it, a rule asked twice about the same month and the very same sheets answers with the finding it made first.

    Rules are pure, so the outcome is the same; the sheets are told apart by identity and kept alive until the end, and nothing
    outlives the evaluation. A rule called outside of one begins its own.
    """
    if _MEMO.get() is not None:
        yield
        return
    token = _MEMO.set({})
    try:
        yield
    finally:
        _MEMO.reset(token)


class NotInForce(LookupError):
    """The rule or parameter has no version for the day."""

    def __init__(self, what: str, on: date) -> None:
        super().__init__(f"{what} is not kept for {on.isoformat()}")
        self.on = on


class Conflict(ValueError):
    """Two exceptions of one priority apply and say different things: the rules, not the facts, are wrong."""

    def __init__(self, clauses: tuple[Clause, ...]) -> None:
        super().__init__("conflicting exceptions: " + ", ".join(clause.text for clause in clauses))
        self.clauses = clauses


@dataclass(frozen=True, slots=True)
class Version(Generic[P, T]):
    """What a clause said from a day to a day (both included; None: still)."""

    clause: Clause
    since: date
    until: date | None
    body: Body[P, T]

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)

    def overlaps(self, other: "Version[P, T]") -> bool:
        return self.since <= (other.until or date.max) and other.since <= (self.until or date.max)


@dataclass(frozen=True, slots=True)
class Exceptionally(Generic[P, T]):
    """にかかわらず: another outcome under a condition. The higher priority goes first."""

    clause: Clause
    priority: int
    since: date
    until: date | None
    body: Exceptional[P, T]

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


class Rule(Generic[P, T]):
    """A rule of law. Called with a month and facts, it gives the finding of the version in force on the month's first day."""

    def __init__(self, words: str, denial: str, first: Version[P, T]) -> None:
        self.words = words
        self.denial = denial
        self.versions: tuple[Version[P, T], ...] = (first,)
        self.exceptions: tuple[Exceptionally[P, T], ...] = ()
        self.where = f"{first.body.__module__}.{first.body.__name__}"
        self.__doc__ = first.body.__doc__

    def version(
        self, clause: Clause, *, since: date, until: date | None = None
    ) -> Callable[[Body[P, T]], Body[P, T]]:
        """Register what the clause said in another period. Raises ValueError if periods overlap."""

        def register(body: Body[P, T]) -> Body[P, T]:
            new = Version(clause, since, until, body)
            if any(new.overlaps(version) for version in self.versions):
                msg = f"two versions of {self.where} are in force on one day"
                raise ValueError(msg)
            self.versions += (new,)
            return body

        return register

    def except_when(
        self, clause: Clause, *, priority: int = 1, since: date = date.min, until: date | None = None
    ) -> Callable[[Exceptional[P, T]], Exceptional[P, T]]:
        """Register an exception: a function that gives a condition and what holds if it is true."""

        def register(body: Exceptional[P, T]) -> Exceptional[P, T]:
            self.exceptions += (Exceptionally(clause, priority, since, until, body),)
            return body

        return register

    def __call__(self, month: Month, *args: P.args, **kwargs: P.kwargs) -> Finding[T]:
        """The finding for a month. Raises NotInForce, Conflict."""
        memo = _MEMO.get()
        if memo is None:
            with evaluation():
                return self(month, *args, **kwargs)
        key = (id(self), month, *map(id, args), *kwargs)
        if key not in memo or kwargs:
            memo[key] = (args, self._find(month, *args, **kwargs))
        return memo[key][1]

    def _find(self, month: Month, *args: P.args, **kwargs: P.kwargs) -> Finding[T]:
        on = month.first_day
        version = next((version for version in self.versions if version.in_force(on)), None)
        if version is None:
            raise NotInForce(self.where, on)
        about = next((sheet.label for sheet in reversed(args) if isinstance(sheet, FactSheet)), "")
        base = version.body(month, *args, **kwargs).saying(self.words, self.denial, version.clause, about)
        tried = [
            _Tried(exception, *exception.body(month, *args, **kwargs))
            for exception in sorted(self.exceptions, key=lambda each: -each.priority)
            if exception.in_force(on)
        ]
        return _settle(base, tried) if tried else base

    @property
    def places(self) -> Iterator[tuple[Clause, str]]:
        """Every clause that the rule puts into force, former ones included, with the function that does."""
        for version in self.versions:
            yield version.clause, f"{version.body.__module__}.{version.body.__name__}"
        for exception in self.exceptions:
            yield exception.clause, f"{exception.body.__module__}.{exception.body.__name__}"


class _Tried(Generic[T]):
    """An exception with its condition and outcome for these facts."""

    def __init__(
        self, exception: Exceptionally[Any, T], condition: Finding[bool], outcome: Finding[T]
    ) -> None:
        self.priority = exception.priority
        self.condition = condition.saying("", "", exception.clause)
        self.outcome = outcome.saying("", "", exception.clause)


def _settle(base: Finding[T], tried: list[_Tried[T]]) -> Finding[T]:
    """The outcome of the first exception that applies, else the base; unknown if an unknown condition could change it."""
    holding = base
    open_ones: list[_Tried[T]] = []
    for _, group in groupby(tried, key=lambda each: each.priority):
        peers = list(group)
        open_ones += [each for each in peers if each.condition.is_unknown]
        true_ones = [each for each in peers if each.condition.is_true]
        if any(each.outcome.value != true_ones[0].outcome.value for each in true_ones):
            raise Conflict(tuple(each.condition.clause for each in true_ones if each.condition.clause))
        if true_ones:
            holding = true_ones[0].outcome
            break
    conditions = tuple(each.condition for each in tried)
    whole = replace(base, value=holding.value, join=Join.EXCEPT, of=(*conditions, holding))
    if all(not each.outcome.is_unknown and each.outcome.value == holding.value for each in open_ones):
        return whole
    parts = (holding, *(part for each in open_ones for part in (each.condition, each.outcome)))
    return replace(whole, value=Unknown(needs_of(parts)), join=Join.FROM, of=(*conditions, base))


_ALL: Final[list[Rule[Any, Any]]] = []


def rule(
    clause: Clause, words: str, denial: str = "", *, since: date, until: date | None = None
) -> Callable[[Body[P, T]], Rule[P, T]]:
    """Make a function a rule: it carries out `clause`, and its finding says `words` (or `denial`)."""

    def register(body: Body[P, T]) -> Rule[P, T]:
        made = Rule(words, denial, Version(clause, since, until, body))
        _ALL.append(made)
        return made

    return register


def all_rules() -> tuple[Rule[Any, Any], ...]:
    """Every rule of the modules that have been imported."""
    return tuple(_ALL)


def rules_citing(law: Law, article: str) -> tuple[Rule[Any, Any], ...]:
    """The rules that carry out an article ("9_2")."""
    return tuple(
        each
        for each in _ALL
        if any(clause.law is law and clause.article == article for clause, _ in each.places)
    )
