"""The outbox: documents, certificates and ends of links go out until the portal answers, however often this process dies on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.courier.customers import links
from mynumber.institutions.courier.customers.models import Portal
from mynumber.institutions.courier.dispatch import sending
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 5.0


def work(*, now: datetime) -> None:
    """All that is due, once the portal has registered this firm. Call it outside a transaction."""
    if Portal.objects.filter(pk=1).exists():
        sending.tell_trust(now=now)
        links.tell_due(now=now)
        sending.deliver_due(now=now)


def start() -> Thread:
    """Work as long as the process lives."""
    return take_turns("dispatch", lambda: work(now=datetime.now(UTC)), every=LOOK_EVERY_SECONDS)
