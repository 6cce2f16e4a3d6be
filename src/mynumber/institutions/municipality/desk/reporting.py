"""What the portal is told of what was handed in at the counter, before the steps of it: at least once, out of the table of filings.

Where nobody follows it in the portal (a visitor without an account), its steps stay here, and letters go by post.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Thread
from typing import Final

from mynumber.institutions.municipality.applications.models import Application
from mynumber.institutions.municipality.desk import kept
from mynumber.institutions.municipality.desk.models import CounterFiling
from mynumber.institutions.municipality.systems import PORTAL, ask_portal
from mynumber.protocols.counter_drafts import HANDED_IN
from mynumber.protocols.refusal import Refused
from mynumber.webkit.tenancy import acting_as
from mynumber.webkit.turns import one_after_another, take_turns

LOOK_EVERY_SECONDS: Final = 5.0
MOST: Final = 50


def send(code: str) -> int:
    """Tell what waits in a municipality, the oldest first; how much was told. Raises the last Refused: the rest was tried, and waits."""
    with acting_as(code):
        waiting = list(
            CounterFiling.objects.filter(told_at=None, message__isnull=False)
            .select_related("submission")
            .order_by("pk")[:MOST]
        )
    told = 0
    refused: Refused | None = None
    for filing in waiting:
        try:
            answer = ask_portal(code, HANDED_IN, kept.message_of(filing))
        except Refused as error:
            refused = error
            continue
        with acting_as(code):
            CounterFiling.objects.filter(pk=filing.pk).update(
                told_at=datetime.now(UTC), followed=answer.known, message=None
            )
            if answer.known:
                Application.objects.filter(pk=filing.submission.application_id, sender="").update(
                    sender=PORTAL
                )
        told += 1
    if refused is not None:
        raise refused
    return told


def start(codes: Callable[[], Iterable[str]]) -> Thread:
    """Tell for these municipalities as long as the process lives."""
    return take_turns(
        "filings at the counter",
        lambda: one_after_another("filings at the counter", codes(), send),
        every=LOOK_EVERY_SECONDS,
    )
