"""Answers, procedures and steps in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mynumber.foundation.procedures.definition import LifeEvent, Procedure
from mynumber.institutions.portal.applications import bodies
from mynumber.institutions.portal.applications.models import Application, Standing
from mynumber.protocols.applications import APPLICANT, Step, Told
from mynumber.webkit.face.language import say, say_day, spoken
from mynumber.webkit.face.parts import Chip, Kind, StepState
from mynumber.webkit.face.parts import Step as Line

LIFE_EVENTS: Final = {
    LifeEvent.PREGNANCY: ("妊娠", "Pregnancy", "にんしん"),
    LifeEvent.BIRTH: ("出産", "Birth", "子どもが うまれる"),
    LifeEvent.CHILDCARE: ("子育て", "Raising children", "子どもを そだてる"),
    LifeEvent.MOVING: ("引っ越し", "Moving", "ひっこし"),
    LifeEvent.SINGLE_PARENT: ("ひとり親", "Single parents", "ひとり親"),
    LifeEvent.MARRIAGE_DIVORCE: ("結婚・離婚", "Marriage and divorce", "けっこん・りこん"),
    LifeEvent.WORK: ("仕事", "Work", "しごと"),
    LifeEvent.JOB_LOSS: ("失業", "Losing a job", "しごとが なくなる"),
    LifeEvent.ILLNESS: ("病気・けが", "Illness", "びょうき・けが"),
    LifeEvent.DISABILITY: ("障害", "Disability", "しょうがい"),
    LifeEvent.CARE: ("介護", "Long-term care", "かいご"),
    LifeEvent.RETIREMENT: ("老後", "Retirement", "年を とる"),
    LifeEvent.DEATH: ("死亡・相続", "Death", "人が なくなる"),
    LifeEvent.TWENTY: ("20歳", "Turning twenty", "20さい"),
}
_STEPS: Final = {
    Step.ARRIVED: ("役所に届きました（到達）", "It arrived at the office", "やくしょに とどきました"),
    Step.ACCEPTED: ("受け付けました（受理）", "Accepted", "うけつけました"),
    Step.CORRECTION_ASKED: (
        "直してほしいところがあります（補正）",
        "Something has to be corrected",
        "なおして ほしい ところが あります",
    ),
    Step.CORRECTED: ("直した内容が届きました", "Your correction arrived", "なおした ものが とどきました"),
    Step.WORDS: ("担当者からのことば", "Words of the case worker", "やくしょの 人から"),
    Step.WITHDRAWN: ("取り下げました", "Withdrawn", "やめました"),
    Step.GRANTED: ("認められました（決定）", "Granted", "みとめられました"),
    Step.GRANTED_IN_PART: ("一部が認められました（決定）", "Granted in part", "すこし みとめられました"),
    Step.REFUSED: ("認められませんでした（決定）", "Refused", "みとめられませんでした"),
    Step.PAYMENT_ORDERED: ("支払いの手続をしました", "Payment ordered", "はらう 手つづきを しました"),
    Step.TRANSFER_SENT: ("銀行に振込を頼みました", "The bank was asked to pay", "銀行に たのみました"),
    Step.PAID: ("支払いました", "Paid", "はらいました"),
    Step.PAYMENT_RETURNED: (
        "振り込めませんでした。別の口座を知らせてください",
        "It could not be paid. Give another account",
        "はらえませんでした。ほかの 口座を おしえて ください",
    ),
    Step.CLOSED: ("手続が終わりました", "Closed", "おわりました"),
}
_STANDINGS: Final = {
    Standing.DRAFT: ("Draft", "下書き"),
    Standing.SENDING: ("Being sent", "おくって います"),
    Standing.UNDER_WAY: ("Under way", "しらべて います"),
    Standing.CORRECTION: ("To be corrected", "なおして ください"),
    Standing.DECIDED: ("Decided", "きまりました"),
    Standing.ENDED: ("Ended", "おわりました"),
}
_KINDS: Final = {
    Standing.DRAFT: Kind.NEUTRAL,
    Standing.SENDING: Kind.INFO,
    Standing.UNDER_WAY: Kind.INFO,
    Standing.CORRECTION: Kind.ERROR,
    Standing.DECIDED: Kind.SUCCESS,
    Standing.ENDED: Kind.NEUTRAL,
}
_INSTEAD: Final = {
    "network": ("ほかの役所に聞きます", "another office is asked", "ほかの やくしょに ききます"),
    "register": ("住民票で確かめます", "the register of residents tells it", "住民票で しらべます"),
    "own_records": (
        "役所の記録で確かめます",
        "the office's records tell it",
        "やくしょの きろくで しらべます",
    ),
    "electronic": ("電子で受け取ります", "it is taken electronically", "ネットで うけとります"),
    "answer": ("ここでの答えで足ります", "your answers are enough", "ここの こたえで いいです"),
}
"""By the way in which a document is replaced (`Replacement.ways`)."""


def life_event(event: LifeEvent) -> str:
    """ライフイベント in words."""
    return say(*LIFE_EVENTS[event])


def chip_of(application: Application) -> Chip:
    """How it stands, as a status word."""
    if application.at_counter:
        return Chip(say("窓口にあります", "At the counter", "まどぐちに あります"), Kind.INFO)
    standing = Standing.SENDING if application.is_on_its_way else Standing(application.standing)
    if standing is Standing.CORRECTION and application.decided_at is not None:
        return Chip(
            say("別の口座が必要です", "Another account is needed", "ほかの 口座を おしえて ください"),
            Kind.ERROR,
        )
    return Chip(say(standing.label, *_STANDINGS[standing]), _KINDS[standing])


@dataclass(frozen=True, slots=True)
class Beforehand:
    """The papers of a procedure as one wants to know of them before beginning: each with a few words."""

    needed: tuple[tuple[str, str], ...]
    """Whatever one answers."""
    perhaps: tuple[tuple[str, str], ...]
    """Where an answer calls for it."""
    optional: tuple[tuple[str, str], ...]
    """One may apply without it."""
    not_needed: tuple[tuple[str, str], ...]
    """What replaces it."""


def papers_beforehand(procedure: Procedure) -> Beforehand:
    """添付書類 and their omission (添付書類の省略), from the catalogue."""
    spoke = spoken()
    needed: list[tuple[str, str]] = []
    perhaps: list[tuple[str, str]] = []
    optional: list[tuple[str, str]] = []
    not_needed: list[tuple[str, str]] = []
    for each in procedure.document:
        label = each.label.in_language(spoke)
        if each.replaced_by:
            not_needed.append((label, say(*_INSTEAD[each.replaced_by[0].ways[0]])))
            continue
        words = each.reason.in_language(spoke) if each.reason else ""
        if each.original:
            words += say(
                "原本を見せるか、送ってください。", " Show or send the original.", "本物を 見せて ください。"
            )
        group = optional if not each.required else perhaps if each.when else needed
        group.append((label, words))
    return Beforehand(tuple(needed), tuple(perhaps), tuple(optional), tuple(not_needed))


def holder_words(told: str) -> str:
    """Who has it, as a body tells it: itself by its name, and the applicant by a word of every language."""
    return say(told, "you, the applicant", "もうしこんだ 人（あなた）") if told == APPLICANT else told


def holder_of(application: Application) -> str:
    """Who has it now. What was sent is the office's from then on, whatever the office said last."""
    if application.at_counter:
        return application.at_counter
    if application.editing:
        return say("あなた", "You")
    told = "" if application.is_on_its_way else holder_words(application.holder)
    return told or (bodies.name_of(application.body) if application.body else "")


def step_line(told: Told) -> Line:
    """A step of the timeline, by its title, its words and who had it from then on."""
    words = [told.words] if told.words else []
    holder = holder_words(told.holder)
    words.append(
        say(f"ここからの担当：{holder}。", f"From then on with {holder}.", f"ここから {holder}が します。")
    )
    if told.expected_by:
        until = say_day(told.expected_by)
        words.append(say(f"次の予定：{until}まで。", f"Next step by {until}.", f"つぎは {until}まで。"))
    stopped = told.step in (Step.REFUSED, Step.WITHDRAWN, Step.PAYMENT_RETURNED)
    return Line(
        say(*_STEPS[told.step]), " ".join(words), StepState.STOPPED if stopped else StepState.DONE, told.at
    )


def outcome_of(told: Told) -> str:
    """What was decided, in words."""
    return {
        Step.GRANTED: say("認められました", "Granted", "みとめられました"),
        Step.GRANTED_IN_PART: say("一部が認められました", "Granted in part", "すこし みとめられました"),
        Step.REFUSED: say("認められませんでした", "Refused", "みとめられませんでした"),
    }.get(told.step, "")
