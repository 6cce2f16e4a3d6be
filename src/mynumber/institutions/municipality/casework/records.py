"""The inquirer's record of a case's inquiries, as the own gateway keeps it, beside what this system knows (Act art. 23(1))."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mynumber.institutions.municipality.casework.models import Case, CaseInquiry, InquiryState
from mynumber.institutions.municipality.casework.words import chip_of, information_label
from mynumber.institutions.municipality.systems import ask_gateway
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.records import QUERY_SIDE, SideQuery, SideRecord
from mynumber.webkit.face.parts import Chip, Kind

_KIND_OF = {
    Outcome.PROVIDED: Kind.SUCCESS,
    Outcome.REFUSED: Kind.ERROR,
    Outcome.NO_DATA: Kind.WARN,
    Outcome.OPEN: Kind.INFO,
    Outcome.PERMITTED: Kind.INFO,
    Outcome.WAITING: Kind.INFO,
}


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One inquiry as both sides of this municipality hold it."""

    request_id: UUID
    asked_at: datetime
    ended_at: datetime | None
    provider: str
    information: str
    asked_by: str
    here: Chip
    """What this system knows."""
    at_gateway: Chip
    """What the gateway recorded."""
    refused: str
    """Hop and reason of the gateway's record."""
    digest: str
    """SHA-256 of the permit, by which the three records are compared; empty without one."""
    differs: bool


def records_of(case: Case, code: str, directory: Directory) -> list[RecordLine]:
    """The records of the case's inquiries, newest first. Raises Refused when the gateway does not answer."""
    inquiries = list(case.inquiries.order_by("-asked_at", "pk")[:BATCH_ITEMS])
    if not inquiries:
        return []
    query = SideQuery(request_ids=tuple(inquiry.request_id for inquiry in inquiries), limit=len(inquiries))
    held = {
        record.request_id: record
        for record in ask_gateway(code, QUERY_SIDE, query).records
        if record.side == "inquirer"
    }
    return [_line(inquiry, held.get(inquiry.request_id), directory) for inquiry in inquiries]


def _line(inquiry: CaseInquiry, record: SideRecord | None, directory: Directory) -> RecordLine:
    return RecordLine(
        request_id=inquiry.request_id,
        asked_at=record.asked_at if record else inquiry.asked_at,
        ended_at=record.ended_at if record else None,
        provider=directory.name(inquiry.provider),
        information=information_label(inquiry.information),
        asked_by=inquiry.asked_by_name,
        here=chip_of(inquiry),
        at_gateway=Chip(record.outcome.label_ja, _KIND_OF.get(record.outcome, Kind.WARN))
        if record
        else Chip("記録なし", Kind.NEUTRAL),
        refused=f"{record.hop.label_ja}：{record.reason.sentence_ja}"
        if record and record.hop and record.reason
        else "",
        digest=(record.permit_digest or "") if record else "",
        differs=_differs(inquiry, record),
    )


def _differs(inquiry: CaseInquiry, record: SideRecord | None) -> bool:
    """Whether the two tell different stories of an inquiry that has ended here."""
    if inquiry.state != InquiryState.ENDED:
        return False
    return record is None or record.outcome.value != inquiry.outcome
