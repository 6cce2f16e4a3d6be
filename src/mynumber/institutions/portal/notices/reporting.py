"""Telling senders what became of their notices: an outbox, written with what it tells, sent until the sender's gateway has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from mynumber.institutions.portal.notices.models import InboxNotice, NoticeReport
from mynumber.protocols import notices as messages
from mynumber.protocols import wire
from mynumber.protocols.notices import PORTAL, REPORT_NOTICES, Happening, ReportNotices
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import this_node
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 5.0
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=30)
MOST: Final = 500

_woken = Event()
_log = logs.get_logger(__name__)


def queue(notice: UUID, happening: Happening, *, now: datetime) -> None:
    """Tell the sender, in the transaction of what is told. What the portal itself wrote is told to nobody."""
    sender = InboxNotice.objects.values_list("sender", flat=True).get(pk=notice)
    if sender == PORTAL:
        return
    NoticeReport.objects.bulk_create(
        [
            NoticeReport(
                notice_id=notice,
                gateway=this_node().directory.gateway_of(sender),
                happening=happening.value,
                at=now,
                next_try_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(_woken.set)


def send_due(*, now: datetime) -> int:
    """Send what is due, oldest first, to each gateway by itself; how many reports were taken. Call it outside a transaction."""
    due = NoticeReport.objects.filter(sent_at=None, next_try_at__lte=now)
    sent = 0
    for gateway in list(due.values_list("gateway", flat=True).distinct().order_by("gateway")):
        reports = list(due.filter(gateway=gateway).order_by("pk")[:MOST])
        ids = [each.pk for each in reports]
        try:
            _send(gateway, reports)
        except Refused as refused:
            _log.info("reports wait", receiver=gateway, hop=refused.hop.value, reason=refused.reason.value)
            wait = min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(reports[0].tries, 10)))
            NoticeReport.objects.filter(pk__in=ids).update(tries=F("tries") + 1, next_try_at=now + wait)
            continue
        NoticeReport.objects.filter(pk__in=ids).update(sent_at=now)
        sent += len(ids)
    return sent


def _send(gateway: str, reports: list[NoticeReport]) -> None:
    wire.call(
        this_node(),
        REPORT_NOTICES,
        ReportNotices(
            reports=tuple(
                messages.NoticeReport(notice=each.notice_id, happening=Happening(each.happening), at=each.at)
                for each in reports
            )
        ),
        sender=PORTAL,
        receiver=gateway,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )


def start() -> Thread:
    """Report as long as the process lives. What was under way is reported again by the next process."""

    def turn() -> None:
        while send_due(now=datetime.now(UTC)) >= MOST:
            pass

    return take_turns("notice reports", turn, every=LOOK_EVERY_SECONDS, woken=_woken)
