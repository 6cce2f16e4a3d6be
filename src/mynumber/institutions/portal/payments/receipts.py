"""領収証書: a PDF of what the biller said that it received. Made anew each time, marked with whose it is, looked at before it leaves."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.payments.paying import MyBill
from mynumber.webkit.paper import Facts, Heading, Mark, Paper, Words, release, write


class NoReceipt(LookupError):
    """The biller has not said that the bill is paid."""


def receipt(account: Account, mine: MyBill) -> bytes:
    """The PDF. Raises NoReceipt, WrongPaper."""
    word = mine.word
    if word is None or word.paid_at is None or not word.receipt:
        raise NoReceipt
    mark = _mark(account, mine)
    paid_on = word.paid_at.astimezone(JAPAN)
    facts = [
        ("領収番号", word.receipt),
        ("納付の内容", mine.bill.title),
        ("領収した金額", f"{word.paid:,}円"),
        ("納付の日時", f"{_day(paid_on.date())} {paid_on:%H:%M}"),
        ("納付の方法", mine.method.label_ja if mine.method else ""),
        ("納付番号", mine.bill.number),
    ]
    if word.refunded:
        facts.append(("うち返金した金額", f"{word.refunded:,}円"))
    paper = Paper(
        title="領収証書",
        mark=mark,
        number=word.receipt,
        on=_day(paid_on.date()),
        sender=mine.office,
        blocks=(
            Words("次のとおり領収しました。"),
            Facts(tuple(facts)),
            Heading("内訳"),
            Facts(tuple((line.label, f"{line.amount:,}円") for line in mine.bill.lines)),
            Words("この証書は、納付先が納付を確かめたことを、マイナポータルが書面にしたものです。"),
        ),
    )
    return release(write(paper), expected=mark)


def _mark(account: Account, mine: MyBill) -> Mark:
    lines = ("mynumber receipt v1", str(mine.bill.bill), str(account.pk), "")
    return Mark(mine.bill.bill, sha256("\n".join(lines).encode()).hexdigest())


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
