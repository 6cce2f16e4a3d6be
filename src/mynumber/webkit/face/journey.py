"""Values of the components that lead a person through a procedure: who is here, what is to be done, what was answered, the card, the papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Cell, Kind


class Assurance(StrEnum):
    """How sure it is that the person themself is here (保証レベル); the values are those of `acr`."""

    CARD = "aal3"
    PASSKEY = "aal2"
    NONE = ""

    @property
    def words(self) -> str:
        """As the header says it."""
        match self:
            case Assurance.CARD:
                return say("カードで本人確認ずみ", "Identified by card", "カードで 確認しました")
            case Assurance.PASSKEY:
                return say("パスキーでサインイン中", "Signed in by passkey", "パスキーで 入りました")
            case _:
                return say("サインインしていません", "Not signed in", "まだ 入っていません")

    @property
    def strength(self) -> int:
        """Bars drawn before the words, of three."""
        return {"aal3": 3, "aal2": 2, "": 0}[self.value]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in. sign_out: an address that takes a POST. stronger: where the card may be shown, if more may be done then.

    proxy_for: for whom this person now acts, in words.
    """

    name: str
    assurance: Assurance
    sign_out: str
    stronger: str = ""
    proxy_for: str = ""

    def __repr__(self) -> str:
        return f"Identity(***, {self.assurance})"


class TaskState(StrEnum):
    """Where a task stands."""

    TODO = "todo"
    STARTED = "started"
    RETURNED = "returned"
    DONE = "done"
    LOCKED = "locked"

    @property
    def words(self) -> str:
        """As the list says it."""
        return {
            TaskState.TODO: say("これから", "To do", "まだ です"),
            TaskState.STARTED: say("途中", "Started", "とちゅう"),
            TaskState.RETURNED: say("直してください", "To correct", "なおして ください"),
            TaskState.DONE: say("済み", "Done", "おわりました"),
            TaskState.LOCKED: say("まだ始められません", "Cannot start yet", "まだ できません"),
        }[self]

    @property
    def kind(self) -> Kind:
        """The tone of its chip."""
        return {
            TaskState.TODO: Kind.INFO,
            TaskState.STARTED: Kind.WARN,
            TaskState.RETURNED: Kind.ERROR,
            TaskState.DONE: Kind.SUCCESS,
            TaskState.LOCKED: Kind.NEUTRAL,
        }[self]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done. A task that is LOCKED has no link, whatever its address. due: the last day."""

    title: str
    url: str
    state: TaskState = TaskState.TODO
    hint: str = ""
    due: date | None = None

    @property
    def link(self) -> str:
        """Where it is done; "" while it cannot be."""
        return "" if self.state is TaskState.LOCKED else self.url


@dataclass(frozen=True, slots=True)
class TaskList:
    """Tasks under a title, with how many are done."""

    title: str
    tasks: tuple[Task, ...]

    @classmethod
    def of(cls, title: str, tasks: Sequence[Task]) -> TaskList:
        """The list."""
        return cls(title, tuple(tasks))

    @property
    def progress(self) -> str:
        """How far the reader has come, in words."""
        done, total = sum(task.state is TaskState.DONE for task in self.tasks), len(self.tasks)
        return say(
            f"{total}件のうち{done}件が済みました",
            f"{done} of {total} done",
            f"{total}の うち {done} おわりました",
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of "check your answers". source: where it comes from when the reader did not write it. note: what is to be corrected.

    A line without `change` cannot be changed here; `source` then says why.
    """

    label: str
    value: Cell | date | tuple[str, ...]
    change: str = ""
    source: str = ""
    note: str = ""

    @property
    def lines(self) -> tuple[Cell | date, ...]:
        """The value line by line; an empty text is None, which is drawn as a dash."""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return tuple(None if value == "" else value for value in values) or (None,)

    def __repr__(self) -> str:
        return f"Answer({self.label!r}, ***)"


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Answers that belong together. change: one address for the whole group."""

    title: str
    answers: tuple[Answer, ...]
    change: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One page of a procedure in its step navigation; url: where it is looked at again."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class DrawnLeg:
    """A leg as it is drawn."""

    number: int
    leg: Leg
    state: str


@dataclass(frozen=True, slots=True)
class Course:
    """Step navigation: the pages of a procedure and the number of the one that is open, from 1. Raises ValueError for a number outside."""

    legs: tuple[Leg, ...]
    current: int

    def __post_init__(self) -> None:
        if not 1 <= self.current <= len(self.legs):
            raise ValueError("the current page is none of the course")

    @classmethod
    def at(cls, current: int, legs: Sequence[Leg]) -> Course:
        """The course with its page `current` open."""
        return cls(tuple(legs), current)

    @property
    def drawn(self) -> tuple[DrawnLeg, ...]:
        """Each page with its state: done, now or ahead."""
        states = {True: "done", False: "ahead"}
        return tuple(
            DrawnLeg(number, leg, "now" if number == self.current else states[number < self.current])
            for number, leg in enumerate(self.legs, 1)
        )

    @property
    def words(self) -> str:
        """Where the reader stands."""
        total = len(self.legs)
        return say(
            f"{total}つのうち{self.current}つ目",
            f"Step {self.current} of {total}",
            f"{total}の うち {self.current}ばんめ",
        )

    @property
    def title(self) -> str:
        """The title of the open page."""
        return self.legs[self.current - 1].title


class CardState(StrEnum):
    """What the card step shows."""

    READY = "ready"
    READING = "reading"
    DONE = "done"
    WRONG_PIN = "wrong_pin"
    LOCKED = "locked"
    NOT_READ = "not_read"


class CardPin(StrEnum):
    """Which secret of the card is asked for."""

    AUTHENTICATION = "authentication"
    SIGNATURE = "signature"

    @property
    def words(self) -> str:
        """Its name."""
        if self is CardPin.AUTHENTICATION:
            return say("利用者証明用の暗証番号", "the PIN for signing in")
        return say("署名用のパスワード", "the password for signatures")

    @property
    def form(self) -> str:
        """What it looks like, so that people know which of theirs it is."""
        if self is CardPin.AUTHENTICATION:
            return say("数字4けた", "4 digits")
        return say("英字（大文字）と数字、6文字から16文字", "6 to 16 capital letters and digits")


@dataclass(frozen=True, slots=True)
class CardTap:
    """The step at which the card is held to the device. tries: what is left before the card locks that secret; before: a secret that is asked for first."""

    purpose: str
    pin: CardPin
    state: CardState = CardState.READY
    tries: int | None = None
    before: CardPin | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A paper that was handed in. url: where it is looked at. remove: the value of the button that takes it away."""

    name: str
    size: int
    at: datetime
    url: str = ""
    remove: str = ""

    @property
    def size_words(self) -> str:
        """1.2 MB, 340 KB"""
        return f"{self.size / 2**20:.1f} MB" if self.size >= 2**20 else f"{max(1, self.size // 1024)} KB"

    def __repr__(self) -> str:
        return f"Attached({self.size} bytes)"
