"""Ending links with the portal: here, or there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import F

from mynumber.institutions.courier.customers.models import Customer, Grant
from mynumber.protocols import wire
from mynumber.protocols.deliveries import LINK_ENDED, LinkEnded
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop, Refused
from mynumber.webkit.messages import Question, this_node

SYSTEM: Final = "courier"
PORTAL: Final = "portal"
FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=30)


def end(customer: Customer, *, now: datetime) -> bool:
    """The customer ends it here; the portal is told by the outbox. Whether there was one."""
    ended = Grant.objects.filter(customer=customer, ended_at=None).update(ended_at=now, next_try_at=now)
    return bool(ended)


def ended_there(question: Question[LinkEnded]) -> Acknowledged:
    """The portal says that it is over."""
    end_for_portal(question.body.subject, question.body.at, question.at)
    return Acknowledged(count=1)


def end_for_portal(subject: str, at: datetime, now: datetime) -> None:
    """End what the portal knows as over; a word about an earlier link ends no later one."""
    living = Grant.objects.filter(subject=subject, ended_at=None, granted_at__lte=at)
    living.update(ended_at=now, told_at=now)


def tell_due(*, now: datetime) -> int:
    """Tell the portal of links that ended here; how many it took note of. Call it outside a transaction."""
    due = Grant.objects.filter(ended_at__isnull=False, told_at=None, next_try_at__lte=now)
    return sum(_tell(each, now) for each in due.order_by("ended_at")[:100])


def _tell(grant: Grant, now: datetime) -> bool:
    try:
        wire.call(
            this_node(),
            LINK_ENDED,
            LinkEnded(subject=grant.subject, at=grant.ended_at or now),
            sender=SYSTEM,
            receiver=PORTAL,
            hop=Hop.PROVIDER,
            now=partial(datetime.now, UTC),
        )
    except Refused:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(grant.tries, 10))
        with transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(tries=F("tries") + 1, next_try_at=now + wait)
        return False
    Grant.objects.filter(pk=grant.pk, told_at=None).update(told_at=now)
    return True
