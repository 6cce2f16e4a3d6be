"""Answers, procedures and steps in words for people."""

from __future__ import annotations

from typing import Final

from mynumber.foundation.procedures.definition import LifeEvent
from mynumber.institutions.portal.applications.models import Application, Standing
from mynumber.protocols.applications import Step, Told
from mynumber.webkit.face.language import say
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
    Step.ARRIVED: "役所に届きました（到達）",
    Step.ACCEPTED: "受け付けました（受理）",
    Step.CORRECTION_ASKED: "直してほしいところがあります（補正）",
    Step.CORRECTED: "直した内容が届きました",
    Step.WORDS: "担当者からのことば",
    Step.WITHDRAWN: "取り下げました",
    Step.GRANTED: "認められました（決定）",
    Step.GRANTED_IN_PART: "一部が認められました（決定）",
    Step.REFUSED: "認められませんでした（決定）",
    Step.PAYMENT_ORDERED: "支払いの手続をしました",
    Step.TRANSFER_SENT: "銀行に振込を頼みました",
    Step.PAID: "支払いました",
    Step.PAYMENT_RETURNED: "振り込めませんでした。別の口座を知らせてください",
    Step.CLOSED: "手続が終わりました",
}
_KINDS: Final = {
    Standing.DRAFT: Kind.NEUTRAL,
    Standing.SENDING: Kind.INFO,
    Standing.UNDER_WAY: Kind.INFO,
    Standing.CORRECTION: Kind.ERROR,
    Standing.DECIDED: Kind.SUCCESS,
    Standing.ENDED: Kind.NEUTRAL,
}


def life_event(event: LifeEvent) -> str:
    """ライフイベント in words."""
    return say(*LIFE_EVENTS[event])


def chip_of(application: Application) -> Chip:
    """How it stands, as a status word."""
    if application.at_counter:
        return Chip(say("窓口にあります", "At the counter", "まどぐちに あります"), Kind.INFO)
    standing = Standing(application.standing)
    if standing is Standing.CORRECTION and application.decided_at is not None:
        return Chip(
            say("別の口座が必要です", "Another account is needed", "ほかの 口座を おしえて ください"),
            Kind.ERROR,
        )
    return Chip(standing.label, _KINDS[standing])


def step_line(told: Told) -> Line:
    """A step of the timeline, by its title, its words and who has it."""
    words = [told.words] if told.words else []
    words.append(f"いま持っているところ：{told.holder}。")
    if told.expected_by:
        words.append(
            f"次の予定：{told.expected_by.year}年{told.expected_by.month}月{told.expected_by.day}日まで。"
        )
    stopped = told.step in (
        Step.CORRECTION_ASKED,
        Step.REFUSED,
        Step.WITHDRAWN,
        Step.PAYMENT_RETURNED,
    )
    return Line(_STEPS[told.step], " ".join(words), StepState.STOPPED if stopped else StepState.DONE, told.at)


def outcome_of(told: Told) -> str:
    """What was decided, in words."""
    return {
        Step.GRANTED: say("認められました", "Granted", "みとめられました"),
        Step.GRANTED_IN_PART: say("一部が認められました", "Granted in part", "すこし みとめられました"),
        Step.REFUSED: say("認められませんでした", "Refused", "みとめられませんでした"),
    }.get(told.step, "")
