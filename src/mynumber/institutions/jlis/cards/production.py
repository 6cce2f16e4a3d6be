"""The production queue: durable, taken from by any number of workers at once, each card whole or not at all.

A worker locks one place of the queue (SKIP LOCKED), makes the card and writes certificates, finished card and the new state in the same
transaction. What dies on the way leaves the place in the queue; what fails waits longer each time and shows on the staff's page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import JAPAN
from mynumber.institutions.jlis.cards import applications, factory
from mynumber.institutions.jlis.cards.models import (
    Application,
    EventKind,
    FinishedCard,
    ProductionJob,
)
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import CardState
from mynumber.webkit import logs, safe

CARDS: Final = "card-store"
"""Name of the secret in the key ring that finished cards are sealed under."""
FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(hours=6)
_SYSTEM: Final = "jlis"

_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Failed:
    job: int
    error: Exception


def produce_all(ring: KeyRing, *, now: Callable[[], datetime]) -> int:
    """Make cards until no place of the queue is due. Returns how many left it."""
    made = 0
    while produce_one(ring, now=now):
        made += 1
    return made


def produce_one(ring: KeyRing, *, now: Callable[[], datetime]) -> bool:
    """Take the first place that is due and that nobody works on; False when there is none. A failure is noted and not raised."""
    outcome = _take_one(ring, now=now)
    if isinstance(outcome, _Failed):
        _note_failure(outcome, at=now())
        return True
    return outcome


def _take_one(ring: KeyRing, *, now: Callable[[], datetime]) -> bool | _Failed:
    at = now()
    with transaction.atomic():
        job = (
            ProductionJob.objects.select_related("application")
            .select_for_update(skip_locked=True, of=("self", "application"))
            .filter(not_before__lte=at)
            .order_by("not_before", "pk")
            .first()
        )
        if job is None:
            return False
        application = job.application
        try:
            with transaction.atomic():
                _work(application, job, ring, at=at)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next place must not wait for it
            return _Failed(job.pk, error)
    return True


def _work(application: Application, job: ProductionJob, ring: KeyRing, *, at: datetime) -> None:
    today = at.astimezone(JAPAN).date()
    residents = Person.objects.residents_of(application.municipality, on=today).select_for_update()
    person = residents.filter(pk=application.person_id).first()
    if person is None:
        # Died or moved while the application waited: the municipality must not hand this card over.
        applications.withdraw(application, by=_SYSTEM, at=at)
        return
    photo = applications.photo_of(application, ring)
    if photo is None:
        raise LookupError("an application in the queue has no photo")
    made = factory.make(application, person, photo.content, ring=ring, at=at)
    FinishedCard.objects.create(
        application=application,
        card_serial=made.card_serial,
        sealed=safe.seal(ring, CARDS, made.card, about=made.card_serial),
    )
    job.delete()
    application.card_serial, application.expires_on = made.card_serial, made.expires_on
    applications.move(application, CardState.DELIVERED, EventKind.MADE, by=_SYSTEM, at=at)
    _log.info("card made")


def _note_failure(failed: _Failed, *, at: datetime) -> None:
    _log.error("a card could not be made", exception=logs.outline(failed.error))
    with transaction.atomic():
        job = ProductionJob.objects.select_for_update().filter(pk=failed.job).first()
        if job is None:
            return
        job.attempts += 1
        job.not_before = at + min(FIRST_WAIT * 2 ** (job.attempts - 1), LONGEST_WAIT)
        job.problem = type(failed.error).__name__[:80]
        job.save(update_fields=["attempts", "not_before", "problem"])
