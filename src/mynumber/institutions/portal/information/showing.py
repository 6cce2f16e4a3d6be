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
from mynumber.webkit.face.parts import Chip, Kind, Step, StepState
from mynumber.webkit.face.words import moment

JAPAN: Final = ZoneInfo("Asia/Tokyo")
_WHY: Final[dict[Reason, str]] = {
    Reason.PROVIDER_CLOSED: "いまは、この機関が回答を受け付けていない時間です。",
    Reason.PROVIDER_DECLINED: "この機関の担当者が、いまは示せないと判断しました。くわしくは、この機関の窓口で聞いてください。",
    Reason.VALUE_PENDING: "この情報は、いま見直しているところです。終わるまで示せません。",
    Reason.PROVIDER_HAS_NO_CODE: "この機関は、あなたを見つけるための符号を持っていません。",
    Reason.NOT_IN_TABLE: "この機関が、この情報をネットワークで渡すことになっていません。",
    Reason.UNKNOWN_CODE: "あなたの符号を確かめられません。ホームで符号を受け取り直してください。",
    Reason.EXPIRED: "サインインから時間がたちました。サインインし直してください。",
    Reason.NOT_ENTITLED: "このサインインでは確かめられません。サインインし直してください。",
    Reason.RATE_LIMITED: "短い時間に多くの問い合わせが重なりました。少し待ってからやり直してください。",
    Reason.PERMIT_EXPIRED: "回答の期限が過ぎました。もう一度取り寄せてください。",
    Reason.PERMIT_USED: "この許可は、もう使われています。もう一度取り寄せてください。",
    Reason.ANSWER_NOT_BOUND: "届いた回答を確かめられなかったので、使いませんでした。もう一度取り寄せてください。",
    Reason.RECORD_UNAVAILABLE: "記録を残せない状態なので、止めています。記録できないやりとりは行いません。",
}
_AWAY: Final = "この機関のシステムにつながりません。少し待ってからやり直してください。"
_TONES: Final = {
    Outcome.PROVIDED: Chip("届きました", Kind.SUCCESS),
    Outcome.NO_DATA: Chip("登録はありません", Kind.NEUTRAL),
    Outcome.WAITING: Chip("担当者の確認待ち", Kind.INFO),
    Outcome.REFUSED: Chip("いまは示せません", Kind.WARN),
}
_NOT_NOW: Final = Chip("いまは示せません", Kind.WARN)
_CASES: Final = {
    "": Chip("送っています", Kind.INFO),
    CaseState.ARRIVED: Chip(CaseState.ARRIVED.label_ja, Kind.INFO),
    CaseState.LOOKING: Chip(CaseState.LOOKING.label_ja, Kind.INFO),
    CaseState.CORRECTED: Chip(CaseState.CORRECTED.label_ja, Kind.SUCCESS),
    CaseState.KEPT: Chip(CaseState.KEPT.label_ja, Kind.NEUTRAL),
    CaseState.ANSWERED: Chip(CaseState.ANSWERED.label_ja, Kind.SUCCESS),
}


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
        chip=_TONES.get(seen.outcome, _NOT_NOW),
        why=why_not(seen),
        values=tuple(_value(seen.information, value, now) for value in seen.values),
    )


def why_not(seen: Seen) -> str:
    """Why nothing can be told now, and what to do; empty where it is told."""
    match seen.outcome:
        case Outcome.PROVIDED:
            return ""
        case Outcome.NO_DATA:
            return "この機関は、あなたについてのこの情報を登録していません。"
        case Outcome.WAITING:
            until = f"{moment(seen.deadline).words}までに回答があります。" if seen.deadline else ""
            return f"この情報は、担当者が確かめてから示すことになっています。{until}"
    words = _WHY.get(seen.reason, _AWAY) if seen.reason is not None else _AWAY
    if seen.reason is Reason.PROVIDER_CLOSED and seen.deadline is not None:
        words += f"{moment(seen.deadline).words}から受け付けます。"
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
        return "きょう"
    if days == 1:
        return "きのう"
    if days < 60:
        return f"{days}日前"
    return f"約{days // 30}か月前" if days < 730 else f"約{days // 365}年前"


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
                words = Period.parse(one.period).label_ja if one.period else "いまの情報"
                choices.append(
                    Choice(
                        f"{seen.provider}|{held.information}|{one.period or ''}",
                        f"{words}（{moment(one.as_of).words}現在、{fresh_words(one.as_of, now)}）",
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


def chip_of(case: OwnCase) -> Chip:
    """How far a case is."""
    if case.refused:
        return Chip("受け付けられませんでした", Kind.ERROR)
    return _CASES[CaseState(case.state) if case.state else ""]


def course_of(case: OwnCase, steps: Sequence[tuple[OwnCaseStep, str]], institution: str) -> list[Step]:
    """The course of a case: written, arrived, being looked at, its end."""
    course = [Step("申し出ました", "", StepState.DONE, case.written_at)]
    if case.arrived_at is not None:
        frozen = (
            "この情報は、担当者が決めるまで、どの機関にも自動では渡されません。"
            if case.kind == CaseKind.NOT_ME.value
            else ""
        )
        course.append(Step(f"{institution}の窓口に届きました", frozen, StepState.DONE, case.arrived_at))
    elif case.refused:
        course.append(
            Step(
                "受け付けられませんでした",
                "この機関の記録と合いません。窓口で聞いてください。",
                StepState.STOPPED,
            )
        )
    else:
        course.append(Step(f"{institution}に送っています", "届くまで送り直します。", StepState.NOW))
    for step, words in steps:
        course.append(
            Step(f"{CaseState(step.state).label_ja}（{step.office}）", words, StepState.DONE, step.at)
        )
    is_over = case.refused or (case.state and CaseState(case.state).is_end)
    if case.arrived_at is not None and not is_over:
        course.append(Step("担当者の判断", "決まると、お知らせに届きます。", StepState.AHEAD))
    return course
