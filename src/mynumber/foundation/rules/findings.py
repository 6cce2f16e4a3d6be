"""Findings (認定): values of three-valued logic that carry why they are so.

A finding is a known value or Unknown with what would have to be known. Findings combine into findings, so the outcome of a rule
is its own trace: a tree of clause, value and the source of each fact. A finding has no truth value of its own (`if finding:`
raises): whoever needs one says `is_true`, `is_false` or `is_unknown`, so that Unknown never slips in as No.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from dataclasses import field as dataclass_field
from enum import Enum
from typing import Any, Generic, NoReturn, TypeVar, cast

from mynumber.foundation.rules.clauses import Clause

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """A fact that would have to be known: its name for programs, its words for people."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not known (分からない), and what is needed to know."""

    needs: frozenset[Need]


class StillUnknown(LookupError):
    """A value was asked for that is not known. Carries the needs."""

    def __init__(self, needs: frozenset[Need]) -> None:
        super().__init__(f"not known yet: {', '.join(sorted(need.name for need in needs))}")
        self.needs = needs


class Join(Enum):
    """How the parts of a finding make the whole; the reasons given to people follow from it."""

    FACT = "fact"
    """No parts: a fact or a parameter."""
    ALL = "all"
    """True if every part is."""
    ANY = "any"
    """True if one part is."""
    FROM = "from"
    """Computed from all parts."""
    CHOSEN = "chosen"
    """The first part, true or false, decided that the last part counts."""
    EXCEPT = "except"
    """The last part counts: the outcome of the exception whose condition is true among the other parts, or the base if none is."""


@dataclass(frozen=True, slots=True, repr=False)
class Finding(Generic[T]):
    """A value or Unknown, what it says, where the law says so, and of what it is made.

    `words` and `denial` are what it says to people if true (or as a name of the value) and if false. Prints no value: it may
    be a person's.
    """

    value: T | Unknown
    words: str = ""
    denial: str = ""
    clause: Clause | None = None
    source: str = ""
    """Of a fact: where it comes from (住民基本台帳, 所得証明 ...)."""
    name: str = ""
    """Of a fact: its name for programs."""
    join: Join = Join.FACT
    of: "tuple[Finding[Any], ...]" = ()
    unit: str = "円"
    """What a whole number counts."""
    about: str = ""
    """Whom or what it is about, in words, where a case has several (1人目の児童)."""

    def __repr__(self) -> str:
        return f"Finding({self.name or self.words})"

    def __bool__(self) -> NoReturn:
        raise TypeError("a finding may be unknown: ask is_true, is_false or is_unknown")

    @property
    def is_true(self) -> bool:
        return self.value is True

    @property
    def is_false(self) -> bool:
        return self.value is False

    @property
    def is_unknown(self) -> bool:
        return isinstance(self.value, Unknown)

    @property
    def needs(self) -> frozenset[Need]:
        """What is needed to know; empty if known."""
        return self.value.needs if isinstance(self.value, Unknown) else frozenset()

    def known(self) -> T:
        """The value. Raises StillUnknown."""
        if isinstance(self.value, Unknown):
            raise StillUnknown(self.value.needs)
        return self.value

    def saying(
        self, words: str, denial: str = "", clause: Clause | None = None, about: str | None = None
    ) -> "Finding[T]":
        """The same finding with words and clause of its own; what is not given stays."""
        return Finding(  # `replace` would cost three times as much, and every rule does this
            self.value,
            words or self.words,
            denial or self.denial,
            clause or self.clause,
            self.source,
            self.name,
            self.join,
            self.of,
            self.unit,
            self.about if about is None else about,
        )


def known(value: T, source: str) -> Finding[T]:
    """A fact that is known, and from where."""
    return Finding(value, source=source)


UNASKED: Finding[Any] = Finding(Unknown(frozenset()))


def asked(words: str, unit: str = "円") -> Any:
    """A field of a fact sheet: unknown until given. `words` name it to people, `unit` is what a whole number counts."""
    return dataclass_field(default=UNASKED, metadata={"words": words, "unit": unit})


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSheet:
    """Facts about one person or thing. Each field made with `asked` is a finding that bears the name of its field."""

    key: str = ""
    """Tells sheets of one kind apart in programs (child-1); never a person's name or number."""
    label: str = ""
    """Tells them apart to people (1人目の児童)."""

    def __post_init__(self) -> None:
        for field in fields(self):
            words = field.metadata.get("words")
            if words is None:
                continue
            fact = cast("Finding[Any]", getattr(self, field.name))
            name = f"{self.key}.{field.name}" if self.key else field.name
            value = Unknown(frozenset({Need(name, words)})) if fact.is_unknown else fact.value
            object.__setattr__(
                self,
                field.name,
                replace(
                    fact, value=value, words=words, name=name, unit=field.metadata["unit"], about=self.label
                ),
            )


def derive(
    words: str, function: Callable[..., R], *of: Finding[Any], clause: Clause | None = None, unit: str = "円"
) -> Finding[R]:
    """A value computed from others; unknown as soon as one of them is."""
    unknown = any(part.is_unknown for part in of)
    value: R | Unknown = Unknown(needs_of(of)) if unknown else function(*(part.value for part in of))
    return Finding(value, words, clause=clause, join=Join.FROM, of=of, unit=unit)


def holds(
    words: str, denial: str, function: Callable[..., bool], *of: Finding[Any], clause: Clause | None = None
) -> Finding[bool]:
    """A statement about values, with what to say if it is false."""
    return derive(words, function, *of, clause=clause).saying("", denial)


def every(
    *conditions: Finding[bool], words: str = "", denial: str = "", clause: Clause | None = None
) -> Finding[bool]:
    """かつ: false as soon as one is false, else unknown as soon as one is unknown."""
    if any(condition.is_false for condition in conditions):
        value: bool | Unknown = False
    elif any(condition.is_unknown for condition in conditions):
        value = Unknown(needs_of(conditions))
    else:
        value = True
    return Finding(value, words, denial, clause, join=Join.ALL, of=conditions)


def either(
    *conditions: Finding[bool], words: str = "", denial: str = "", clause: Clause | None = None
) -> Finding[bool]:
    """又は: true as soon as one is true, else unknown as soon as one is unknown."""
    if any(condition.is_true for condition in conditions):
        value: bool | Unknown = True
    elif any(condition.is_unknown for condition in conditions):
        value = Unknown(needs_of(conditions))
    else:
        value = False
    return Finding(value, words, denial, clause, join=Join.ANY, of=conditions)


def negated(condition: Finding[bool], words: str = "", denial: str = "") -> Finding[bool]:
    """でない: unknown stays unknown."""
    return holds(words or condition.denial, denial or condition.words, lambda value: not value, condition)


def choose(words: str, condition: Finding[bool], then: Finding[T], otherwise: Finding[T]) -> Finding[T]:
    """One of two findings. While the condition is unknown, known only if both say the same."""
    if not condition.is_unknown:
        chosen = then if condition.is_true else otherwise
        return Finding(chosen.value, words, join=Join.CHOSEN, of=(condition, chosen))
    if not then.is_unknown and not otherwise.is_unknown and then.value == otherwise.value:
        return Finding(then.value, words, join=Join.CHOSEN, of=(condition, then))
    parts = (condition, then, otherwise)
    return Finding(Unknown(needs_of(parts)), words, join=Join.FROM, of=parts)


def needs_of(parts: Iterable[Finding[Any]]) -> frozenset[Need]:
    """All that is needed to know the parts."""
    return frozenset().union(*(part.needs for part in parts))
