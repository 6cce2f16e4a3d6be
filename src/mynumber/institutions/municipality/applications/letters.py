"""通知書: what a decision says in writing. The content is data; the page and the PDF are made from it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

import msgspec

from mynumber.foundation.procedures import letters
from mynumber.foundation.procedures.deadlines import review_by
from mynumber.foundation.procedures.definition import Procedure, ReviewBody
from mynumber.institutions.municipality.applications.models import Application, Decision, Outcome
from mynumber.institutions.municipality.applications.sheets import day
from mynumber.institutions.municipality.applications.words import town
from mynumber.webkit.paper import Facts, Heading, Items, Mark, Paper, Words, release, subject_of, write

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


def notice_of(decision: Decision, procedure: Procedure, *, at: datetime) -> Notice:
    """The letter of a decision. What it has no value for it says in words, so that no gap is left."""
    application = decision.application
    granted = decision.outcome != Outcome.REFUSED
    until = review_by(procedure, day(at))
    values = {
        "applied_on": _day(day(application.arrived_at)),
        "amount": _amount(decision, procedure),
        "from_month": _month(decision.from_month),
        "until": "別に定める日",
        "grounds": "別記のとおり" if decision.grounds else "申請のとおり",
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
        number=f"{application.receipt}-{decision.pk}",
        on=day(at),
        to=application.stated_name,
        sender=f"{town(application.tenant)}長",
        title=f"{procedure.title.ja}の決定通知書",
        body=letters.write(procedure, letter, "ja", values) if has_letter else "",
        facts=_facts(decision, procedure),
        grounds=tuple(decision.grounds),
        objection=objection,
    )


def _facts(decision: Decision, procedure: Procedure) -> tuple[tuple[str, str], ...]:
    """What was decided, as far as it is more than yes or no."""
    facts = [
        ("受付番号", decision.application.receipt),
        ("申請が届いた日（到達）", _day(day(decision.application.arrived_at))),
        ("決定", Outcome(decision.outcome).label),
    ]
    if decision.amount is not None or decision.content.get("words"):
        facts.append(("決定の内容", _amount(decision, procedure)))
    if decision.from_month:
        facts.append(("はじまり", f"{_month(decision.from_month)}分"))
    if decision.due_amount:
        facts.append(("最初の支払", f"{decision.due_amount:,}円"))
        facts.append(
            ("支払の予定日", _day(decision.due_on) if decision.due_on else "決まりしだいお知らせします")
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


def mark_of(application: Application) -> Mark:
    """Whose the papers of an application are; the portal computes the same from what it knows."""
    subject = subject_of(
        application.reference,
        name=application.stated_name,
        birth=application.stated_birth,
        sex=application.stated_sex,
    )
    return Mark(application.reference, subject)


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


def _amount(decision: Decision, procedure: Procedure) -> str:
    if decision.amount is None:
        return str(decision.content.get("words") or "申請のとおり")
    per = "月額" if procedure.payout and procedure.payout.rhythm.value == "months" else ""
    return f"{per}{decision.amount:,}円"


def _month(text: str) -> str:
    year, _, month = text.partition("-")
    return f"{int(year)}年{int(month)}月" if text else "決定の日"


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def of_application(application: Application) -> Notice | None:
    """The letter that was sent, if there is one."""
    decision = application.decisions.filter(state="approved").first()
    return read(decision.content["notice"]) if decision and "notice" in decision.content else None
