"""Asking the network for a case: inquiries go in one message, each with an outcome of its own.

The order is the promise: the row of an inquiry is committed as 「照会中」 before anything is sent, and its end is written in a transaction of its own. A page
therefore prepares rows, and the sending hangs on the commit of its request (`transaction.on_commit`): it runs after the commit and before the
page answers. If this process dies in between, the row stays, is shown as interrupted, and can be asked again under a new request id.

What the gateway calls ``open`` or ``waiting`` is not the end: it is asked about again under the same request id whenever somebody looks at the case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from django.db import transaction

from mynumber.institutions.municipality.casework.models import (
    Case,
    CaseInquiry,
    InquiryState,
    ReceivedFact,
)
from mynumber.institutions.municipality.systems import ask_gateway
from mynumber.protocols.exchange import ASK, Inquiries, Inquiry, InquiryResult, Outcome
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as

INTERRUPTED_AFTER: Final = timedelta(minutes=2)
"""An inquiry that is still open then has nobody who waits for it: longer than every timeout on the way together."""

_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One fact to ask for."""

    provider: str
    information: str
    by_hand: bool = False
    again_of: CaseInquiry | None = None


def begin(
    case: Case,
    wanted: Sequence[Wanted],
    staff: StaffMember,
    *,
    non_disclosure: bool,
    code: str,
    now: Callable[[], datetime],
) -> list[CaseInquiry]:
    """Write down what is going to be asked, and send it once that is committed.

    What is being asked at this moment is not asked a second time (a button pressed twice).
    """
    at = now()
    Case.objects.select_for_update().get(pk=case.pk)
    under_way = set(case.inquiries.filter(state=InquiryState.ASKING).values_list("provider", "information"))
    inquiries = [
        CaseInquiry.objects.create(
            case=case,
            request_id=uuid4(),
            affair=case.affair,
            provider=one.provider,
            information=one.information,
            organisation=case.organisation,
            non_disclosure=non_disclosure,
            by_hand=one.by_hand,
            again_of=one.again_of,
            asked_by=staff,
            asked_by_name=staff.display_name,
            asked_at=at,
        )
        for one in wanted
        if (one.provider, one.information) not in under_way
    ]

    _send_after_commit(code, inquiries, now=now)
    return inquiries


def look_again(case: Case, *, code: str, now: Callable[[], datetime]) -> None:
    """Ask what has become of inquiries that were under way, or waited for a person, when the gateway last answered."""
    not_ended = (Outcome.OPEN.value, Outcome.WAITING.value)
    _send_after_commit(
        code, list(case.inquiries.filter(state=InquiryState.ASKING, outcome__in=not_ended)), now=now
    )


def _send_after_commit(code: str, inquiries: Sequence[CaseInquiry], *, now: Callable[[], datetime]) -> None:
    def send_all() -> None:
        for start in range(0, len(inquiries), GROUP_ITEMS):
            send(code, inquiries[start : start + GROUP_ITEMS], now=now)

    if inquiries:
        # robust: what could not be written after the commit is in the log and in the row that stays open; the page still answers.
        transaction.on_commit(send_all, robust=True)


def send(code: str, inquiries: Sequence[CaseInquiry], *, now: Callable[[], datetime]) -> None:
    """Send up to 100 inquiries whose rows are committed, and write how each ended. Call it outside of any transaction."""
    question = Inquiries(
        inquiries=tuple(
            Inquiry(
                request_id=inquiry.request_id,
                addressee=inquiry.case.applicant.addressee,
                affair=inquiry.affair,
                provider=inquiry.provider,
                information=inquiry.information,
                organisation=inquiry.organisation,
                non_disclosure=inquiry.non_disclosure,
            )
            for inquiry in inquiries
        )
    )
    try:
        results = ask_gateway(code, ASK, question).results
    except Refused as refused:
        for inquiry in inquiries:
            with acting_as(code):
                _refused(inquiry, refused.hop, refused.reason, at=now())
        _log.info("inquiries refused", hop=refused.hop.value, reason=refused.reason.value)
        return
    told = {result.request_id: result for result in results}
    for inquiry in inquiries:
        result = told.get(inquiry.request_id)
        if result is None:
            continue  # the row stays as it is, and is shown as interrupted
        with acting_as(code):
            _answered(inquiry, result, at=now())
        _log.info("inquiry answered", outcome=result.outcome.value)


def _refused(inquiry: CaseInquiry, hop: Hop, reason: Reason, *, at: datetime) -> None:
    # No answer from the own gateway is no refusal: what happened behind it is not known here.
    unknown = (hop, reason) == (Hop.INQUIRER_GATEWAY, Reason.UNREACHABLE)
    inquiry.state = InquiryState.INTERRUPTED if unknown else InquiryState.ENDED
    inquiry.outcome = "" if unknown else Outcome.REFUSED.value
    inquiry.hop, inquiry.reason, inquiry.ended_at = hop.value, reason.value, at
    _save(inquiry)


def _answered(inquiry: CaseInquiry, result: InquiryResult, *, at: datetime) -> None:
    if result.outcome in {Outcome.OPEN, Outcome.WAITING}:
        if result.hop is not None and result.reason is not None:
            _refused(inquiry, result.hop, result.reason, at=at)
        else:
            inquiry.outcome = result.outcome.value
            inquiry.save(update_fields=["outcome"])
        return
    inquiry.state = InquiryState.ENDED
    inquiry.outcome = result.outcome.value
    inquiry.hop = result.hop.value if result.hop else ""
    inquiry.reason = result.reason.value if result.reason else ""
    inquiry.provision = result.provision or ""
    inquiry.permitted_at, inquiry.ended_at = result.permitted_at, at
    _save(inquiry)
    if result.outcome is Outcome.PROVIDED and result.as_of is not None:
        ReceivedFact.objects.create(
            inquiry=inquiry,
            fact=ReceivedFact.text_of(result.fact),
            as_of=result.as_of,
            provided_at=result.provided_at or at,
            received_at=at,
        )


def _save(inquiry: CaseInquiry) -> None:
    inquiry.save(update_fields=["state", "outcome", "hop", "reason", "provision", "permitted_at", "ended_at"])


def close_interrupted(case: Case, *, at: datetime) -> None:
    """Mark what nobody waits for any more, so that it can be asked again."""
    case.inquiries.filter(state=InquiryState.ASKING, outcome="", asked_at__lt=at - INTERRUPTED_AFTER).update(
        state=InquiryState.INTERRUPTED, ended_at=at
    )


def may_be_repeated(inquiry: CaseInquiry) -> bool:
    """Whether asking once more can make a difference: it brought no fact, and the law is not against it."""
    if inquiry.state == InquiryState.INTERRUPTED:
        return True
    if inquiry.state != InquiryState.ENDED or inquiry.result is Outcome.PROVIDED:
        return False
    return inquiry.refused_why not in {Reason.NOT_IN_TABLE, Reason.NOT_ENTITLED, Reason.WRONG_INSTITUTION}
