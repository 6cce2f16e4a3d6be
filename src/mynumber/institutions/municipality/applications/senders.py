"""What was seen of private senders' signatures (民間送達), kept beside the papers: shown to the case worker, decided on, looked at again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import msgspec

from mynumber.foundation.procedures import delivered as forms
from mynumber.foundation.procedures.definition import Procedure
from mynumber.institutions.municipality.applications.models import Paper, PaperCheck, Submission
from mynumber.institutions.municipality.systems import ask_portal
from mynumber.protocols.applications import Delivered
from mynumber.protocols.deliveries import ASK_SENDERS
from mynumber.webkit import safe
from mynumber.webkit.examination import delivered
from mynumber.webkit.examination.arriving import SAFE
from mynumber.webkit.examination.delivered import Ask, Look
from mynumber.webkit.examination.sheets import JAPAN, Found, Origin
from mynumber.webkit.messages import this_node


def asking(code: str) -> Ask:
    """How a municipality asks the portal who sends."""
    return partial(ask_portal, code, ASK_SENDERS)


def keep(paper: Paper, look: Look, *, at: datetime, by_name: str = "") -> PaperCheck:
    """Write down what was seen; nothing of it is changed later."""
    return PaperCheck.objects.create(
        paper=paper,
        verified=look.verified,
        refused=look.refused,
        claim=msgspec.to_builtins(look.claim),
        sender_name=look.sender_name,
        corporate_number=look.corporate_number,
        kind_name=look.kind_name,
        signed_at=look.signed_at,
        said=_sealed(paper, look.values),
        at=at,
        by_name=by_name,
    )


def look_again(
    code: str, paper: Paper, content: bytes, *, now: Callable[[], datetime], by_name: str
) -> PaperCheck | None:
    """Look once more at what could not be decided before; None where there is nothing of the kind."""
    check = paper.newest_check
    if check is None or check.verified or check.refused:
        return None
    look = delivered.look_again(content, _claim(check), asking(code), now=now)
    return keep(paper, look, at=now(), by_name=by_name)


def put_said(found: Found, procedure: Procedure, submission: Submission) -> None:
    """What the verified documents of a sending say stands beside the form as what registers say: it is decided on, and a difference is shown."""
    today = submission.arrived_at.astimezone(JAPAN).date()
    for paper in submission.papers.order_by("place"):
        check = paper.newest_check
        if check is None or not check.verified:
            continue
        claim = _claim(check)
        at = claim.arrived_at.astimezone(JAPAN)
        words = (
            f"{check.sender_name}が署名した{check.kind_name}（{at.year}年{at.month}月{at.day}日に本人に到着）"
        )
        for name, value in forms.values(procedure, claim.kind, _said(check), today=today).items():
            found.put(name, value, Origin(words, check.signed_at or claim.arrived_at))


def _claim(check: PaperCheck) -> Delivered:
    return msgspec.convert(check.claim, Delivered)


def _sealed(paper: Paper, values: tuple[tuple[str, str], ...]) -> bytes | None:
    if not values:
        return None
    return safe.seal(this_node().keyring, SAFE, msgspec.json.encode(values), about=f"{paper.pk}/said")


def _said(check: PaperCheck) -> dict[str, str]:
    if check.said is None:
        return {}
    opened = safe.unseal(this_node().keyring, SAFE, bytes(check.said), about=f"{check.paper_id}/said")
    return dict(msgspec.json.decode(opened, type=list[tuple[str, str]]))
