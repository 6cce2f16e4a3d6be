"""Sending notices: into the outbox in the transaction of what they tell, from there to the municipality's gateway, and what becomes of them.

`send` is for every part of the municipality that has something to say to one person. The worker (`start`) runs beside the pages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Final

import msgspec
from django.db import transaction

from mynumber.institutions.municipality.notices import mailings
from mynumber.institutions.municipality.notices.models import Fate, Heard, SentNotice
from mynumber.institutions.municipality.systems import ask_gateway, directory, member_id
from mynumber.protocols.notices import (
    LONGEST_NOTICES,
    NOTICE_REPORTS,
    NOTICES_ITEMS,
    PORTAL,
    SEND_NOTICES,
    AddressedNotice,
    Happening,
    Notice,
    NoticeReportsSince,
    PlacedReport,
    SendNotices,
    seal_notice,
)
from mynumber.webkit.tenancy import acting_as
from mynumber.webkit.turns import one_after_another, take_turns

LOOK_EVERY_SECONDS: Final = 5.0

HEAR_EVERY_SECONDS: Final = 30.0
"""How often reports are asked for when nothing is on its way."""

_woken = Event()
_heard_at: dict[str, float] = {}


class OtherNotice(Exception):
    """The id stands for a notice to somebody else already."""


def send(tenant: str, addressee: str, notice: Notice, *, send_at: datetime | None = None) -> SentNotice:
    """Queue a notice to a person of this municipality by addressee number (宛名番号), in the caller's transaction.

    The same id again changes nothing. `send_at`: not before; else at once. Raises OtherNotice if the id was used for another person.
    """
    now = datetime.now(UTC)
    with acting_as(tenant):
        row, _ = SentNotice.objects.get_or_create(
            notice=notice.notice,
            defaults={
                "addressee": addressee,
                "category": notice.category.value,
                "title": notice.title,
                "body": msgspec.json.encode(notice),
                "queued_at": now,
                "send_at": send_at or now,
            },
        )
        if row.addressee != addressee:
            raise OtherNotice
        transaction.on_commit(_woken.set)
        return row


def wake() -> None:
    """Something may be due: look at once. Call it when the transaction is committed."""
    _woken.set()


def send_waiting(code: str) -> int:
    """Take what waits to the gateway, oldest first; how many it has. Raises Refused, then the rest waits."""
    taken = 0
    while batch := _next_batch(code):
        answer = ask_gateway(
            code,
            SEND_NOTICES,
            SendNotices(
                notices=tuple(
                    AddressedNotice(notice=row.notice, addressee=row.addressee, sealed=sealed)
                    for row, sealed in batch
                )
            ),
        )
        refused = {item.position: item.reason.value for item in answer.refused}
        now = datetime.now(UTC)
        sent = [row.pk for place, (row, _) in enumerate(batch) if place not in refused]
        with acting_as(code):
            # what was told meanwhile (it arrived, it was stopped) stays as it was told
            waiting = SentNotice.objects.filter(fate=Fate.WAITING)
            waiting.filter(pk__in=sent).update(fate=Fate.SENT, sent_at=now)
            for place, reason in refused.items():
                waiting.filter(pk=batch[place][0].pk).update(fate=Fate.REFUSED, refusal=reason, sent_at=now)
        taken += len(sent)
    return taken


def _next_batch(code: str) -> list[tuple[SentNotice, str]]:
    """What one message takes, sealed for the portal."""
    with acting_as(code):
        if mailings.is_switched_off():
            return []
        rows = list(
            SentNotice.objects.filter(fate=Fate.WAITING, send_at__lte=datetime.now(UTC)).order_by("pk")[
                :NOTICES_ITEMS
            ]
        )
    key, sender = directory().seal_key(PORTAL), member_id(code)
    batch: list[tuple[SentNotice, str]] = []
    size = 0
    for row in rows:
        sealed = seal_notice(msgspec.json.decode(bytes(row.body), type=Notice), sender=sender, to=key)
        size += len(sealed)
        if batch and size > LONGEST_NOTICES:
            break
        batch.append((row, sealed))
    return batch


def hear(code: str) -> int:
    """Ask the gateway what became of notices, and note it; how many reports. Raises Refused."""
    heard = 0
    with acting_as(code):
        place = Heard.objects.values_list("place", flat=True).first() or 0
    while True:
        page = ask_gateway(code, NOTICE_REPORTS, NoticeReportsSince(after=place)).reports
        if not page:
            return heard
        with acting_as(code):
            Heard.objects.get_or_create(defaults={"place": 0})
            held = Heard.objects.select_for_update().get()
            for report in page:
                if report.place > held.place:
                    _note(report)
            held.place = max(held.place, page[-1].place)
            held.save(update_fields=["place"])
        place = page[-1].place
        heard += len(page)


def _note(report: PlacedReport) -> None:
    row = SentNotice.objects.filter(notice=report.notice)
    if report.happening is Happening.ARRIVED:
        row.update(fate=Fate.ARRIVED, arrived_at=report.at)
    elif report.happening is Happening.NO_ACCOUNT:
        row.update(fate=Fate.NO_ACCOUNT)
    elif report.happening is Happening.REFUSED:
        row.update(fate=Fate.REFUSED, refusal=report.reason.value if report.reason else "")
    elif report.happening is Happening.READ:
        row.update(read_at=report.at)
    else:
        row.filter(acted_at=None).update(acted_at=report.at, act=report.happening.value)


def work(code: str) -> None:
    """One turn for a municipality: what is due into the outbox, the outbox to the gateway, and what became of it. Raises Refused."""
    while True:
        with acting_as(code):
            queued = mailings.queue_due(at=datetime.now(UTC))
        send_waiting(code)
        if not queued:
            break
    if _may_have_news(code):
        hear(code)


def _may_have_news(code: str) -> bool:
    """Whether something is on its way; what was read and done is asked for now and then."""
    now = time.monotonic()
    if now < _heard_at.get(code, -HEAR_EVERY_SECONDS) + HEAR_EVERY_SECONDS:
        with acting_as(code):
            if not SentNotice.objects.filter(fate=Fate.SENT).exists():
                return False
    _heard_at[code] = now
    return True


def start(codes: Callable[[], Iterable[str]]) -> Thread:
    """Work for these municipalities as long as the process lives. What was under way is done again by the next process."""
    return take_turns(
        "notices",
        lambda: one_after_another("notices", codes(), work),
        every=LOOK_EVERY_SECONDS,
        woken=_woken,
    )
