"""What a person at the desk does with a resident's case. Runs as Django inside the tenant's transaction; each step is told to the resident."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import uuid4

import msgspec

from mynumber.institutions.gateway.corrections.models import Correction
from mynumber.institutions.gateway.desk.models import AnswerHold, DeskEvent
from mynumber.institutions.gateway.information.models import OwnCase, OwnCaseStep
from mynumber.institutions.gateway.information.receiving import SET_BY
from mynumber.institutions.gateway.letters.models import Letter
from mynumber.protocols.corrections import CorrectionReason
from mynumber.protocols.holds import HoldReason
from mynumber.protocols.information import PORTAL, TELL_COURSE, CaseKind, CaseState, CourseStep
from mynumber.webkit.errors import PageRefused

NEXT: Final[Mapping[CaseKind, frozenset[CaseState]]] = {
    CaseKind.WRONG: frozenset({CaseState.LOOKING, CaseState.CORRECTED, CaseState.KEPT}),
    CaseKind.NOT_ME: frozenset({CaseState.LOOKING, CaseState.CORRECTED, CaseState.KEPT}),
    CaseKind.QUESTION: frozenset({CaseState.LOOKING, CaseState.ANSWERED}),
}
"""What may be done with a case of each kind while it is open."""
REASONS: Final = {
    CaseKind.WRONG: CorrectionReason.WRONG_VALUE,
    CaseKind.NOT_ME: CorrectionReason.WRONG_LINK,
}
"""What a corrected case tells everybody who received the value."""


def take_step(case: OwnCase, state: CaseState, *, words: str, office: str, by: str, at: datetime) -> None:
    """Go on with a case (lock it first) and tell the resident. Raises PageRefused when it has ended.

    ``corrected`` begins the correction: who received the value is told, and what is another person's is taken away.
    """
    kind, now = CaseKind(case.kind), CaseState(case.state)
    if now.is_end or state not in NEXT[kind] or state is now:
        raise PageRefused(
            "この申出は、もう終わっています",
            "ほかの職員が先に処理しました。",
            "一覧に戻って、いまの状態を確かめてください。",
            reason="the case has ended",
        )
    if state is CaseState.CORRECTED:
        case.correction = uuid4()
        Correction.objects.create(
            correction=case.correction,
            addressee=case.addressee or "",
            information=case.information,
            reason=REASONS[kind].value,
            made_at=at,
            made_by=by,
        )
    case.state, case.steps = state.value, case.steps + 1
    OwnCase.objects.filter(case=case.case).update(
        state=case.state, steps=case.steps, correction=case.correction
    )
    OwnCaseStep.objects.create(
        case=case.case, sequence=case.steps, state=state.value, words=words, at=at, who=by
    )
    if state.is_end and kind is CaseKind.NOT_ME:
        _thaw(case, by=by, at=at)
    step = CourseStep(case=case.case, sequence=case.steps, state=state, words=words, office=office, at=at)
    Letter.objects.create(
        receiver=PORTAL,
        kind=TELL_COURSE.name,
        body=msgspec.json.encode(step).decode(),
        written_at=at,
        next_at=at,
    )


def _thaw(case: OwnCase, *, by: str, at: datetime) -> None:
    """Answer automatically again, unless another case about the same value is open."""
    others = OwnCase.objects.filter(
        kind=CaseKind.NOT_ME.value,
        addressee=case.addressee,
        information=case.information,
        period=case.period,
        state__in=[state.value for state in CaseState if not state.is_end],
    )
    if others.exists():
        return
    holds = AnswerHold.objects.filter(
        addressee=case.addressee,
        information=case.information,
        period=case.period,
        reason=HoldReason.SUSPECTED_LINK.value,
        set_by=SET_BY,
    )
    if holds.delete()[0]:
        DeskEvent.objects.create(
            at=at,
            who=by,
            what="hold_lifted",
            addressee=case.addressee,
            information=case.information,
            period=case.period,
            reason=HoldReason.SUSPECTED_LINK.value,
        )
