"""Applications and cards at this municipality: handed in, arrived, in the safe, with their holders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mynumber.foundation.portrait import draw_placeholder
from mynumber.institutions.municipality.counter.models import (
    OPEN_STATES,
    CardApplication,
    CounterEvent,
    CounterRecord,
    SafeCard,
)
from mynumber.institutions.municipality.counter.procedures import Stop
from mynumber.institutions.municipality.register.batches import in_batches
from mynumber.institutions.municipality.register.models import Person, PersonNumber
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols.card_life import (
    APPLY_FOR_CARD,
    COLLECT_CARD,
    QUERY_CARDS,
    QUERY_DELIVERIES,
    REQUEST_FORM,
    ApplicationReason,
    ApplyForCard,
    CardStandings,
    CardState,
    CollectCard,
    Delivery,
    QueryCards,
    QueryDeliveries,
    RequestForm,
)
from mynumber.webkit import safe
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as, current_tenant

SAFE: Final = "card-safe"
"""Name of the secret in the key ring that arrived cards are sealed under."""


class NoNumber(Exception):
    """The person has no individual number yet, so there can be no card."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of asking J-LIS for cards."""

    arrived: int
    returned: int
    """Applications that have to be corrected."""


# --- applications -----------------------------------------------------------------------------------------------


def new_form(person: Person, *, clerk: StaffMember | None, at: datetime) -> str:
    """交付申請書 for a resident: its 申請書ID. Raises NoNumber, Refused."""
    code = current_tenant()
    form = ask_jlis(code, REQUEST_FORM, RequestForm(individual_number=_number(person)))
    record(person, CounterEvent.FORM, clerk=clerk, at=at)
    return form.application_id


def apply(
    person: Person,
    photo: bytes,
    *,
    reason: ApplicationReason,
    signature_certificate: bool,
    clerk: StaffMember | None,
    at: datetime,
) -> CardApplication:
    """Hand an application in, or the corrected one that came back. Raises NoNumber, Refused."""
    code = current_tenant()
    waiting = CardApplication.objects.filter(
        person=person, state=CardState.RETURNED_TO_APPLICANT.value
    ).first()
    application_id = (
        waiting.application_id
        if waiting
        else ask_jlis(code, REQUEST_FORM, RequestForm(individual_number=_number(person))).application_id
    )
    answer = ask_jlis(
        code,
        APPLY_FOR_CARD,
        ApplyForCard(
            application_id=application_id,
            individual_number=_number(person),
            reason=reason,
            photo=photo,
            former_name=person.former_family or None,
            signature_certificate=signature_certificate,
        ),
    )
    application, _ = CardApplication.objects.update_or_create(
        application_id=answer.application_id,
        defaults={"state": answer.state, "detail": ""},
        create_defaults={
            "person": person,
            "reason": reason,
            "signature_certificate": signature_certificate,
            "state": answer.state,
            "applied_at": at,
        },
    )
    record(person, CounterEvent.CORRECTED if waiting else CounterEvent.APPLIED, clerk=clerk, at=at)
    return application


def placeholder_photo(application_seed: str) -> bytes:
    """The drawn portrait of a synthetic person."""
    return draw_placeholder(application_seed.encode())


def standings(person: Person) -> CardStandings:
    """What J-LIS knows of the person's cards. Raises NoNumber, Refused."""
    return ask_jlis(current_tenant(), QUERY_CARDS, QueryCards(individual_number=_number(person)))


# --- arrival ----------------------------------------------------------------------------------------------------


def look_for_arrivals(code: str, *, now: datetime, only: Iterable[str] = ()) -> Arrived:
    """Ask J-LIS how open applications stand and take in what lies ready. May be repeated at any time. Raises Refused.

    An application that came on the net is met here first; its person is found by the number that J-LIS answers for the card.
    """
    deliveries = ask_jlis(code, QUERY_DELIVERIES, QueryDeliveries(application_ids=tuple(only))).deliveries
    arrived = returned = 0
    for batch in in_batches(deliveries):
        for delivery in batch:
            with acting_as(code):
                application = _told(delivery, now=now)
            if application is None:
                continue
            returned += application.state == CardState.RETURNED_TO_APPLICANT.value
            if _is_to_be_collected(application):
                collect(code, application.pk, now=now)
                arrived += 1
    return Arrived(arrived, returned)


def collect(code: str, application_id: int, *, now: datetime) -> None:
    """Take a finished card into the safe. Raises Refused."""
    with acting_as(code):
        serial = CardApplication.objects.get(pk=application_id).card_serial
    card = ask_jlis(code, COLLECT_CARD, CollectCard(card_serial=serial)).card
    with acting_as(code):
        application = CardApplication.objects.select_for_update().get(pk=application_id)
        sealed = safe.seal(this_node().keyring, SAFE, card, about=serial)
        SafeCard.objects.update_or_create(application=application, defaults={"sealed": sealed})
        first_time = application.arrived_at is None
        application.arrived_at, application.taken_at = application.arrived_at or now, None
        application.save(update_fields=["arrived_at", "taken_at"])
        if first_time:
            record(application.person, CounterEvent.ARRIVED, clerk=None, at=now, card_serial=serial)


def _is_to_be_collected(application: CardApplication) -> bool:
    return (
        application.state == CardState.DELIVERED.value
        and application.taken_at is None
        and not is_in_safe(application)
    )


def _told(delivery: Delivery, *, now: datetime) -> CardApplication | None:
    """Note how an application stands; one that is not known here came on the net."""
    application = (
        CardApplication.objects.select_for_update().filter(application_id=delivery.application_id).first()
    )
    if application is None:
        application = _from_the_net(delivery, now=now)
    if application is None or application.state == CardState.HANDED_OVER.value:
        return None
    application.state = delivery.state.value
    application.detail = delivery.detail
    application.card_serial = delivery.card_serial or ""
    application.expires_on = delivery.expires_on
    application.save(update_fields=["state", "detail", "card_serial", "expires_on"])
    return application


def _from_the_net(delivery: Delivery, *, now: datetime) -> CardApplication | None:
    """An application that the resident made with J-LIS directly."""
    number = (
        PersonNumber.objects.select_related("person")
        .filter(individual_number=delivery.individual_number)
        .exclude(individual_number="")
        .first()
    )
    if number is None or delivery.state.value not in [state.value for state in OPEN_STATES]:
        return None
    return CardApplication.objects.create(
        person=number.person,
        application_id=delivery.application_id,
        reason=ApplicationReason.FIRST,
        state=delivery.state.value,
        applied_at=now,
    )


# --- the safe ---------------------------------------------------------------------------------------------------


def is_in_safe(application: CardApplication) -> bool:
    """Whether the card lies here."""
    return SafeCard.objects.filter(application=application).exists()


def take_out(application: CardApplication | None) -> bytes:
    """The card of an application, out of the safe. Raises Stop when it is not there."""
    kept = SafeCard.objects.filter(application=application).first()
    if application is None or kept is None:
        raise Stop(
            "カードは、もう窓口にありません。すでに端末に移したときは、端末でそのカードを選んで、はじめからやり直してください。"
        )
    return safe.unseal(this_node().keyring, SAFE, bytes(kept.sealed), about=application.card_serial)


def note_taken(application: CardApplication | None, *, clerk: StaffMember | None, at: datetime) -> None:
    """The holder's device has the card: it is here no more."""
    if application is None:
        return
    SafeCard.objects.filter(application=application).delete()
    application.taken_at = at
    application.save(update_fields=["taken_at"])
    record(application.person, CounterEvent.TAKEN, clerk=clerk, at=at, card_serial=application.card_serial)


def note_handed_over(application: CardApplication | None, *, at: datetime) -> None:
    """The card is in use."""
    if application is None:
        return
    SafeCard.objects.filter(application=application).delete()
    application.state, application.handed_over_at = CardState.HANDED_OVER.value, at
    application.save(update_fields=["state", "handed_over_at"])


# --- the record -------------------------------------------------------------------------------------------------


def record(
    person: Person | None,
    event: CounterEvent,
    *,
    clerk: StaffMember | None,
    at: datetime,
    card_serial: str = "",
    detail: str = "",
    check: str = "",
) -> None:
    """One line of the counter's record."""
    CounterRecord.objects.create(
        person=person,
        card_serial=card_serial,
        at=at,
        event=event,
        detail=detail,
        identity_check=check,
        clerk=clerk,
    )


def _number(person: Person) -> str:
    number = PersonNumber.objects.filter(person=person).first()
    if number is None:
        raise NoNumber
    return number.individual_number
