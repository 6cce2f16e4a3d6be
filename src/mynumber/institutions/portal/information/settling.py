"""What stopped half way is settled, and what could not be told is told: beside the pages, as long as the process lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Thread
from typing import Final

from django.db import connection

from mynumber.institutions.portal.information import asking, cases, looking
from mynumber.institutions.portal.information.models import OwnInquiry
from mynumber.protocols.exchange import Outcome, StatusQuery, Withdrawal
from mynumber.protocols.information import OWN_ORGANISATION, OWN_REQUEST, PORTAL
from mynumber.protocols.refusal import Refused
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 10.0
FORGET_EVERY: Final = 360
"""Turns: an hour."""
LET_GO_AFTER: Final = timedelta(minutes=3)
"""An inquiry that is open for so long has no page any more: longer than a message lives and a provider may take."""
AT_ONCE: Final = 200


def settle(*, now: datetime) -> int:
    """Find out what became of inquiries that are still open, give up permits that nobody used, and tell the cores. How many ended."""
    rows = OwnInquiry.objects.filter(outcome=Outcome.OPEN.value, asked_at__lt=now - LET_GO_AFTER)
    ended = 0
    by_core: dict[str, list[OwnInquiry]] = {}
    for row in rows.order_by("asked_at")[:AT_ONCE]:
        by_core.setdefault(row.core, []).append(row)
    for core, some in by_core.items():
        try:
            answer = asking.status(core, StatusQuery(request_ids=tuple(row.request_id for row in some)))
        except Refused:
            continue
        known = {one.request_id: one for one in answer.statuses}
        for row in some:
            found = known.get(row.request_id)
            if found is None:
                ended += _end(row, Outcome.ABANDONED, now)  # it never arrived: nothing moved
            elif found.permit_digest is None:
                row.reason = found.reason.value if found.reason else None
                ended += _end(row, Outcome.REFUSED, now)
            else:
                row.permit_digest = bytes.fromhex(found.permit_digest)
                ended += _give_up(row, now)
    untold = OwnInquiry.objects.filter(
        permit_digest__isnull=False, told_at=None, ended_at__isnull=False
    ).order_by("asked_at")
    looking.tell(list(untold[:AT_ONCE]))
    return ended


def _give_up(row: OwnInquiry, now: datetime) -> int:
    try:
        done = asking.withdraw(
            row.provider,
            Withdrawal(
                request_id=row.request_id,
                permit_digest=bytes(row.permit_digest or b"").hex(),
                inquirer=PORTAL,
                affair=OWN_REQUEST,
                information=row.information,
                organisation=OWN_ORGANISATION,
                periods=tuple(row.periods),
                asked_at=row.asked_at,
            ),
        )
    except Refused:
        return 0
    # Provided there, and no page had it: the person asks anew.
    return _end(row, Outcome.LOST if done.outcome is Outcome.PROVIDED else done.outcome, now)


def _end(row: OwnInquiry, outcome: Outcome, now: datetime) -> int:
    return OwnInquiry.objects.filter(pk=row.pk, outcome=Outcome.OPEN.value).update(
        outcome=outcome.value, ended_at=now, reason=row.reason, permit_digest=row.permit_digest
    )


def start() -> Thread:
    """Settle and deliver as long as the process lives."""
    turns = count(1)

    def turn() -> None:
        now = datetime.now(UTC)
        settle(now=now)
        cases.deliver_due(now=now)
        if next(turns) % FORGET_EVERY == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT forget_own_inquiries()")

    return take_turns("own inquiries", turn, every=LOOK_EVERY_SECONDS)
