"""The messages that the portal takes about what residents asked of themselves (docs/protocols/information.md)."""

from __future__ import annotations

from mynumber.institutions.portal.information import cases
from mynumber.institutions.portal.information.asking import member_of
from mynumber.institutions.portal.information.models import OwnInquiry
from mynumber.protocols.corrections import TELL_CORRECTION, ToldCorrection
from mynumber.protocols.directory import is_core_id
from mynumber.protocols.exchange import Acknowledged, Outcome
from mynumber.protocols.information import OWN_ORGANISATION, OWN_REQUEST, PORTAL, TELL_COURSE, CourseStep
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.records import QUERY_SIDE, SideQuery, SideRecord, SideRecords
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Question, message_routes

HERE = Hop.PORTAL


def take_step(question: Question[CourseStep]) -> Acknowledged:
    """What became of a case; only the institution whose desk it is at says so. Said again it has no second effect."""
    try:
        is_new = cases.take_step(question.body, institution=member_of(question.sender), now=question.at)
    except LookupError:
        raise Refused(HERE, Reason.UNKNOWN_RECORD) from None
    return Acknowledged(count=int(is_new))


def take_correction(question: Question[ToldCorrection]) -> Acknowledged:
    """A provider says that what it gave was wrong: whoever saw it here is told. The digest of the permit is known to the two parties alone."""
    body = question.body
    if len(body.exchanges) > BATCH_ITEMS:
        raise Refused(HERE, Reason.TOO_LARGE)
    permits = {one.request_id: one.permit_digest for one in body.exchanges if one.inquirer == PORTAL}
    rows = OwnInquiry.objects.select_related("account").filter(
        pk__in=list(permits),
        provider=member_of(question.sender),
        information=body.information,
        outcome__in=[Outcome.PROVIDED.value, Outcome.LOST.value],
    )
    count = 0
    for row in rows:
        if row.permit_digest is not None and bytes(row.permit_digest).hex() == permits[row.pk]:
            cases.tell_corrected(
                row, correction=body.correction, at=min(body.corrected_at, question.at), now=question.at
            )
            count += 1
    return Acknowledged(count=count)


def side_records(question: Question[SideQuery]) -> SideRecords:
    """The portal's own records as an inquirer, for the core to compare (docs/protocols/reconciliation.md)."""
    query = question.body
    if len(query.request_ids) > BATCH_ITEMS:
        raise Refused(HERE, Reason.TOO_LARGE)
    rows = OwnInquiry.objects.order_by("-asked_at")
    rows = rows.filter(pk__in=list(query.request_ids)) if query.request_ids else rows
    limit = len(query.request_ids) or min(query.limit, BATCH_ITEMS)
    return SideRecords(records=tuple(_side(row) for row in rows[:limit]))


def _side(row: OwnInquiry) -> SideRecord:
    return SideRecord(
        request_id=row.request_id,
        side="inquirer",
        inquirer=PORTAL,
        provider=row.provider,
        affair=OWN_REQUEST,
        information=row.information,
        organisation=OWN_ORGANISATION,
        periods=tuple(row.periods),
        given=tuple(row.given),
        outcome=Outcome(row.outcome),
        permit_digest=bytes(row.permit_digest).hex() if row.permit_digest is not None else None,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        hop=Hop(row.hop) if row.hop else None,
        reason=Reason(row.reason) if row.reason else None,
    )


def _gateway(sender: str, _receiver: str) -> bool:
    return sender.startswith("gateway.")


def _core(sender: str, _receiver: str) -> bool:
    return is_core_id(sender)


routes = [
    *message_routes(TELL_COURSE, take_step, hop=HERE, may_ask=_gateway),
    *message_routes(TELL_CORRECTION, take_correction, hop=HERE, may_ask=_gateway),
    *message_routes(QUERY_SIDE, side_records, hop=HERE, may_ask=_core),
]
