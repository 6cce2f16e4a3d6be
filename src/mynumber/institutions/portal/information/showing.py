"""Answers as a resident reads them: values in words, where they come from, how fresh they are, or why nothing can be told now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from mynumber.foundation.facts import Group, MalformedFact, Period, UnknownLayout, groups
from mynumber.foundation.law import InformationKind
from mynumber.institutions.portal.information.looking import Seen, Value
from mynumber.institutions.portal.information.models import OwnCase, OwnCaseStep
from mynumber.institutions.portal.information.subjects import Subject, label_of, meaning_of, subject_of
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.facts import decode_fact
from mynumber.protocols.information import CaseKind, CaseState
from mynumber.protocols.refusal import Reason
from mynumber.webkit.face.language import is_english, say
from mynumber.webkit.face.parts import Chip, Kind, Step, StepState
from mynumber.webkit.face.words import moment

JAPAN: Final = ZoneInfo("Asia/Tokyo")
Said = tuple[str, str, str]
"""Japanese, English, easy Japanese."""
_AGAIN: Final = ("もう一度取り寄せてください。", "Fetch it again.", "もう いちど とりよせて ください。")
_WHY: Final[dict[Reason, Said]] = {
    Reason.PROVIDER_CLOSED: (
        "いまは、この機関が回答を受け付けていない時間です。",
        "This institution does not answer at this hour.",
        "いまは、こたえて いない じかんです。",
    ),
    Reason.PROVIDER_DECLINED: (
        "この機関の担当者が、いまは示せないと判断しました。くわしくは、この機関の窓口で聞いてください。",
        "A person at this institution decided that it cannot be shown now. Ask there.",
        "やくしょの 人が、いまは みせられないと きめました。やくしょに きいて ください。",
    ),
    Reason.VALUE_PENDING: (
        "この情報は、いま見直しているところです。終わるまで示せません。",
        "This is being decided anew. Until then it cannot be shown.",
        "いま しらべて います。おわるまで みられません。",
    ),
    Reason.PROVIDER_HAS_NO_CODE: (
        "この機関は、あなたを見つけるための符号を持っていません。",
        "This institution has no code by which it finds you.",
        "ここは、あなたを みつける ことが できません。",
    ),
    Reason.NOT_IN_TABLE: (
        "この機関が、この情報をネットワークで渡すことになっていません。",
        "The law does not let this institution give this over the network.",
        "ここは、これを ネットワークで わたしません。",
    ),
    Reason.UNKNOWN_CODE: (
        "あなたの符号を確かめられません。ホームで符号を受け取り直してください。",
        "Your code cannot be confirmed. Have it delivered again on the first page.",
        "ホームで、もう いちど ふごうを うけとって ください。",
    ),
    Reason.EXPIRED: (
        "サインインから時間がたちました。サインインし直してください。",
        "You signed in too long ago. Sign in again.",
        "もう いちど サインインして ください。",
    ),
    Reason.NOT_ENTITLED: (
        "このサインインでは確かめられません。サインインし直してください。",
        "This sign-in is not accepted. Sign in again.",
        "もう いちど サインインして ください。",
    ),
    Reason.RATE_LIMITED: (
        "短い時間に多くの問い合わせが重なりました。少し待ってからやり直してください。",
        "There were too many requests. Wait a moment and try again.",
        "すこし まってから やりなおして ください。",
    ),
    Reason.PERMIT_EXPIRED: (
        f"回答の期限が過ぎました。{_AGAIN[0]}",
        f"It is too late for the answer. {_AGAIN[1]}",
        _AGAIN[2],
    ),
    Reason.PERMIT_USED: (
        f"この許可は、もう使われています。{_AGAIN[0]}",
        f"This permit was used. {_AGAIN[1]}",
        _AGAIN[2],
    ),
    Reason.ANSWER_NOT_BOUND: (
        f"届いた回答を確かめられなかったので、使いませんでした。{_AGAIN[0]}",
        f"The answer could not be confirmed and was not used. {_AGAIN[1]}",
        _AGAIN[2],
    ),
    Reason.RECORD_UNAVAILABLE: (
        "記録を残せない状態なので、止めています。記録できないやりとりは行いません。",
        "Nothing can be recorded now, and what cannot be recorded does not move.",
        "きろくが できないので、とめて います。",
    ),
}
_AWAY: Final = (
    "この機関のシステムにつながりません。少し待ってからやり直してください。",
    "This institution's system does not answer. Wait a moment and try again.",
    "いま つながりません。すこし まって ください。",
)
_NOT_NOW: Final = (("いまは示せません", "Not now", "いまは みられません"), Kind.WARN)
_TONES: Final[dict[Outcome, tuple[Said, Kind]]] = {
    Outcome.PROVIDED: (("届きました", "Here it is", "とどきました"), Kind.SUCCESS),
    Outcome.NO_DATA: (("登録はありません", "Nothing held", "ありません"), Kind.NEUTRAL),
    Outcome.WAITING: (("担当者の確認待ち", "A person has to look", "まって います"), Kind.INFO),
    Outcome.REFUSED: _NOT_NOW,
}
_ON_ITS_WAY: Final = (("送っています", "On its way", "おくって います"), Kind.INFO)
_CASES: Final[dict[CaseState, tuple[Said, Kind]]] = {
    CaseState.ARRIVED: ((CaseState.ARRIVED.label_ja, "Arrived", "とどきました"), Kind.INFO),
    CaseState.LOOKING: ((CaseState.LOOKING.label_ja, "Being looked at", "しらべて います"), Kind.INFO),
    CaseState.CORRECTED: ((CaseState.CORRECTED.label_ja, "Corrected", "なおしました"), Kind.SUCCESS),
    CaseState.KEPT: ((CaseState.KEPT.label_ja, "Not corrected", "なおしませんでした"), Kind.NEUTRAL),
    CaseState.ANSWERED: ((CaseState.ANSWERED.label_ja, "Answered", "こたえが きました"), Kind.SUCCESS),
}
_KINDS: Final[dict[CaseKind, Said]] = {
    CaseKind.WRONG: (
        CaseKind.WRONG.label_ja,
        "This is wrong (request for correction)",
        "これは まちがって います",
    ),
    CaseKind.NOT_ME: (CaseKind.NOT_ME.label_ja, "This is not me", "これは わたしの ことでは ありません"),
    CaseKind.QUESTION: (CaseKind.QUESTION.label_ja, "A question about an exchange", "やりとりの しつもん"),
}


def _chip(said: tuple[Said, Kind]) -> Chip:
    words, kind = said
    return Chip(say(*words), kind)


@dataclass(frozen=True, slots=True, repr=False)
class ShownValue:
    """One period of one kind."""

    period: str
    """In words; empty for the state of a day."""
    groups: tuple[Group, ...]
    is_held: bool
    unreadable: bool
    as_of: datetime | None
    registered_at: datetime | None
    fresh: str


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """One answer of one institution."""

    seen: Seen
    number: int
    label: str
    meaning: str
    institution: str
    chip: Chip
    why: str
    """Why nothing can be told, or what it waits for; empty otherwise."""
    values: tuple[ShownValue, ...]

    @property
    def can_dispute(self) -> bool:
        """Whether there is something that may be wrong."""
        return self.seen.outcome is Outcome.PROVIDED

    @property
    def is_waiting(self) -> bool:
        return self.seen.outcome is Outcome.WAITING


def show(seen: Seen, number: int, *, institution: str, now: datetime) -> Shown:
    """An answer with its words. ``number``: its place on the page, from 1."""
    return Shown(
        seen=seen,
        number=number,
        label=label_of(seen.information),
        meaning=meaning_of(seen.information),
        institution=institution,
        chip=_chip(_TONES.get(seen.outcome, _NOT_NOW)),
        why=why_not(seen),
        values=tuple(_value(seen.information, value, now) for value in seen.values),
    )


def why_not(seen: Seen) -> str:
    """Why nothing can be told now, and what to do; empty where it is told."""
    match seen.outcome:
        case Outcome.PROVIDED:
            return ""
        case Outcome.NO_DATA:
            return say(
                "この機関は、あなたについてのこの情報を登録していません。",
                "This institution holds nothing of this about you.",
                "ここには、あなたの これは ありません。",
            )
        case Outcome.WAITING:
            until = moment(seen.deadline, english=is_english()).words if seen.deadline else ""
            return say(
                "この情報は、担当者が確かめてから示すことになっています。"
                + (f"{until}までに回答があります。" if until else ""),
                "A person looks at this before it is shown."
                + (f" There is an answer by {until}." if until else ""),
                "やくしょの 人が たしかめて います。"
                + (f"{until}までに こたえが あります。" if until else ""),
            )
    words = say(*(_WHY.get(seen.reason, _AWAY) if seen.reason is not None else _AWAY))
    if seen.reason is Reason.PROVIDER_CLOSED and seen.deadline is not None:
        opens = moment(seen.deadline, english=is_english()).words
        words += say(f"{opens}から受け付けます。", f" It opens at {opens}.", f"{opens}から こたえます。")
    return words


def _value(information: str, value: Value, now: datetime) -> ShownValue:
    shown: tuple[Group, ...] = ()
    unreadable = False
    if value.fact is not None:
        try:
            shown = groups(decode_fact(InformationKind.named(information), value.fact))
        except (MalformedFact, UnknownLayout, ValueError):
            unreadable = True
    return ShownValue(
        period=Period.parse(value.period).label_ja if value.period else "",
        groups=shown,
        is_held=value.fact is not None,
        unreadable=unreadable,
        as_of=value.as_of,
        registered_at=value.registered_at,
        fresh=fresh_words(value.as_of, now) if value.as_of else "",
    )


def fresh_words(as_of: datetime, now: datetime) -> str:
    """How old: きょう, きのう, 12日前, 約3か月前, 約2年前. Days are days in Japan."""
    days = (now.astimezone(JAPAN).date() - as_of.astimezone(JAPAN).date()).days
    if days <= 0:
        return say("きょう", "today")
    if days == 1:
        return say("きのう", "yesterday")
    if days < 60:
        return say(f"{days}日前", f"{days} days ago")
    if days < 730:
        return say(f"約{days // 30}か月前", f"about {days // 30} months ago")
    return say(f"約{days // 365}年前", f"about {days // 365} years ago")


# --- the list of what is held ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick: a period of a kind at an institution."""

    value: str
    """``provider|kind|period``."""
    words: str
    ident: str


@dataclass(frozen=True, slots=True)
class HeldAt:
    """What one institution holds of a kind."""

    institution: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ListedKind:
    """A kind of information in the list."""

    label: str
    meaning: str
    held_at: tuple[HeldAt, ...]


@dataclass(frozen=True, slots=True)
class ListedSubject:
    """A subject with what is held of it."""

    subject: Subject
    kinds: tuple[ListedKind, ...]

    @property
    def have(self) -> tuple[str, ...]:
        """Everything in it, for the button that fetches all."""
        return tuple(choice.value for kind in self.kinds for at in kind.held_at for choice in at.choices)


def by_subject(
    inventories: Iterable[Seen], names: dict[str, str], order: Sequence[Subject], now: datetime
) -> list[ListedSubject]:
    """What providers hold, by subject and kind; subjects of which nobody holds anything are left out."""
    kinds: dict[str, list[HeldAt]] = {}
    for seen in sorted(inventories, key=lambda one: names[one.provider]):
        for held in seen.held:
            choices = []
            for place, one in enumerate(held.periods):
                words = (
                    Period.parse(one.period).label_ja
                    if one.period
                    else say("いまの情報", "As it is now", "いま")
                )
                at, fresh = moment(one.as_of, english=is_english()).words, fresh_words(one.as_of, now)
                choices.append(
                    Choice(
                        f"{seen.provider}|{held.information}|{one.period or ''}",
                        say(f"{words}（{at}現在、{fresh}）", f"{words} (as of {at}, {fresh})"),
                        f"{seen.provider.replace('.', '-')}-{held.information}-{place}",
                    )
                )
            kinds.setdefault(held.information, []).append(HeldAt(names[seen.provider], tuple(choices)))
    listed: dict[Subject, list[ListedKind]] = {}
    for information in sorted(kinds, key=label_of):
        entry = ListedKind(label_of(information), meaning_of(information), tuple(kinds[information]))
        listed.setdefault(subject_of(information), []).append(entry)
    return [ListedSubject(subject, tuple(listed[subject])) for subject in order if subject in listed]


# --- cases ----------------------------------------------------------------------------------------------------------


def kind_words(kind: str) -> str:
    """What a case is, in the chosen language."""
    return say(*_KINDS[CaseKind(kind)])


def chip_of(case: OwnCase) -> Chip:
    """How far a case is."""
    if case.refused:
        return Chip(say("受け付けられませんでした", "Not taken", "うけつけませんでした"), Kind.ERROR)
    return _chip(_CASES[CaseState(case.state)] if case.state else _ON_ITS_WAY)


def course_of(case: OwnCase, steps: Sequence[tuple[OwnCaseStep, str]], institution: str) -> list[Step]:
    """The course of a case: written, arrived, being looked at, its end."""
    course = [Step(say("申し出ました", "You wrote", "かきました"), "", StepState.DONE, case.written_at)]
    if case.arrived_at is not None:
        frozen = (
            say(
                "この情報は、担当者が決めるまで、どの機関にも自動では渡されません。",
                "Until a person has decided, this is given to nobody automatically.",
                "きまるまで、だれにも わたりません。",
            )
            if case.kind == CaseKind.NOT_ME.value
            else ""
        )
        arrived = say(
            f"{institution}の窓口に届きました",
            f"It is at the desk of {institution}",
            f"{institution}に とどきました",
        )
        course.append(Step(arrived, frozen, StepState.DONE, case.arrived_at))
    elif case.refused:
        course.append(
            Step(
                say("受け付けられませんでした", "It was not taken", "うけつけませんでした"),
                say(
                    "この機関の記録と合いません。窓口で聞いてください。",
                    "It does not fit this institution's records. Ask there.",
                    "やくしょに きいて ください。",
                ),
                StepState.STOPPED,
            )
        )
    else:
        sending = say(
            f"{institution}に送っています", f"On its way to {institution}", f"{institution}に おくって います"
        )
        course.append(
            Step(
                sending,
                say("届くまで送り直します。", "It is sent until it has arrived.", "とどくまで おくります。"),
                StepState.NOW,
            )
        )
    for step, words in steps:
        title = say(*_CASES[CaseState(step.state)][0])
        course.append(Step(f"{title}（{step.office}）", words, StepState.DONE, step.at))
    is_over = case.refused or (case.state and CaseState(case.state).is_end)
    if case.arrived_at is not None and not is_over:
        course.append(
            Step(
                say("担当者の判断", "A person decides", "やくしょの 人が きめます"),
                say(
                    "決まると、お知らせに届きます。",
                    "You find it among your notices.",
                    "きまると、お知らせに とどきます。",
                ),
                StepState.AHEAD,
            )
        )
    return course
