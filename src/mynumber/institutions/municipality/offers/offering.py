"""Making offers: one live offer per person and cause, written with its notice or not at all; lists that concern many wait for a second person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import uuid4

from django.db import IntegrityError, transaction

from mynumber.foundation.procedures import answers
from mynumber.institutions.municipality.applications.finding import Looking, in_registers
from mynumber.institutions.municipality.applications.words import town
from mynumber.institutions.municipality.notices import sending
from mynumber.institutions.municipality.offers import causes
from mynumber.institutions.municipality.offers.causes import Candidate, Cause
from mynumber.institutions.municipality.offers.models import Batch, BatchLine, BatchState, MadeOffer
from mynumber.protocols.notices import LARGEST_DRAFT, Category, Notice, Offer
from mynumber.webkit.examination.sheets import JAPAN
from mynumber.webkit.staff.models import StaffMember

MOST_OF_A_BATCH: Final = 5000
_EMPTY: Final = b"{}"


class NothingToOffer(Exception):
    """Nobody fits, or everybody has the offer already."""


class AlreadyProposed(Exception):
    """A list of this cause waits already."""


class SamePerson(Exception):
    """Who proposed a list may not release it."""


class NotProposed(Exception):
    """The list was released or discarded already."""


def today_of(now: datetime) -> date:
    """The day in Japan."""
    return now.astimezone(JAPAN).date()


def open_candidates(cause: Cause, *, on: date) -> list[Candidate]:
    """Who would get an offer now: without those who have it or apply already."""
    found = list(cause.find(on))
    keys = {candidate.key for candidate in found}
    made = set(MadeOffer.objects.filter(key__in=keys, live=True).values_list("person_id", "key"))
    return [
        each for each in found if (each.person.pk, each.key) not in made and not causes.applies_already(each)
    ]


def make(
    candidate: Candidate, *, now: datetime, cause: Cause, batch: Batch | None = None
) -> MadeOffer | None:
    """Write the offer and its notice, in the caller's transaction; None if there is a live one for this person and cause."""
    person, procedure = candidate.person, candidate.procedure
    notice = uuid4()
    try:
        with transaction.atomic():
            row = MadeOffer.objects.create(
                person=person,
                key=candidate.key,
                cause=cause.name,
                procedure=procedure.id,
                notice=notice,
                batch=batch,
                made_at=now,
                until=candidate.until,
            )
    except IntegrityError:
        return None
    sending.send(
        person.tenant,
        person.addressee,
        Notice(
            notice=notice,
            category=Category.PROCEDURE,
            title=f"{candidate.reason}：{procedure.title.ja}"[:100],
            words=candidate.words,
            office=f"{town(person.tenant)}　{procedure.competent.office.ja}"[:100],
            at=now,
            due=candidate.until,
            link=f"/offers/{notice}/",
            offer=Offer(
                procedure=procedure.id,
                reason=candidate.reason,
                answers=prefilled(candidate, now=now),
            ),
        ),
    )
    return row


def prefilled(candidate: Candidate, *, now: datetime) -> bytes:
    """The draft to begin with: what the registers say and what the cause answers, as the person may read it."""
    procedure = candidate.procedure
    known = in_registers(Looking(procedure, candidate.person, now, for_applicant=True)).values
    reading = answers.read(procedure, candidate.answers, today=today_of(now), known=known)
    encoded = answers.encode(procedure, reading.values)
    return encoded if len(encoded) <= LARGEST_DRAFT else _EMPTY


# --- lists --------------------------------------------------------------------------------------------------------


def propose(cause: Cause, *, by: StaffMember | None, now: datetime) -> Batch:
    """Write down who would be offered something (起案). Raises NothingToOffer, AlreadyProposed."""
    candidates = open_candidates(cause, on=today_of(now))[:MOST_OF_A_BATCH]
    if not candidates:
        raise NothingToOffer
    try:
        with transaction.atomic():
            batch = Batch.objects.create(cause=cause.name, proposed_by=by, proposed_at=now)
    except IntegrityError:
        raise AlreadyProposed from None
    BatchLine.objects.bulk_create(
        BatchLine(batch=batch, person=each.person, key=each.key) for each in candidates
    )
    return batch


def release(batch: Batch, *, by: StaffMember, now: datetime) -> int:
    """Send a list as a second person (決裁); how many offers were made. Who no longer fits gets none. Raises SamePerson, NotProposed."""
    held = _waiting(batch)
    if held.proposed_by_id == by.pk:
        raise SamePerson
    cause = causes.cause_of(held.cause)
    wanted = set(held.lines.values_list("person_id", "key"))
    sent = 0
    for candidate in open_candidates(cause, on=today_of(now)):
        if (candidate.person.pk, candidate.key) in wanted and make(
            candidate, now=now, cause=cause, batch=held
        ):
            sent += 1
    held.state, held.second, held.second_at, held.sent = BatchState.RELEASED, by, now, sent
    held.save(update_fields=["state", "second", "second_at", "sent"])
    return sent


def discard(batch: Batch, *, by: StaffMember, now: datetime) -> None:
    """Give a list up: the proposer too may do so. Raises NotProposed."""
    held = _waiting(batch)
    held.state, held.second_at = BatchState.DISCARDED, now
    held.second = by if by.pk != held.proposed_by_id else None
    held.save(update_fields=["state", "second", "second_at"])


def _waiting(batch: Batch) -> Batch:
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state != BatchState.PROPOSED:
        raise NotProposed
    return held


def daily(*, now: datetime, chosen: Iterable[Cause] = causes.CAUSES) -> dict[str, int]:
    """The daily run of a town: what concerns one family is offered at once, lists are proposed and wait. How many by cause.

    Offers whose last day is over are no longer live.
    """
    today = today_of(now)
    MadeOffer.objects.filter(live=True, until__lt=today).update(live=False)
    done: dict[str, int] = {}
    for cause in chosen:
        if cause.mass:
            try:
                done[cause.name] = propose(cause, by=None, now=now).lines.count()
            except (NothingToOffer, AlreadyProposed):
                done[cause.name] = 0
        else:
            made = (make(each, now=now, cause=cause) for each in open_candidates(cause, on=today))
            done[cause.name] = sum(row is not None for row in made)
    return done
