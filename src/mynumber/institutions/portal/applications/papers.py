"""Papers of an application as PDF: the office's notice (通知書) and the receipt (受付の控え). Nothing leaves without passing the gate (PORTAL.md 3.7)."""

from __future__ import annotations

from datetime import date, datetime

from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.applications import bodies, drafts, kept, steps
from mynumber.institutions.portal.applications.models import Application, Sending, ToldStep
from mynumber.institutions.portal.proxies import filing
from mynumber.webkit import logs
from mynumber.webkit.paper import Facts, Heading, Mark, Paper, Words, WrongPaper, release, subject_of, write

_log = logs.get_logger(__name__)


class NoPaper(LookupError):
    """There is no such paper."""


class Withheld(Exception):
    """The paper says that it is another person's, or nothing at all: nobody gets it, and somebody has to look."""


def letter(application: Application, number: int) -> bytes:
    """The notice of a step. Raises NoPaper, Withheld."""
    step: ToldStep | None = application.steps.filter(number=number, has_letter=True).first()
    content = steps.told_of(step).letter if step else None
    if content is None:
        raise NoPaper
    return _released(content, application)


def receipt(application: Application) -> bytes:
    """The receipt: number, the times of the law, and the digests of what was sent. Raises NoPaper, Withheld."""
    applicant = kept.applicant_of(application)
    if application.sent_at is None or applicant is None:
        raise NoPaper
    times = (
        ("送信した日時", application.sent_at),
        ("届いた日時（到達）", application.arrived_at),
        ("受理された日時", application.accepted_at),
        ("補正した日時", application.corrected_at),
        ("決定の日時", application.decided_at),
    )
    facts = [
        ("手続", drafts.procedure_of(application).title.ja),
        ("受付番号", application.receipt or "まだ届いていません"),
        ("受け付けたところ", bodies.name_of(application.body)),
        *_by_proxy(application),
        *((term, _moment(at)) for term, at in times if at),
        *([("結果の期限の目安", _day(application.decide_by))] if application.decide_by else []),
    ]
    sendings = Sending.objects.filter(application=application).order_by("sequence")
    paper = Paper(
        title="受付の控え",
        mark=_mark(application),
        number=application.receipt,
        to=applicant.name,
        sender="マイナポータル",
        blocks=(
            Facts(tuple(facts)),
            Heading("送ったもの"),
            Facts(
                tuple(
                    (_moment(one.sent_at), f"{_state(one)}　要約値（SHA-256） {one.digest}")
                    for one in sendings
                )
            ),
            Words("要約値は、送った内容が届いた内容と同じであることを、あとから確かめるためのものです。"),
        ),
    )
    return _released(write(paper), application)


def _by_proxy(application: Application) -> list[tuple[str, str]]:
    """Who sent it for the applicant, and by what right."""
    standing = filing.standing(application)
    if standing is None:
        return []
    kind = filing.words_of(application)["kind"]
    return [("代理人", f"{standing.proxy.name}（{kind}）"), ("申請者", "上の宛名の人（代理される人）")]


def _mark(application: Application) -> Mark:
    applicant = kept.applicant_of(application)
    if applicant is None:
        raise NoPaper
    subject = subject_of(application.pk, name=applicant.name, birth=applicant.birth_date, sex=applicant.sex)
    return Mark(application.pk, subject)


def _released(content: bytes, application: Application) -> bytes:
    try:
        return release(content, expected=_mark(application))
    except WrongPaper:
        _log.error("a paper was withheld at the gate", kind="wrong_paper")
        raise Withheld from None


def _state(sending: Sending) -> str:
    if sending.arrived_at:
        return "届きました。"
    return "届きませんでした。" if sending.refused else "送っています。"


def _moment(at: datetime) -> str:
    here = at.astimezone(JAPAN)
    return f"{_day(here.date())} {here:%H:%M:%S}"


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
