"""What the oversight body is told of this municipality's clerks (Act arts. 33-35): how much each asked, and about how many people nobody had applied.

A case is opened by an application that arrived, or by a clerk by hand, for one on paper or for no reason: the network cannot tell, this system can.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils.crypto import salted_hmac

from mynumber.institutions.municipality.applications.models import ApplicationCase
from mynumber.institutions.municipality.casework.models import CaseInquiry
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.supervision import (
    LONGEST_DAYS,
    SUPERVISE_CLERKS,
    ClerkDay,
    ClerkReport,
    SupervisionQuery,
)
from mynumber.webkit.messages import Question, message_routes
from mynumber.webkit.staff.models import StaffMember

JAPAN = ZoneInfo("Asia/Tokyo")


def clerk_mark(staff_id: int, tenant: str) -> str:
    """How a clerk is called towards the oversight body: 16 hexadecimal digits that say nothing without this system's secret."""
    return salted_hmac("mynumber clerk mark v1", f"{tenant}:{staff_id}", algorithm="sha256").hexdigest()[:16]


def clerk_of(mark: str, tenant: str) -> StaffMember | None:
    """Whose mark it is, in the tenant that is entered."""
    return next((one for one in StaffMember.objects.iterator() if clerk_mark(one.pk, tenant) == mark), None)


def answer(question: Question[SupervisionQuery]) -> ClerkReport:
    """The days of this municipality's clerks. Raises Refused(PROVIDER, MALFORMED or TOO_LARGE)."""
    query = question.body
    if query.last < query.first or query.first.year < 2000:
        raise Refused(Hop.PROVIDER, Reason.MALFORMED, "the days are in the wrong order")
    if (query.last - query.first).days >= LONGEST_DAYS:
        raise Refused(Hop.PROVIDER, Reason.TOO_LARGE, f"at most {LONGEST_DAYS} days")
    found = list(_days(query, question.receiver.removeprefix("municipality.")))
    return ClerkReport(clerks=tuple(found[:BATCH_ITEMS]), more=len(found) > BATCH_ITEMS)


def _days(query: SupervisionQuery, tenant: str) -> Iterator[ClerkDay]:
    begin = datetime.combine(query.first, time.min, JAPAN)
    end = datetime.combine(query.last, time.min, JAPAN) + timedelta(days=1)
    rows = (
        CaseInquiry.objects.filter(asked_at__gte=begin, asked_at__lt=end, asked_by__isnull=False)
        .annotate(
            day=TruncDate("asked_at", tzinfo=JAPAN),
            applied=Exists(ApplicationCase.objects.filter(case=OuterRef("case"))),
        )
        .values("day", "asked_by", "organisation")
        .annotate(
            asked=Count("pk"),
            persons=Count("case__applicant", distinct=True),
            applicants=Count("case__applicant", distinct=True, filter=Q(applied=True)),
        )
        .order_by(F("applicants") - F("persons"), "-day", "asked_by", "organisation")[: BATCH_ITEMS + 1]
    )
    for row in rows:
        yield ClerkDay(
            day=row["day"],
            clerk=clerk_mark(row["asked_by"], tenant),
            organisation=row["organisation"],
            asked=row["asked"],
            persons=row["persons"],
            without_application=row["persons"] - row["applicants"],
        )


message_urlpatterns = message_routes(
    SUPERVISE_CLERKS, answer, hop=Hop.PROVIDER, may_ask=lambda sender, _: sender == "commission"
)
