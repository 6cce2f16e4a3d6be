"""A step that the resident should hear of stands in the inbox too, and an e-mail without content says so, for who wants one.

In the transaction that keeps the step: whoever reads the step finds the notice, and the same step again is no second notice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from django.urls import reverse

from mynumber.institutions.portal.applications import bodies, drafts
from mynumber.institutions.portal.applications.models import Application
from mynumber.institutions.portal.contacts.models import Alert
from mynumber.institutions.portal.notices import inbox
from mynumber.institutions.portal.proxies import filing
from mynumber.protocols.applications import Step, Told
from mynumber.protocols.notices import Category, Happening, Notice

_TITLES: Final = {
    Step.CORRECTION_ASKED: (Category.PROCEDURE, "直してほしいところがあります"),
    Step.WORDS: (Category.PROCEDURE, "担当者からのことばがあります"),
    Step.WITHDRAWN: (Category.PROCEDURE, "取り下げを受け付けました"),
    Step.GRANTED: (Category.DECISION, "決定しました"),
    Step.GRANTED_IN_PART: (Category.DECISION, "決定しました"),
    Step.REFUSED: (Category.DECISION, "決定しました"),
    Step.PAYMENT_ORDERED: (Category.BENEFIT, "支払いの手続をしました"),
    Step.TRANSFER_SENT: (Category.BENEFIT, "振込の日が決まりました"),
    Step.PAID: (Category.BENEFIT, "支払いました"),
    Step.PAYMENT_RETURNED: (Category.BENEFIT, "振込先の口座を知らせてください"),
}
_ASKS: Final = frozenset({Step.CORRECTION_ASKED, Step.PAYMENT_RETURNED})
_DUE: Final = _ASKS | {Step.WORDS}


def announce(application: Application, told: Told, *, now: datetime) -> None:
    """Put the notice of a step into the inbox; nothing for steps that only say that work goes on, and for an account that is closed."""
    if told.step not in _TITLES:
        return
    filing.moved_on(application, f"step {told.number}", now=now)
    if application.account.closed_at is not None:
        return
    category, what = _TITLES[told.step]
    title = drafts.procedure_of(application).title.ja
    amount = f"\n金額：{told.amount:,}円" if told.amount is not None else ""
    amount += f"\n振込先：{told.account}" if told.account else ""
    if told.step is Step.TRANSFER_SENT and told.expected_by:
        amount += f"\n振込の日：{told.expected_by.year}年{told.expected_by.month}月{told.expected_by.day}日"
    inbox.put(
        application.account,
        Notice(
            notice=_notice_of(application, told.number),
            category=category,
            title=f"{what}：{title}"[:100],
            words=f"{_plain(told.words)}{amount}".strip()[:4000],
            office=bodies.name_of(application.body)[:100],
            at=told.at,
            due=told.expected_by if told.step in _DUE else None,
            link=reverse("application", args=[application.pk]),
        ),
        now=now,
        alert=Alert.STEP,
    )


def answered(application: Application, *, now: datetime) -> None:
    """What the office asked for was handed in: its notices are nothing to do any more."""
    for step in application.steps.filter(step__in=[each.value for each in _ASKS]):
        inbox.note_act(application.account, _notice_of(application, step.number), Happening.DONE, now=now)


def _notice_of(application: Application, number: int) -> UUID:
    return uuid5(application.pk, f"step {number}")


def _plain(words: str) -> str:
    """Lines without control characters, as a notice takes them."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(each for each in line if each.isprintable()) for line in lines)
