"""Applications for cards (交付申請; Act art. 16-2, Cabinet Order art. 13): taken in, looked at, corrected, queued.

The municipality's clerk has seen the applicant and the photo, so what it hands in goes straight to production. Who applies on the net is seen by
nobody: a member of staff compares nothing but the photo with the rules, and the municipality identifies the person at hand-over.

Whoever changes something locks the application first, then the person, then the card.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.pki import JAPAN
from mynumber.foundation.portrait import AcceptedPhoto, PhotoRefused, accept
from mynumber.institutions.jlis.cards.models import (
    OPEN_STATES,
    Application,
    ApplicationEvent,
    ApplicationForm,
    ApplicationPhoto,
    Channel,
    EventKind,
    FinishedCard,
    ProductionJob,
)
from mynumber.institutions.jlis.certification.cards import discard
from mynumber.institutions.jlis.certification.models import Card
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols.card_life import ApplicationReason, CardState
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import safe

PHOTOS: Final = "card-photos"
"""Name of the secret in the key ring that photos are sealed under."""
GUESSES: Final = 5
"""Wrong birth dates after which a form is closed."""
_IN_USE: Final = (CardState.HANDED_OVER.value, CardState.SUSPENDED.value)


@dataclass(frozen=True, slots=True)
class CounterApplication:
    """What a municipality hands in for its resident."""

    application_id: str
    number: IndividualNumber
    municipality: str
    reason: ApplicationReason
    photo: bytes = field(repr=False)
    former_name: str | None = field(default=None, repr=False)
    signature_certificate: bool = True


def take_in(given: CounterApplication, *, ring: KeyRing, at: datetime) -> Application:
    """Take an application of a municipality, in the caller's transaction; repeated, it is the same one. A photo that is no good returns it.

    Raises Refused: UNKNOWN_RECORD for a number that is no resident's of the sender, and for an 申請書ID of somebody else; DUPLICATE_REQUEST when
    another application is open, or the first card is asked for by somebody who has one.
    """
    known = Application.objects.select_for_update().filter(application_id=given.application_id).first()
    person = _resident(given.number, given.municipality, at)
    if known is not None:
        if known.person_id != person.pk or known.municipality != given.municipality:
            raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
        if known.state == CardState.RETURNED_TO_APPLICANT:
            _correct(known, given.photo, ring=ring, by=given.municipality, at=at)
            if known.state == CardState.APPLIED:
                approve(known, by=given.municipality, at=at)
        return known
    form = ApplicationForm.objects.filter(application_id=given.application_id).first()
    if form is not None and form.person_id != person.pk:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    _require_none_open(person, given.reason)
    application = _open(
        Application(
            application_id=given.application_id,
            person=person,
            municipality=given.municipality,
            channel=Channel.MUNICIPALITY,
            reason=given.reason,
            former_name=given.former_name or "",
            signature_certificate=given.signature_certificate,
        ),
        given.photo,
        ring=ring,
        by=given.municipality,
        at=at,
    )
    if application.state == CardState.APPLIED:
        approve(application, by=given.municipality, at=at)
    return application


def make_form(number: IndividualNumber, municipality: str, *, at: datetime) -> ApplicationForm:
    """Make out a form for a resident of the municipality: an 申請書ID that leads to nobody by itself. Raises Refused(UNKNOWN_RECORD)."""
    person = _resident(number, municipality, at)
    return ApplicationForm.objects.create(
        application_id=new_application_id(municipality),
        person=person,
        issued_through=municipality,
        issued_at=at,
    )


def new_application_id(municipality: str) -> str:
    """23 digits: the municipality's code and 17 that nobody guesses (the order is this project's)."""
    return municipality.rpartition(".")[2][:6].rjust(6, "0") + f"{secrets.randbelow(10**17):017d}"


# --- on the net -------------------------------------------------------------------------------------------------


class WebRefusal(StrEnum):
    """Why an application on the net cannot be taken."""

    UNKNOWN = "unknown"
    """No such form, a wrong birth date, or a form that is closed: which of them is not said."""
    OPEN = "open"
    """An application is open already."""
    CARD_IN_USE = "card_in_use"
    """The person has a card; renewal goes through the municipality."""
    NOT_RESIDENT = "not_resident"


class WebRefused(Exception):
    """An application on the net is not taken."""

    def __init__(self, reason: WebRefusal) -> None:
        super().__init__(f"application refused: {reason.value}")
        self.reason = reason


def apply_on_the_net(
    application_id: str,
    birth_date: date,
    photo: AcceptedPhoto,
    *,
    signature_certificate: bool,
    ring: KeyRing,
    at: datetime,
) -> Application:
    """Apply with the form one was given, or correct what was returned. Commits also when it refuses: wrong guesses count.

    Raises WebRefused.
    """
    with transaction.atomic():
        form = (
            ApplicationForm.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(application_id=application_id)
            .first()
        )
        if form is None or not _knows_birth_date(form, birth_date):
            refused = WebRefused(WebRefusal.UNKNOWN)
        else:
            known = Application.objects.select_for_update().filter(application_id=application_id).first()
            if known is not None and known.state == CardState.RETURNED_TO_APPLICANT:
                _correct(known, photo.content, ring=ring, by="applicant", at=at)
                return known
            why_not = _why_not(form.person, known, at)
            if why_not is None:
                return _open(
                    Application(
                        application_id=application_id,
                        person=form.person,
                        municipality=form.person.municipality,
                        channel=Channel.WEB,
                        reason=ApplicationReason.FIRST,
                        signature_certificate=signature_certificate,
                    ),
                    photo.content,
                    ring=ring,
                    by="applicant",
                    at=at,
                )
            refused = WebRefused(why_not)
    raise refused


def _knows_birth_date(form: ApplicationForm, birth_date: date) -> bool:
    if form.wrong_birth_dates >= GUESSES:
        return False
    if hmac.compare_digest(form.person.birth_date.isoformat(), birth_date.isoformat()):
        return True
    form.wrong_birth_dates += 1
    form.save(update_fields=["wrong_birth_dates"])
    return False


def _why_not(person: Person, known: Application | None, at: datetime) -> WebRefusal | None:
    if known is not None or Application.objects.filter(person=person, state__in=OPEN_STATES).exists():
        return WebRefusal.OPEN
    if Card.objects.filter(person=person, state__in=_IN_USE).exists():
        return WebRefusal.CARD_IN_USE
    today = at.astimezone(JAPAN).date()
    residents = Person.objects.residents_of(person.municipality, on=today)
    return None if residents.filter(pk=person.pk).exists() else WebRefusal.NOT_RESIDENT


# --- the course of an application -------------------------------------------------------------------------------


def approve(application: Application, *, by: str, at: datetime) -> None:
    """The photo is good: into the production queue. The row must be locked or new; does nothing unless it waits for that."""
    if application.state != CardState.APPLIED:
        return
    move(application, CardState.IN_PRODUCTION, EventKind.APPROVED, by=by, at=at)
    ProductionJob.objects.create(application=application, queued_at=at, not_before=at)


def send_back(application: Application, detail: str, *, by: str, at: datetime) -> None:
    """不備: say what to correct. From the queue as well, while nobody works on it. The row must be locked."""
    if application.state not in (CardState.APPLIED, CardState.IN_PRODUCTION):
        return
    ProductionJob.objects.filter(application=application).delete()
    application.detail = detail
    move(application, CardState.RETURNED_TO_APPLICANT, EventKind.RETURNED, by=by, at=at)


def withdraw(application: Application, *, by: str, at: datetime) -> None:
    """The card is not to be made or not to be handed over: photo and card are deleted, its certificates end. The row must be locked."""
    for card in Card.objects.select_for_update().filter(application_id=application.application_id):
        discard(card, at=at, by=by)
    FinishedCard.objects.filter(application=application).delete()
    ProductionJob.objects.filter(application=application).delete()
    forget(application)
    application.detail = ""
    move(application, CardState.ENDED, EventKind.WITHDRAWN, by=by, at=at)


def forget(application: Application) -> None:
    """Delete the photo; who has the card has it, and nobody else needs it."""
    ApplicationPhoto.objects.filter(application=application).delete()


def photo_of(application: Application, ring: KeyRing) -> AcceptedPhoto | None:
    """The photo of an open application."""
    kept = ApplicationPhoto.objects.filter(application=application).first()
    if kept is None:
        return None
    return accept(safe.unseal(ring, PHOTOS, bytes(kept.sealed), about=application.application_id))


def move(application: Application, state: CardState, event: EventKind, *, by: str, at: datetime) -> None:
    """The next state with its event."""
    application.state, application.state_since = state, at
    application.save()
    note(application, event, by=by, at=at)


def note(application: Application, event: EventKind, *, by: str, at: datetime) -> None:
    """One line of the record."""
    ApplicationEvent.objects.create(application=application, at=at, kind=event, noted_by=by)


def _open(application: Application, photo: bytes, *, ring: KeyRing, by: str, at: datetime) -> Application:
    application.applied_at = application.state_since = at
    try:
        accepted = accept(photo)
        application.state = CardState.APPLIED
    except PhotoRefused as refused:
        accepted = None
        application.state, application.detail = (
            CardState.RETURNED_TO_APPLICANT,
            refused.reason.sentence_ja,
        )
    application.save()
    note(application, EventKind.APPLIED, by=by, at=at)
    if accepted is None:
        note(application, EventKind.RETURNED, by="jlis", at=at)
    else:
        _keep(application, accepted, ring)
    return application


def _correct(application: Application, photo: bytes, *, ring: KeyRing, by: str, at: datetime) -> None:
    try:
        accepted = accept(photo)
    except PhotoRefused as refused:
        application.detail = refused.reason.sentence_ja
        application.save(update_fields=["detail"])
        return
    _keep(application, accepted, ring)
    application.detail = ""
    move(application, CardState.APPLIED, EventKind.CORRECTED, by=by, at=at)


def _keep(application: Application, photo: AcceptedPhoto, ring: KeyRing) -> None:
    sealed = safe.seal(ring, PHOTOS, photo.content, about=application.application_id)
    ApplicationPhoto.objects.update_or_create(
        application=application, defaults={"content_type": photo.content_type, "sealed": sealed}
    )


def _resident(number: IndividualNumber, municipality: str, at: datetime) -> Person:
    residents = Person.objects.residents_of(municipality, on=at.astimezone(JAPAN).date())
    person = residents.select_for_update().filter(individual_number=number.digits).first()
    if person is None:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD)
    return person


def _require_none_open(person: Person, reason: ApplicationReason) -> None:
    if Application.objects.filter(person=person, state__in=OPEN_STATES).exists():
        raise Refused(Hop.JLIS, Reason.DUPLICATE_REQUEST, "another application of the person is open")
    if reason is ApplicationReason.FIRST and Card.objects.filter(person=person, state__in=_IN_USE).exists():
        raise Refused(Hop.JLIS, Reason.DUPLICATE_REQUEST, "the person has a card: this is no first one")
