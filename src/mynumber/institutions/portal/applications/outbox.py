"""The outbox: what was committed is delivered until the body says that it arrived, however often this process dies on the way.

The body answers the same sending with the same arrival, so delivering twice changes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Final

from django.db import transaction
from django.db.models import F

from mynumber.institutions.portal.applications import asking, drafts, kept
from mynumber.institutions.portal.applications.models import (
    Application,
    HappeningKind,
    Sending,
    Standing,
    Writing,
)
from mynumber.protocols import applications as messages
from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs
from mynumber.webkit.turns import take_turns

FIRST_WAIT: Final = timedelta(seconds=20)
LONGEST_WAIT: Final = timedelta(minutes=30)
LOOK_EVERY_SECONDS: Final = 10.0
WRONG_DIGEST: Final = "digest"

_log = logs.get_logger(__name__)


def deliver_due(*, now: datetime, most: int = 100, application: Application | None = None) -> int:
    """Try what is due (of one application, or of all), oldest first; how many arrived. Call it outside a transaction."""
    sendings = Sending.objects.filter(arrived_at=None, refused="", next_try_at__lte=now)
    writings = Writing.objects.filter(delivered_at=None, refused="", next_try_at__lte=now)
    if application is not None:
        sendings, writings = (
            sendings.filter(application=application),
            writings.filter(application=application),
        )
    arrived = sum(
        deliver(each, now=now)
        for each in sendings.select_related("application").order_by("sent_at", "sequence")[:most]
    )
    return arrived + sum(
        deliver_writing(each, now=now)
        for each in writings.select_related("application").order_by("at")[:most]
    )


def deliver(sending: Sending, *, now: datetime) -> bool:
    """Send one application; whether it arrived."""
    application = sending.application
    if sending.content is None:
        return True
    earlier = application.sendings.filter(sequence__lt=sending.sequence, arrived_at=None, refused="")
    if earlier.exists():  # in order: the body takes them only so
        return False
    about = f"{application.pk}/{sending.sequence}/sending"
    content = kept.unseal_json(sending.content, messages.Application, about=about)
    try:
        arrival = asking.submit(application.body, content)
    except Refused as refused:
        _failed(sending, refused, now)
        return False
    if arrival.digest != sending.digest:
        # Something else arrived than was sent: nobody may believe this receipt, and a person has to look.
        _log.error("an arrival is of another content", kind=WRONG_DIGEST)
        Sending.objects.filter(pk=sending.pk, arrived_at=None).update(refused=WRONG_DIGEST)
        return False
    _arrived(sending, arrival)
    return True


def _arrived(sending: Sending, arrival: messages.Arrival) -> None:
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=sending.application_id)
        first = Sending.objects.filter(pk=sending.pk, arrived_at=None).update(
            arrived_at=arrival.arrived_at, receipt=arrival.receipt, content=None
        )
        if not first:
            return
        # 到達 is that of the application itself; an answer to a correction does not move it.
        application.arrived_at = application.arrived_at or arrival.arrived_at
        application.receipt = application.receipt or arrival.receipt
        application.decide_by = application.decide_by or arrival.decide_by
        if application.standing == Standing.CORRECTION:
            # The office has it, though it has not told so yet.
            application.holder, application.expected_by = "", None
        if application.standing in (Standing.SENDING, Standing.CORRECTION):
            application.standing = Standing.DECIDED if application.decided_at else Standing.UNDER_WAY
        if application.decided_at is None:
            application.expected_by = application.expected_by or arrival.decide_by
            if sending.sequence:
                application.corrected_at = arrival.arrived_at
        application.save(
            update_fields=[
                *("arrived_at", "receipt", "decide_by", "standing", "holder", "expected_by", "corrected_at")
            ]
        )


def _failed(sending: Sending, refused: Refused, now: datetime) -> None:
    if not asking.is_final(refused):
        Sending.objects.filter(pk=sending.pk).update(
            tries=F("tries") + 1, next_try_at=now + _wait(sending.tries)
        )
        return
    _log.warning("an application was refused", reason=refused.reason.value)
    with transaction.atomic():
        application = Application.objects.select_for_update().get(pk=sending.application_id)
        first = Sending.objects.filter(pk=sending.pk, arrived_at=None, refused="").update(
            refused=refused.reason.value, content=None
        )
        if first and application.standing not in (Standing.DECIDED, Standing.ENDED):
            # Nothing is lost: the draft is open again and says why. The body did not count this sending, so the next one has its number.
            application.editing, application.sequence = True, sending.sequence
            if application.standing == Standing.SENDING:
                application.standing = Standing.DRAFT
            application.save(update_fields=["editing", "sequence", "standing"])
            drafts.note(application, HappeningKind.REOPENED, now)


def deliver_writing(writing: Writing, *, now: datetime) -> bool:
    """Send one withdrawal or question; whether it arrived."""
    letter = messages.Letter(
        application=writing.application_id,
        letter=writing.pk,
        kind=messages.LetterForm(writing.kind),
        words=kept.unseal(writing.words, about=f"{writing.pk}/words").decode(),
        at=writing.at,
    )
    try:
        asking.write(writing.application.body, letter)
    except Refused as refused:
        changes = (
            {"refused": refused.reason.value}
            if asking.is_final(refused)
            else {"next_try_at": now + _wait(writing.tries)}
        )
        Writing.objects.filter(pk=writing.pk).update(tries=F("tries") + 1, **changes)
        return False
    Writing.objects.filter(pk=writing.pk, delivered_at=None).update(delivered_at=now)
    return True


def _wait(tries: int) -> timedelta:
    """Twice as long each time."""
    return min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(tries, 10)))


def start() -> Thread:
    """Deliver as long as the process lives. What was under way is delivered again by the next process."""
    return take_turns("applications", lambda: deliver_due(now=datetime.now(UTC)), every=LOOK_EVERY_SECONDS)
