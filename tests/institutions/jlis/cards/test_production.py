"""From the application to the finished card and its hand-over, over real messages and on a real database."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction

from mynumber.foundation.smartcard import (
    Card,
    CardState,
    JpkiClient,
    KeyName,
    PinName,
    PinPad,
    TextClient,
)
from mynumber.foundation.smartcard.administration import read_status
from mynumber.institutions.jlis.cards import production
from mynumber.institutions.jlis.cards.models import (
    Application,
    ApplicationEvent,
    ApplicationPhoto,
    EventKind,
    FinishedCard,
    ProductionJob,
)
from mynumber.institutions.jlis.certification.models import Card as CardRow
from mynumber.institutions.jlis.certification.models import Certificate
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import card_life
from mynumber.protocols.card_life import (
    COLLECT_CARD,
    HAND_OVER,
    QUERY_DELIVERIES,
    REQUEST_FORM,
    ApplicationReason,
    CollectCard,
    Delivery,
    HandOver,
    IdentityCheck,
    QueryDeliveries,
    RequestForm,
)
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.cards.making import application, hand_in, new_id, produce
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, moving_out, somebody

pytestmark = pytest.mark.usefixtures("door")


def made(door: Door, **changes: object) -> Delivery:
    """A card of somebody new that lies ready."""
    given = hand_in(door, application(door.number_of(somebody()), **changes))
    produce()
    (delivery,) = door.ask(
        QUERY_DELIVERIES, QueryDeliveries(application_ids=(given.application_id,)), sender=KATSUSHIKA
    ).deliveries
    assert delivery.state is card_life.CardState.DELIVERED
    return delivery


def collected(door: Door, delivery: Delivery) -> Card:
    assert delivery.card_serial
    answer = door.ask(COLLECT_CARD, CollectCard(card_serial=delivery.card_serial), sender=KATSUSHIKA)
    return Card(CardState.from_bytes(answer.card))


def over(delivery: Delivery, **changes: object) -> HandOver:
    given: dict[str, object] = {
        "card_serial": delivery.card_serial,
        "check": IdentityCheck.ONE_WITH_PHOTO,
        "handed_over_at": datetime.now(UTC),
        **changes,
    }
    return HandOver(**given)  # type: ignore[arg-type]  # the defaults above have the fields' types


def refusal(door: Door, message: object, question: object, sender: str = KATSUSHIKA) -> Reason:
    with pytest.raises(Refused) as caught:
        door.ask(message, question, sender=sender)  # type: ignore[type-var, arg-type]  # any message
    return caught.value.reason


def test_a_finished_card_has_its_keys_and_face_and_no_pin(door: Door) -> None:
    card = collected(door, made(door))
    client = JpkiClient(card)
    client.select()
    assert client.certificates_present() == {KeyName.AUTHENTICATION, KeyName.SIGNATURE}
    assert {PinPad(card).tries_left(which) for which in PinName} == {0}
    assert read_status(card).sequence == 0
    TextClient(card)


def test_nobody_under_15_and_nobody_who_does_not_want_it_gets_a_signature_certificate(door: Door) -> None:
    child = somebody(birth_date=date(2020, 4, 1))
    for question in (
        application(door.number_of(child)),
        application(door.number_of(somebody()), signature_certificate=False),
    ):
        given = hand_in(door, question)
        produce()
        row = CardRow.objects.get(application_id=given.application_id)
        assert [c.kind for c in row.certificates.all()] == ["authentication"]


def test_certificates_count_from_the_hand_over_and_then_nobody_else_has_the_card(door: Door) -> None:
    delivery = made(door)
    card = collected(door, delivery)
    rows = Certificate.objects.filter(card__card_serial=delivery.card_serial)
    assert {row.state for row in rows} == {"suspended"}
    standing = door.ask(HAND_OVER, over(delivery), sender=KATSUSHIKA)
    assert (standing.state, standing.card_serial) == (card_life.CardState.HANDED_OVER, delivery.card_serial)
    assert {row.state for row in rows.all()} == {"good"}
    assert not FinishedCard.objects.filter(card_serial=delivery.card_serial).exists()
    assert not ApplicationPhoto.objects.filter(application__card_serial=delivery.card_serial).exists()
    collect = CollectCard(card_serial=delivery.card_serial or "")
    assert refusal(door, COLLECT_CARD, collect) is Reason.UNKNOWN_RECORD
    again = door.ask(HAND_OVER, over(delivery), sender=KATSUSHIKA)
    assert again.state is card_life.CardState.HANDED_OVER
    events = ApplicationEvent.objects.filter(application__card_serial=delivery.card_serial)
    assert list(events.order_by("pk").values_list("kind", flat=True)) == [
        EventKind.APPLIED,
        EventKind.APPROVED,
        EventKind.MADE,
        EventKind.COLLECTED,
        EventKind.HANDED_OVER,
    ]
    assert read_status(card).card_serial == delivery.card_serial


def test_a_card_lies_sealed_until_its_holder_has_it(
    door: Door, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    delivery = made(door)
    card = collected(door, delivery)
    row = owner.execute(
        "SELECT sealed FROM jlis_cards_finishedcard WHERE card_serial = %s", [delivery.card_serial]
    ).fetchone()
    assert row is not None
    sealed = bytes(row[0])  # type: ignore[call-overload]
    assert card.state.to_bytes()[:16] not in sealed
    photos = owner.execute("SELECT sealed FROM jlis_cards_applicationphoto").fetchall()
    assert not any(b"IHDR" in bytes(photo[0]) for photo in photos)  # type: ignore[call-overload]


def test_the_same_application_twice_is_one_card(door: Door) -> None:
    question = application(door.number_of(somebody()))
    assert hand_in(door, question).state is card_life.CardState.IN_PRODUCTION
    assert hand_in(door, question).state is card_life.CardState.IN_PRODUCTION
    assert produce() == 1
    assert hand_in(door, question).state is card_life.CardState.DELIVERED
    assert CardRow.objects.filter(application_id=question.application_id).count() == 1


def test_there_is_one_open_application_a_person_and_one_first_card(door: Door) -> None:
    number = door.number_of(somebody())
    first = application(number)
    hand_in(door, first)
    assert refusal(door, card_life.APPLY_FOR_CARD, application(number)) is Reason.DUPLICATE_REQUEST
    produce()
    serial = Application.objects.get(application_id=first.application_id).card_serial
    delivery = Delivery(
        application_id=first.application_id, state=card_life.CardState.DELIVERED, card_serial=serial
    )
    door.ask(HAND_OVER, over(delivery), sender=KATSUSHIKA)
    assert refusal(door, card_life.APPLY_FOR_CARD, application(number)) is Reason.DUPLICATE_REQUEST
    renewal = application(number, reason=ApplicationReason.DAMAGED)
    assert hand_in(door, renewal).state is card_life.CardState.IN_PRODUCTION
    produce()
    serial_of_new = Application.objects.get(application_id=renewal.application_id).card_serial
    assert CardRow.objects.get(card_serial=serial).state == "handed_over", "the old card works until then"
    new = Delivery(
        application_id=renewal.application_id, state=card_life.CardState.DELIVERED, card_serial=serial_of_new
    )
    door.ask(HAND_OVER, over(new), sender=KATSUSHIKA)
    assert CardRow.objects.get(card_serial=serial).state == "ended"


def test_no_municipality_gets_at_another_ones_cards(door: Door) -> None:
    number = door.number_of(somebody())
    question = application(number)
    assert refusal(door, card_life.APPLY_FOR_CARD, question, YAO) is Reason.UNKNOWN_RECORD
    given = hand_in(door, question)
    produce()
    ids = QueryDeliveries(application_ids=(given.application_id,))
    (delivery,) = door.ask(QUERY_DELIVERIES, ids, sender=KATSUSHIKA).deliveries
    assert door.ask(QUERY_DELIVERIES, ids, sender=YAO).deliveries == ()
    collect = CollectCard(card_serial=delivery.card_serial or "")
    assert refusal(door, COLLECT_CARD, collect, YAO) is Reason.UNKNOWN_RECORD
    assert refusal(door, HAND_OVER, over(delivery), YAO) is Reason.UNKNOWN_RECORD
    assert refusal(door, HAND_OVER, over(delivery), "portal") is Reason.NOT_ENTITLED
    assert refusal(door, REQUEST_FORM, RequestForm(individual_number=number), YAO) is Reason.UNKNOWN_RECORD


def test_a_form_of_one_person_is_no_application_of_another(door: Door) -> None:
    one, other = door.number_of(somebody()), door.number_of(somebody())
    form = door.ask(REQUEST_FORM, RequestForm(individual_number=one), sender=KATSUSHIKA)
    taken = application(other, application_id=form.application_id)
    assert refusal(door, card_life.APPLY_FOR_CARD, taken) is Reason.UNKNOWN_RECORD
    mine = application(one, application_id=form.application_id)
    assert hand_in(door, mine).state is card_life.CardState.IN_PRODUCTION
    stolen = application(other, application_id=form.application_id)
    assert refusal(door, card_life.APPLY_FOR_CARD, stolen) is Reason.UNKNOWN_RECORD


def test_a_hand_over_in_the_future_or_of_a_card_that_is_not_made_is_refused(door: Door) -> None:
    delivery = made(door)
    later = over(delivery, handed_over_at=datetime.now(UTC) + timedelta(hours=1))
    assert refusal(door, HAND_OVER, later) is Reason.MALFORMED
    assert refusal(door, HAND_OVER, over(delivery, card_serial="0" * 15)) is Reason.UNKNOWN_RECORD


def test_a_photo_that_is_no_good_returns_the_application_and_a_better_one_goes_on(door: Door) -> None:
    number = door.number_of(somebody())
    question = application(number, photo=b"GIF89a")
    assert hand_in(door, question).state is card_life.CardState.RETURNED_TO_APPLICANT
    (delivery,) = door.ask(
        QUERY_DELIVERIES, QueryDeliveries(application_ids=(question.application_id,)), sender=KATSUSHIKA
    ).deliveries
    assert "JPEGかPNG" in delivery.detail
    assert produce() == 0
    worse = application(number, application_id=question.application_id, photo=b"\x89PNG\r\n\x1a\n")
    assert hand_in(door, worse).state is card_life.CardState.RETURNED_TO_APPLICANT
    better = application(number, application_id=question.application_id)
    assert hand_in(door, better).state is card_life.CardState.IN_PRODUCTION
    assert produce() == 1


def test_who_left_while_the_application_waited_gets_no_card(door: Door) -> None:
    attributes = somebody()
    resident = entry(attributes)
    (result,) = door.register(resident)
    question = application(result.individual_number or "")
    hand_in(door, question)
    door.register(moving_out(resident, YAO))
    assert produce() == 1
    assert Application.objects.get(application_id=question.application_id).state == "ended"
    assert not CardRow.objects.filter(application_id=question.application_id).exists()
    assert not ApplicationPhoto.objects.filter(application__application_id=question.application_id).exists()


def test_several_workers_make_each_card_once(door: Door, database: InstitutionDatabase) -> None:
    questions = [application(door.number_of(somebody())) for _ in range(4)]
    for question in questions:
        hand_in(door, question)
    ring, done = this_node().keyring, []

    def work() -> None:
        try:
            done.append(production.produce_all(ring, now=lambda: datetime.now(UTC)))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == len(questions)
    ids = [question.application_id for question in questions]
    assert CardRow.objects.filter(application_id__in=ids).count() == len(questions)
    assert not ProductionJob.objects.filter(application__application_id__in=ids).exists()


def test_a_place_that_somebody_works_on_is_passed_over_and_comes_back_when_he_dies(door: Door) -> None:
    question = application(door.number_of(somebody()))
    hand_in(door, question)
    results: list[int] = []
    with transaction.atomic():
        ProductionJob.objects.select_for_update().get(application__application_id=question.application_id)

        def work() -> None:
            try:
                results.append(produce())
            finally:
                connection.close()

        other = threading.Thread(target=work)
        other.start()
        other.join()
        assert results == [0]
        transaction.set_rollback(True)
    assert produce() == 1


def test_what_fails_waits_is_noted_and_leaves_nothing_half_made(door: Door) -> None:
    question = application(door.number_of(somebody()))
    hand_in(door, question)
    kept = ApplicationPhoto.objects.get(application__application_id=question.application_id)
    sealed = bytes(kept.sealed)
    kept.sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    kept.save()
    assert produce() == 1
    job = ProductionJob.objects.get(application__application_id=question.application_id)
    assert (job.attempts, job.problem) == (1, "CannotOpen")
    assert job.not_before > datetime.now(UTC)
    assert produce() == 0, "its time has not come"
    assert not CardRow.objects.filter(application_id=question.application_id).exists()
    kept.sealed = sealed
    kept.save()
    later = datetime.now(UTC) + production.LONGEST_WAIT
    assert production.produce_all(this_node().keyring, now=lambda: later) == 1
    assert Application.objects.get(application_id=question.application_id).state == "delivered"


def test_ids_that_were_never_given_are_left_out(door: Door) -> None:
    unknown = QueryDeliveries(application_ids=(new_id(),))
    assert door.ask(QUERY_DELIVERIES, unknown, sender=KATSUSHIKA).deliveries == ()
