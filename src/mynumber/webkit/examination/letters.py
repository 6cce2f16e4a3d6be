"""通知書: what a decision says in writing. The content is data; the page and the PDF are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

from mynumber.foundation.procedures import letters
from mynumber.foundation.procedures.deadlines import review_by
from mynumber.foundation.procedures.definition import Procedure, ReviewBody
from mynumber.webkit.examination.models import Application, Decision
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.examination.showing import month
from mynumber.webkit.examination.states import DecisionState, Outcome
from mynumber.webkit.paper import Facts, Heading, Items, Mark, Paper, Words, release, write

ACCOUNT_WORDS: Final = "申請書に記載の口座"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as data. It does not print itself."""

    number: str
    """文書番号"""
    on: date
    to: str
    sender: str
    title: str
    body: str
    facts: tuple[tuple[str, str], ...] = ()
    """What was decided, as terms and values."""
    grounds: tuple[str, ...] = ()
    objection: str = ""
    """教示"""

    def __repr__(self) -> str:
        return "Notice(...)"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Decided:
    """A decision as its letter tells it. It does not print itself."""

    number: str
    receipt: str
    to: str
    sender: str
    arrived_on: date
    outcome: Outcome
    amount: int | None = None
    words: str = ""
    """What is granted, where it is no amount."""
    from_month: str = ""
    until: str = ""
    """2027-06: the last month; "" where there is none."""
    due_amount: int | None = None
    due_on: date | None = None
    grounds: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Decided(...)"


def decided_of(decision: Decision, *, sender: str, **given: Any) -> Decided:
    """A decision as its letter tells it. `given`: what the body decides beside yes and no."""
    application = decision.application
    return Decided(
        number=f"{application.receipt}-{decision.pk}",
        receipt=application.receipt,
        to=application.stated_name,
        sender=sender,
        arrived_on=day(application.arrived_at),
        outcome=Outcome(decision.outcome),
        from_month=decision.from_month,
        grounds=tuple(decision.grounds),
        **given,
    )


def sent_for(application: Application) -> Notice | None:
    """The letter that was sent, if there is one."""
    decision = application.decisions.filter(state=DecisionState.APPROVED).first()
    return read(decision.notice) if decision and decision.notice else None


def notice_of(decided: Decided, procedure: Procedure, *, on: date) -> Notice:
    """The letter of a decision. What it has no value for it says in words, so that no gap is left."""
    granted = decided.outcome is not Outcome.REFUSED
    until = review_by(procedure, on)
    values = {
        "applied_on": _day(decided.arrived_on),
        "amount": _amount(decided, procedure),
        "from_month": _month(decided.from_month),
        "until": _month(decided.until) if decided.until else "別に定める日",
        "grounds": "別記のとおり" if decided.grounds else "申請のとおり",
        "account": ACCOUNT_WORDS,
        "review_by": _day(until) if until else "",
        "correct_by": "",
        "fields": "",
    }
    letter = letters.Letter.GRANTED if granted else letters.Letter.REFUSED
    has_letter = letters.has_letters(procedure.letters.kind)
    objection = (
        letters.write(procedure, letters.Letter.REVIEW, "ja", values)
        if procedure.letters.review is not ReviewBody.NONE
        else ""
    )
    return Notice(
        number=decided.number,
        on=on,
        to=decided.to,
        sender=decided.sender,
        title=f"{procedure.title.ja}の決定通知書",
        body=letters.write(procedure, letter, "ja", values) if has_letter else "",
        facts=_facts(decided, procedure),
        grounds=decided.grounds,
        objection=objection,
    )


def _facts(decided: Decided, procedure: Procedure) -> tuple[tuple[str, str], ...]:
    """What was decided, as far as it is more than yes or no."""
    facts = [
        ("受付番号", decided.receipt),
        ("申請が届いた日（到達）", _day(decided.arrived_on)),
        ("決定", str(decided.outcome.label)),
    ]
    if decided.amount is not None or decided.words:
        facts.append(("決定の内容", _amount(decided, procedure)))
    if decided.from_month:
        facts.append(("はじまり", f"{_month(decided.from_month)}分"))
    if decided.until:
        facts.append(("おわり", f"{_month(decided.until)}分"))
    if decided.due_amount:
        facts.append(("最初の支払", f"{decided.due_amount:,}円"))
        facts.append(
            ("支払の予定日", _day(decided.due_on) if decided.due_on else "決まりしだいお知らせします")
        )
        facts.append(("振込先", ACCOUNT_WORDS))
    return tuple(facts)


def content(notice: Notice) -> dict[str, Any]:
    """As it is kept."""
    kept: dict[str, Any] = msgspec.to_builtins(notice)
    return kept


def read(kept: dict[str, Any]) -> Notice:
    """What `content` kept."""
    return msgspec.convert(kept, Notice)


def pdf(notice: Notice, mark: Mark) -> bytes:
    """The letter as a PDF, looked at once more before anybody gets it. Raises WrongPaper."""
    blocks: list[Words | Heading | Items | Facts] = []
    if notice.body:
        blocks.append(Words(notice.body))
    if notice.facts:
        blocks += [Heading("決定の内容"), Facts(notice.facts)]
    if notice.grounds:
        blocks += [Heading("決定の理由"), Items(notice.grounds)]
    if notice.objection:
        blocks += [Heading("この決定に不服があるとき"), Words(notice.objection)]
    paper = Paper(
        title=notice.title,
        mark=mark,
        number=notice.number,
        on=_day(notice.on),
        to=notice.to,
        sender=notice.sender,
        blocks=tuple(blocks),
    )
    return release(write(paper), expected=mark)


def _amount(decided: Decided, procedure: Procedure) -> str:
    if decided.amount is None:
        return decided.words or "申請のとおり"
    per = "月額" if procedure.payout and procedure.payout.rhythm.value == "months" else ""
    return f"{per}{decided.amount:,}円"


def _month(text: str) -> str:
    return month(text) if text else "決定の日"


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
