"""Procedures at the counter and the kiosk with a real card at the other end: every step, in order and out of order, broken off and begun again."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest
from cryptography import x509
from django.db import connection
from django.test import Client
from django.utils import timezone

from mynumber.foundation.pki import serial_text
from mynumber.foundation.smartcard import PIN_RULES, JpkiClient, KeyName, Pin, PinName, TextClient
from mynumber.institutions.municipality.counter import desk, sessions, stock
from mynumber.institutions.municipality.counter.models import (
    CardApplication,
    CounterRecord,
    ProcedureKind,
    ReaderCode,
    ReaderEntry,
    ReaderSession,
    SafeCard,
    SessionState,
)
from mynumber.institutions.municipality.counter.procedures import ALL_PINS, Wanted
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import card_life
from mynumber.protocols.card_life import (
    REPORT_LOSS,
    ApplicationReason,
    CardStanding,
    IdentityCheck,
    ReportLoss,
)
from mynumber.protocols.card_reader import (
    CardPlaced,
    CardRemoved,
    CardTaken,
    EnterPin,
    Finished,
    PinEntered,
    PinOutcome,
    TakeCard,
    Task,
    Transmit,
    Transmitted,
)
from mynumber.protocols.certification import CertificateKind
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY
from tests.institutions.municipality.counter.conftest import run
from tests.institutions.municipality.counter.device import Device, StepRefused
from tests.support.directory import NOWHERE
from tests.support.exchange import Exchange

pytestmark = pytest.mark.usefixtures("towns")
SEEN = IdentityCheck.ONE_WITH_PHOTO
_skip = itertools.count(20)


def adult() -> int:
    """A resident of the city whom no other test uses."""
    with acting_as(CITY):
        people = Person.objects.filter(
            persona="", moved_out=None, died_on=None, birth__lt="2000-01-01", card_applications=None
        )
        return people.order_by("pk").values_list("pk", flat=True)[next(_skip)]


def person_of(key: int) -> Person:
    return Person.objects.get(pk=key)


def apply(key: int, **changes: bool) -> CardApplication:
    with acting_as(CITY):
        return stock.apply(
            person_of(key),
            stock.placeholder_photo("anybody"),
            reason=ApplicationReason.FIRST,
            signature_certificate=changes.get("signature_certificate", True),
            clerk=None,
            at=timezone.now(),
        )


def arrived(key: int, **changes: bool) -> CardApplication:
    """An application whose card lies in the safe."""
    application = apply(key, **changes)
    until = timezone.now() + timedelta(minutes=1)
    while timezone.now() < until:
        stock.look_for_arrivals(CITY, now=timezone.now(), only=(application.application_id,))
        with acting_as(CITY):
            application.refresh_from_db()
            if stock.is_in_safe(application):
                return application
    raise AssertionError("the factory made no card")


def begin(
    kind: ProcedureKind, key: int | None, application: CardApplication | None = None, **wanted: object
) -> str:
    """Open a session in the city; its code."""
    given: dict[str, object] = {"check": SEEN if key else None, **wanted}
    with acting_as(CITY):
        card = None if key is None else desk.look(person_of(key))
        serial = "" if card is None else _serial(kind, card)
        opened = sessions.open_session(
            kind,
            Wanted(**given),  # type: ignore[arg-type]  # the tests name its fields
            person=None if key is None else person_of(key),
            application=application,
            card_serial=serial,
            clerk=None,
            at=timezone.now(),
        )
    return opened.code


def _serial(kind: ProcedureKind, found: desk.Desk) -> str:
    card = found.delivered if kind is ProcedureKind.HAND_OVER else found.card
    assert card is not None
    assert card.card_serial is not None
    return card.card_serial


def hand_over(key: int, application: CardApplication) -> str:
    pins = (
        ALL_PINS
        if application.signature_certificate
        else tuple(p for p in ALL_PINS if p is not card_life.PinName.SIGNATURE)
    )
    return begin(ProcedureKind.HAND_OVER, key, application, pins=pins)


@dataclass(slots=True)
class Holder:
    """Somebody with a card in use."""

    key: int
    device: Device

    @property
    def standing(self) -> CardStanding:
        with acting_as(CITY):
            card = desk.look(person_of(self.key)).card
        assert card is not None
        return card

    def certificate(self, kind: CertificateKind) -> tuple[str, str]:
        """Serial number and state of the newest of a kind."""
        newest = max(
            (c for c in self.standing.certificates if c.kind is kind),
            key=lambda c: (c.state.value == "good", c.expires_on),
        )
        return newest.serial, newest.state.value


@pytest.fixture
def holder() -> Holder:
    key = adult()
    device = Device()
    application = arrived(key)
    assert done(device.use(hand_over(key, application)))
    device.number = 0
    device.tasks.clear()
    return Holder(key, device)


def done(task: Task) -> bool:
    assert isinstance(task, Finished), task
    return task.done


def words(task: Task) -> str:
    assert isinstance(task, Finished), task
    assert not task.done
    return task.words


def session_of(code: str) -> ReaderSession:
    with acting_as(CITY):
        return ReaderSession.objects.get(code_digest=sessions._digest(code))


@pytest.fixture(autouse=True)
def _nothing_goes_on() -> Iterator[None]:
    yield
    with acting_as(CITY):
        for session in ReaderSession.objects.filter(state__in=("waiting", "working")):
            sessions.cancel(session, at=timezone.now())


# --- hand-over --------------------------------------------------------------------------------------------------


def test_a_card_is_handed_over_with_pins_that_nobody_else_learns(
    database: InstitutionDatabase, jlis_database: InstitutionDatabase
) -> None:
    key = adult()
    application = arrived(key)
    code = hand_over(key, application)
    device = Device()
    assert done(device.use(code))
    assert [task.pin for task in device.tasks if isinstance(task, EnterPin)] == list(ALL_PINS)
    assert all(device.knows(which, device.pins[which]) for which in PinName)
    with acting_as(CITY):
        application.refresh_from_db()
        standing = desk.look(person_of(key)).card
        assert not SafeCard.objects.filter(application=application).exists()
        assert not ReaderEntry.objects.exists(), "the course is forgotten"
        session = ReaderSession.objects.get(application=application)
        events = list(
            CounterRecord.objects.filter(person_id=key).order_by("pk").values_list("event", "identity_check")
        )
    assert (application.state, session.state, bytes(session.code_sealed)) == ("handed_over", "done", b"")
    assert events == [("applied", ""), ("arrived", ""), ("taken", ""), ("handed_over", SEEN.value)]
    assert standing is not None
    assert {c.state.value for c in standing.certificates} == {"good"}
    with psycopg.connect(jlis_database.owner_url) as jlis:
        left = jlis.execute(
            "SELECT count(*) FROM jlis_cards_finishedcard WHERE card_serial = %s", [application.card_serial]
        ).fetchone()
    assert left == (0,)


def test_a_card_without_a_signature_certificate_has_one_pin_less() -> None:
    key = adult()
    application = arrived(key, signature_certificate=False)
    device = Device()
    assert done(device.use(hand_over(key, application)))
    assert len([task for task in device.tasks if isinstance(task, EnterPin)]) == 3


def test_every_step_that_is_sent_again_gets_the_same_task_again() -> None:
    key = adult()
    application = arrived(key)
    code = hand_over(key, application)
    device = Device()
    reply: object = CardPlaced(present=False)
    for number in itertools.count():
        first = device.send(code, reply, number=number)  # type: ignore[arg-type]  # a reply
        again = device.send(code, reply, number=number)  # type: ignore[arg-type]  # a reply
        assert first == again
        if isinstance(first, Finished):
            assert first.done
            break
        reply = device.do(first)


def test_a_broken_hand_over_goes_on_with_the_card_that_the_device_has() -> None:
    key = adult()
    application = arrived(key)
    device = Device()
    code = hand_over(key, application)
    task = device.use(code, until=EnterPin)
    assert isinstance(task, EnterPin)
    assert "取りやめました" in words(device.send(code, CardRemoved()))
    with acting_as(CITY):
        application.refresh_from_db()
        assert application.taken_at is not None
    device.number = 0
    device.tasks.clear()
    assert done(device.use(hand_over(key, application)))
    assert not any(isinstance(task, TakeCard) for task in device.tasks)


def test_a_card_that_the_device_has_already_is_not_given_twice() -> None:
    key = adult()
    application = arrived(key)
    device = Device()
    code = hand_over(key, application)
    device.use(code, until=EnterPin)
    device.send(code, CardRemoved())
    other = Device()
    assert "もう窓口にありません" in words(other.use(hand_over(key, application)))
    stock.collect(CITY, application.pk, now=timezone.now())
    assert done(Device().use(hand_over(key, application))), "a device that lost it gets it from J-LIS again"


def test_cancelling_a_pin_ends_the_procedure_and_nothing_counts() -> None:
    key = adult()
    application = arrived(key)
    device = Device()
    code = hand_over(key, application)
    device.use(code, until=EnterPin)
    ended = device.send(code, PinEntered(outcome=PinOutcome.CANCELLED, tries_left=0))
    assert "取りやめました" in words(ended)
    with acting_as(CITY):
        waiting = desk.look(person_of(key)).delivered
    assert waiting is not None
    assert {c.state.value for c in waiting.certificates} == {"suspended"}


@pytest.mark.thorough
def test_a_device_that_only_says_it_set_the_pins_is_not_believed() -> None:
    key = adult()
    application = arrived(key)
    device = Device()
    code = hand_over(key, application)
    task: Task = device.use(code, until=EnterPin)
    while isinstance(task, EnterPin):
        task = device.send(code, PinEntered(outcome=PinOutcome.DONE, tries_left=3))
    assert "設定されていません" in words(device.go_on(code, task))


# --- a card in use ----------------------------------------------------------------------------------------------


def test_a_forgotten_pin_is_set_anew(holder: Holder) -> None:
    holder.device.block(PinName.AUTHENTICATION)
    holder.device.pins = {**holder.device.pins, PinName.AUTHENTICATION: "4321"}
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.AUTHENTICATION,))
    assert done(holder.device.use(code))
    assert holder.device.knows(PinName.AUTHENTICATION, "4321")
    assert holder.device.knows(PinName.SIGNATURE, "ABC123")


@pytest.mark.thorough
def test_another_card_on_the_reader_is_left_alone(holder: Holder) -> None:
    key = adult()
    other = Device()
    assert done(other.use(hand_over(key, arrived(key))))
    other.number = 0
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.AUTHENTICATION,))
    assert "別のカード" in words(other.use(code))
    assert other.knows(PinName.AUTHENTICATION, "1234")


@pytest.mark.thorough
def test_no_card_on_the_reader_is_said_so(holder: Holder) -> None:
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    assert "選ばれていません" in words(Device().use(code))


def test_a_changed_address_revokes_the_signature_alone_and_is_written_to_the_card(holder: Holder) -> None:
    before, _ = holder.certificate(CertificateKind.SIGNATURE)
    with acting_as(CITY):
        Person.objects.filter(pk=holder.key).update(persona="moving")
    assert "通知しました" in run("change_resident", CITY, "--persona=moving", "--address=亀有三丁目1番1号")
    with acting_as(CITY):
        Person.objects.filter(pk=holder.key).update(persona="")
    assert holder.certificate(CertificateKind.SIGNATURE) == (before, "revoked")
    assert holder.certificate(CertificateKind.AUTHENTICATION)[1] == "good"
    assert not is_current(holder)
    code = begin(ProcedureKind.CHANGE_FACE, holder.key, certificates=(CertificateKind.SIGNATURE,))
    assert done(holder.device.use(code))
    assert is_current(holder)
    after, state = holder.certificate(CertificateKind.SIGNATURE)
    assert (after != before, state) == (True, "good")
    assert holder.device.card is not None
    text = TextClient(holder.device.card)
    text.select()
    text.verify_pin(_pin(holder, PinName.TEXT_SUPPORT))
    assert "亀有三丁目" in text.read_attributes().address
    assert holder.device.knows(PinName.SIGNATURE, "ABC123"), "the PIN stays what it was"


def is_current(holder: Holder) -> bool:
    return holder.standing.face_is_current


def _pin(holder: Holder, which: PinName) -> Pin:
    return Pin.parse(holder.device.pins[which], PIN_RULES[which])


@pytest.mark.thorough
def test_a_renewal_that_is_too_early_is_refused_with_words(holder: Holder) -> None:
    code = begin(ProcedureKind.RENEW, holder.key, certificates=(CertificateKind.AUTHENTICATION,))
    assert "認められていません" in words(holder.device.use(code))
    assert holder.certificate(CertificateKind.AUTHENTICATION)[1] == "good"


def test_a_renewal_in_time_gives_both_certificates_anew_on_the_same_card(
    holder: Holder, jlis_database: InstitutionDatabase
) -> None:
    """As if their last three months had begun."""
    serial = holder.standing.card_serial
    with psycopg.connect(jlis_database.owner_url) as jlis:
        jlis.execute("ALTER TABLE jlis_certification_certificate DISABLE TRIGGER USER")
        jlis.execute(
            "UPDATE jlis_certification_certificate SET not_after = now() + interval '60 days' WHERE card_id = "
            "(SELECT id FROM jlis_certification_card WHERE card_serial = %s)",
            [serial],
        )
        jlis.execute("ALTER TABLE jlis_certification_certificate ENABLE TRIGGER USER")
    kinds = (CertificateKind.AUTHENTICATION, CertificateKind.SIGNATURE)
    before = {kind: holder.certificate(kind)[0] for kind in kinds}
    assert done(holder.device.use(begin(ProcedureKind.RENEW, holder.key, certificates=kinds)))
    after = {kind: holder.certificate(kind) for kind in kinds}
    assert all(state == "good" and number != before[kind] for kind, (number, state) in after.items())
    assert holder.standing.card_serial == serial
    assert holder.device.card is not None
    client = JpkiClient(holder.device.card)
    client.select()
    on_card = x509.load_der_x509_certificate(client.read_certificate())
    assert serial_text(on_card.serial_number) == after[CertificateKind.AUTHENTICATION][0]
    assert holder.device.knows(PinName.SIGNATURE, "ABC123"), "the PINs stay what they were"


def test_the_signature_certificate_goes_and_comes_back_with_a_new_pin(holder: Holder) -> None:
    assert done(holder.device.use(begin(ProcedureKind.REMOVE_SIGNATURE, holder.key)))
    assert holder.certificate(CertificateKind.SIGNATURE)[1] == "revoked"
    client = JpkiClient(holder.device.card)  # type: ignore[arg-type]  # it has one
    client.select()
    assert client.certificates_present() == {KeyName.AUTHENTICATION}
    holder.device.number = 0
    holder.device.pins = {**holder.device.pins, PinName.SIGNATURE: "NEW456"}
    code = begin(ProcedureKind.RENEW, holder.key, certificates=(CertificateKind.SIGNATURE,))
    assert done(holder.device.use(code))
    assert holder.certificate(CertificateKind.SIGNATURE)[1] == "good"
    assert holder.device.knows(PinName.SIGNATURE, "NEW456")


def test_a_lost_card_takes_no_orders(holder: Holder) -> None:
    ask_jlis(CITY, REPORT_LOSS, ReportLoss(card_serial=holder.standing.card_serial))
    with acting_as(CITY):
        opened = sessions.open_session(
            ProcedureKind.SET_PINS,
            Wanted(pins=(card_life.PinName.JUKI,), check=SEEN),
            person=person_of(holder.key),
            card_serial=holder.standing.card_serial or "",
            clerk=None,
            at=timezone.now(),
        )
    assert "認められていません" in words(holder.device.use(opened.code))


# --- the kiosk --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("forgotten", "new"), [(PinName.AUTHENTICATION, "4321"), (PinName.SIGNATURE, "XYZ789")]
)
def test_the_kiosk_sets_one_pin_by_the_other(holder: Holder, forgotten: PinName, new: str) -> None:
    holder.device.block(forgotten)
    holder.device.pins = {**holder.device.pins, forgotten: new}
    code = begin(ProcedureKind.KIOSK_PINS, None, pins=(card_life.PinName(forgotten.value),))
    assert done(holder.device.use(code))
    assert holder.device.knows(forgotten, new)
    with acting_as(CITY):
        record = CounterRecord.objects.filter(clerk=None, person=None).latest("pk")
    assert "キオスク" in record.detail


@pytest.mark.thorough
def test_the_kiosk_does_nothing_when_both_pins_are_blocked(holder: Holder) -> None:
    holder.device.block(PinName.AUTHENTICATION)
    holder.device.block(PinName.SIGNATURE)
    code = begin(ProcedureKind.KIOSK_PINS, None, pins=(card_life.PinName.AUTHENTICATION,))
    assert "窓口" in words(holder.device.use(code))
    assert not any(isinstance(task, EnterPin) for task in holder.device.tasks)


@pytest.mark.thorough
def test_the_kiosk_does_nothing_for_somebody_who_does_not_know_the_other_pin(holder: Holder) -> None:
    holder.device.pins = {**holder.device.pins, PinName.SIGNATURE: "WRONG9"}
    code = begin(ProcedureKind.KIOSK_PINS, None, pins=(card_life.PinName.AUTHENTICATION,))
    assert "使えなくなりました" in words(holder.device.use(code))
    assert holder.device.knows(PinName.AUTHENTICATION, "1234")


@pytest.mark.thorough
def test_the_kiosk_cannot_be_lied_to_about_the_other_pin(holder: Holder) -> None:
    """A device that says the PIN was right without entering it: the card does not sign, J-LIS orders nothing."""
    code = begin(ProcedureKind.KIOSK_PINS, None, pins=(card_life.PinName.AUTHENTICATION,))
    holder.device.use(code, until=EnterPin)
    lie = PinEntered(outcome=PinOutcome.DONE, tries_left=5)
    task = holder.device.send(code, lie)
    ended = task if isinstance(task, Finished) else holder.device.go_on(code, task)
    assert not done(ended)
    assert holder.device.knows(PinName.AUTHENTICATION, "1234")


@pytest.mark.thorough
def test_a_kiosk_serves_no_card_that_was_reported_lost(holder: Holder) -> None:
    ask_jlis(CITY, REPORT_LOSS, ReportLoss(card_serial=holder.standing.card_serial))
    code = begin(ProcedureKind.KIOSK_PINS, None, pins=(card_life.PinName.AUTHENTICATION,))
    assert "認められていません" in words(holder.device.use(code))


# --- steps, codes, clerks ---------------------------------------------------------------------------------------


def refused(device: Device, code: str, reply: object, number: int) -> str:
    with pytest.raises(StepRefused) as caught:
        device.send(code, reply, number=number)  # type: ignore[arg-type]  # any reply
    return caught.value.reason


def test_steps_out_of_order_and_replies_to_something_else_are_refused(holder: Holder) -> None:
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    device = holder.device
    assert refused(device, code, Transmitted(responses=(b"\x90\x00",)), 0) == "malformed"
    assert refused(device, code, CardPlaced(present=True), 1) == "already_answered"
    assert refused(device, code, CardPlaced(present=True), 5) == "already_answered"
    task = device.send(code, CardPlaced(present=True))
    assert isinstance(task, Transmit)
    for reply in (
        CardPlaced(present=True),
        CardTaken(id="x"),
        PinEntered(outcome=PinOutcome.DONE, tries_left=3),
        Transmitted(responses=()),
        Transmitted(responses=(b"\x90\x00",) * (len(task.commands) + 1)),
        Transmitted(responses=(b"\x90\x00",)),
        Transmitted(responses=(b"\x90",) * len(task.commands)),
    ):
        assert refused(device, code, reply, 1) == "malformed"
    assert refused(device, code, device.do(task), 2) == "already_answered"
    following = device.send(code, device.do(task), number=1)
    assert not isinstance(following, Finished)
    assert refused(device, code, CardPlaced(present=True), 0) == "already_answered", "a second device"


@pytest.mark.thorough
def test_a_card_that_answers_nonsense_ends_the_procedure(holder: Holder) -> None:
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    task = holder.device.send(code, CardPlaced(present=True))
    assert isinstance(task, Transmit)
    nonsense = Transmitted(responses=tuple(b"\xff\xff\x90\x00" for _ in task.commands))
    assert "正しく応答しません" in words(holder.device.send(code, nonsense))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"code":"1","number":0,"reply":{"type":"card_placed","present":true}}',
        b'{"code":"1234567890","number":-1,"reply":{"type":"card_placed","present":true}}',
        b'{"code":"1234567890","number":0,"reply":{"type":"unknown"}}',
        b'{"code":"1234567890","number":0,"reply":{"type":"card_placed","present":true},"x":1}',
        b" " * (2 * 1024 * 1024 + 1),
    ],
)
def test_what_is_no_step_is_refused_and_not_repeated(body: bytes) -> None:
    with pytest.raises(StepRefused) as caught:
        Device().post(body)
    assert (caught.value.reason, caught.value.status) == ("malformed", 400)


def test_a_code_that_nobody_gave_leads_nowhere() -> None:
    assert refused(Device(), "012345678901", CardPlaced(present=True), 0) == "unknown_request"


def test_a_code_is_over_after_a_while_and_after_too_many_steps(holder: Holder) -> None:
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    with acting_as(CITY):
        ReaderSession.objects.update(expires_at=timezone.now())
    assert refused(holder.device, code, CardPlaced(present=True), 0) == "expired"
    assert session_of(code).state == SessionState.EXPIRED
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    with acting_as(CITY):
        ReaderSession.objects.filter(pk=session_of(code).pk).update(requests=sessions.MOST_REQUESTS)
    assert refused(holder.device, code, CardPlaced(present=True), 0) == "expired"


def test_two_clerks_do_not_work_on_one_card(holder: Holder) -> None:
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    with pytest.raises(sessions.AlreadyOpen):
        begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    with acting_as(CITY):
        sessions.cancel(session_of(code), at=timezone.now())
    assert "取りやめました" in words(holder.device.send(code, CardPlaced(present=True)))
    assert begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))


@pytest.mark.thorough
def test_the_same_step_at_the_same_time_is_done_once(holder: Holder) -> None:
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    answers: list[Task] = []

    def send() -> None:
        try:
            answers.append(Device(number=0).send(code, CardPlaced(present=True)))
        finally:
            connection.close()

    devices = [threading.Thread(target=send) for _ in range(4)]
    for device in devices:
        device.start()
    for device in devices:
        device.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert session_of(code).number == 1


def test_a_step_that_jlis_did_not_answer_may_be_sent_again(holder: Holder, exchange: Exchange) -> None:
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    task = holder.device.send(code, CardPlaced(present=True))
    reply = holder.device.do(task)
    here = exchange.systems.node("municipality").directory.system("jlis").url
    exchange.systems.moved({"jlis": NOWHERE})
    try:
        this_node.cache_clear()
        assert refused(holder.device, code, reply, 1) == "unreachable"
        assert refused(holder.device, code, reply, 1) == "unreachable"
    finally:
        exchange.systems.moved({"jlis": here})
        this_node.cache_clear()
    following = holder.device.send(code, reply, number=1)
    assert done(holder.device.go_on(code, following))


@pytest.mark.thorough
def test_a_restart_in_the_middle_loses_nothing(holder: Holder) -> None:
    """Between two steps nothing is in memory: every connection is dropped, as by a new process."""
    code = begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    task = holder.device.send(code, CardPlaced(present=True))
    while not isinstance(task, Finished):
        reply = holder.device.do(task)
        connection.close()
        holder.device.client = Client(headers={"host": "127.0.0.1"})
        task = holder.device.send(code, reply)
    assert task.done


def test_a_town_knows_no_code_of_another_town(database: InstitutionDatabase, holder: Holder) -> None:
    begin(ProcedureKind.SET_PINS, holder.key, pins=(card_life.PinName.JUKI,))
    with acting_as(FORMER_CITY):
        assert not ReaderCode.objects.exists()
        assert not ReaderSession.objects.exists()
    with psycopg.connect(database.tenant_urls[FORMER_CITY]) as other:
        assert other.execute("SELECT count(*) FROM municipality_counter_readercode").fetchone() == (0,)
    with psycopg.connect(database.url) as application:
        assert application.execute("SELECT count(*) FROM municipality_counter_readersession").fetchone() == (
            0,
        )


def test_the_record_of_the_counter_is_not_rewritten(database: InstitutionDatabase, holder: Holder) -> None:
    with psycopg.connect(database.tenant_urls[CITY]) as town:
        for statement in (
            "UPDATE municipality_counter_counterrecord SET event = 'found'",
            "DELETE FROM municipality_counter_counterrecord",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                town.execute(statement)
            town.rollback()
