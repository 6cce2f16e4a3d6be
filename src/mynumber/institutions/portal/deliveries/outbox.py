"""The outbox: sites and providers are told what changed, until they take note, however often this process dies on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.portal.deliveries import connecting
from mynumber.institutions.portal.identity import linking
from mynumber.webkit.turns import take_turns

LOOK_EVERY_SECONDS: Final = 5.0


def tell_due(*, now: datetime) -> int:
    """All that is due; how many took note. Call it outside a transaction."""
    return connecting.tell_due(now=now) + linking.tell_due(now=now)


def start() -> Thread:
    """Tell as long as the process lives."""
    return take_turns("deliveries", lambda: tell_due(now=datetime.now(UTC)), every=LOOK_EVERY_SECONDS)
