"""The door for messages: who may send what, and what happens to messages that are not right."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from mynumber.foundation.envelope import CLOCK_SKEW
from mynumber.institutions.jlis.entitlement import ENTITLED, may_send
from mynumber.institutions.jlis.residents.models import LookUpRecord, Person
from mynumber.institutions.jlis.residents.numbering import draw
from mynumber.protocols.acquisition import (
    REQUEST_CODE_BY_CERTIFICATE,
    REQUEST_CODES,
    CodeRequest,
    CodeRequestByCertificate,
)
from mynumber.protocols.card_life import (
    APPLY_FOR_CARD,
    COLLECT_CARD,
    HAND_OVER,
    ISSUE_CERTIFICATE,
    QUERY_CARDS,
    QUERY_DELIVERIES,
    REPORT_FOUND,
    REPORT_LOSS,
    REQUEST_FORM,
    REQUEST_ORDER,
    RETURN_CARD,
    CollectCard,
    HandOver,
    IdentityCheck,
    IssueCertificate,
    OrderKind,
    QueryCards,
    QueryDeliveries,
    ReportFound,
    ReportLoss,
    RequestForm,
    RequestOrder,
    ReturnCard,
)
from mynumber.protocols.certification import (
    APPLY_FOR_PHONE,
    CHECK_STATUS,
    LATEST_ATTRIBUTES,
    LINK_SERIALS,
    QUERY_TRUST,
    REGISTER_CONSENT,
    WITHDRAW_CONSENT,
    ApplyForPhone,
    AttributeConsent,
    CertificateKind,
    LatestAttributesQuestion,
    Link,
    LinkQuestion,
    PhoneApplication,
    Purpose,
    RegisterConsent,
    StatusQuestion,
    TrustQuery,
    WithdrawConsent,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import (
    LOOK_UP,
    LOOK_UP_BY_NUMBER,
    REGISTER_RESIDENTS,
    LookUp,
    LookUpByNumber,
    RegisterResidents,
)
from mynumber.protocols.wire import MESSAGE_LIFETIME
from mynumber.webkit.access import Access, walk_routes
from mynumber.webkit.inbox.models import SeenMessage
from tests.institutions.jlis.cards.making import application
from tests.institutions.jlis.conftest import SYSTEMS
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, somebody

NUMBER = draw(1)[0].individual_number
NO_CARD = "0" * 15
NOW = datetime.now(UTC)
QUESTIONS: dict[Any, Any] = {
    REGISTER_RESIDENTS: RegisterResidents(entries=()),
    LOOK_UP: LookUp(attributes=()),
    LOOK_UP_BY_NUMBER: LookUpByNumber(individual_number=NUMBER),
    REQUEST_CODES: CodeRequest(items=()),
    REQUEST_CODE_BY_CERTIFICATE: CodeRequestByCertificate(number="a", certificate_serial="1"),
    QUERY_TRUST: TrustQuery(),
    REQUEST_FORM: RequestForm(individual_number=NUMBER),
    APPLY_FOR_CARD: application(NUMBER),
    QUERY_DELIVERIES: QueryDeliveries(),
    COLLECT_CARD: CollectCard(card_serial=NO_CARD),
    HAND_OVER: HandOver(card_serial=NO_CARD, check=IdentityCheck.OLD_CARD, handed_over_at=NOW),
    REQUEST_ORDER: RequestOrder(kind=OrderKind.CHANGE_FACE, card_serial=NO_CARD, sequence=0),
    ISSUE_CERTIFICATE: IssueCertificate(
        card_serial=NO_CARD, sequence=0, certificate=CertificateKind.SIGNATURE, public_key=b""
    ),
    REPORT_LOSS: ReportLoss(certificate_serial="1"),
    REPORT_FOUND: ReportFound(card_serial=NO_CARD, check=IdentityCheck.OLD_CARD),
    RETURN_CARD: ReturnCard(card_serial=NO_CARD),
    QUERY_CARDS: QueryCards(certificate_serial="1"),
    APPLY_FOR_PHONE: ApplyForPhone(
        application=PhoneApplication(
            device="電話", authentication_key=b"", signature_key=b"", applied_at=NOW
        ),
        certificate=b"",
        signature=bytes(32),
    ),
    CHECK_STATUS: StatusQuestion(purpose=Purpose.SIGNATURE, serials=("1",)),
    LINK_SERIALS: LinkQuestion(link=Link.SUCCESSOR, serial="1"),
    REGISTER_CONSENT: RegisterConsent(
        consent=AttributeConsent(
            verifier="x", verifier_name="x", purpose="x", given_at=NOW, valid_until=NOW + timedelta(days=1)
        ),
        certificate=b"",
        signature=bytes(32),
    ),
    WITHDRAW_CONSENT: WithdrawConsent(serial="1"),
    LATEST_ATTRIBUTES: LatestAttributesQuestion(serial="1"),
}
CITIES = frozenset({KATSUSHIKA, YAO})
PORTAL = frozenset({"portal"})
OTHERS = frozenset({"pension_service", "digital_agency"})
MAY_SEND: dict[Any, frozenset[str]] = {
    **dict.fromkeys(
        (REGISTER_RESIDENTS, REQUEST_FORM, APPLY_FOR_CARD, QUERY_DELIVERIES, COLLECT_CARD, HAND_OVER), CITIES
    ),
    **dict.fromkeys((REQUEST_ORDER, ISSUE_CERTIFICATE, REPORT_FOUND, RETURN_CARD), CITIES),
    **dict.fromkeys((REPORT_LOSS, QUERY_CARDS), CITIES | PORTAL),
    **dict.fromkeys((LOOK_UP, LOOK_UP_BY_NUMBER, REQUEST_CODES), CITIES | OTHERS),
    **dict.fromkeys((REQUEST_CODE_BY_CERTIFICATE, APPLY_FOR_PHONE), PORTAL),
    # Whether they are registered, and for what, is another question: see test_checks.
    **dict.fromkeys((QUERY_TRUST, CHECK_STATUS, LINK_SERIALS), CITIES | OTHERS | PORTAL),
    **dict.fromkeys((REGISTER_CONSENT, WITHDRAW_CONSENT, LATEST_ATTRIBUTES), CITIES | OTHERS | PORTAL),
}
NOT_IN_THE_TABLE = Refused(Hop.JLIS, Reason.NOT_ENTITLED).refusal
TRUST_SENDER = "portal"


@pytest.mark.parametrize("sender", SYSTEMS)
@pytest.mark.parametrize("message", QUESTIONS, ids=lambda message: message.name)
def test_a_kind_of_message_is_open_to_those_in_the_table_alone(door: Door, message: Any, sender: str) -> None:
    try:
        door.ask(message, QUESTIONS[message], sender=sender)
        refusal = None
    except Refused as refused:
        refusal = refused.refusal
    assert (refusal == NOT_IN_THE_TABLE) == (sender not in MAY_SEND[message])


def test_every_message_of_this_house_has_an_address_and_an_entitlement() -> None:
    marks = {route.pattern: route.mark for route in walk_routes("mynumber.institutions.jlis.urls")}
    assert None not in marks.values()
    addresses = {pattern for pattern, mark in marks.items() if mark and mark.access is Access.SIGNED_MESSAGE}
    kinds = set(ENTITLED)
    assert kinds == {message.name for message in QUESTIONS}
    # The institution's own address, and the one of a system of it.
    assert addresses == {f"{place}messages/{kind}" for kind in kinds for place in ("", "<str:system>/")}


def test_a_system_whose_name_only_begins_like_one_entitled_may_send_nothing() -> None:
    for system in ("municipality_2.131229", "portal2", "gateway.portal", "xportal", ""):
        assert not any(may_send(system, kind) for kind in ENTITLED)
    assert not may_send(KATSUSHIKA, "unknown.v1")


def test_a_message_has_its_effect_once(door: Door) -> None:
    outgoing = door.prepare(
        REGISTER_RESIDENTS, RegisterResidents(entries=(entry(somebody()),)), sender=KATSUSHIKA
    )
    door.deliver(outgoing)
    before = (Person.objects.count(), LookUpRecord.objects.count())
    with pytest.raises(Refused) as refused:
        door.deliver(outgoing)
    assert refused.value.refusal == Refused(Hop.JLIS, Reason.REPLAYED).refusal
    assert (Person.objects.count(), LookUpRecord.objects.count()) == before


@pytest.mark.parametrize("message", QUESTIONS, ids=lambda message: message.name)
def test_no_kind_of_message_is_taken_twice(door: Door, message: Any) -> None:
    sender = min(MAY_SEND[message])
    outgoing = door.prepare(message, QUESTIONS[message], sender=sender)
    try:
        door.deliver(outgoing)
    except Refused as refused:
        # Refused for its content: it had no effect, so it was not taken and is refused for the same again.
        first = refused.reason
    else:
        first = Reason.REPLAYED
    with pytest.raises(Refused) as again:
        door.deliver(outgoing)
    assert again.value.reason is first


def test_a_message_is_not_taken_again_at_another_address(door: Door) -> None:
    outgoing = door.prepare(QUERY_TRUST, TrustQuery(), sender=TRUST_SENDER)
    door.deliver(outgoing)
    answers = [
        door.post(f"/{system}{QUERY_TRUST.path}", outgoing.token) for system in ("jlis", "jlis.x", "network")
    ]
    assert [status for status, _ in answers] == [409, 400, 400]


def test_message_ids_are_forgotten_when_they_can_no_longer_be_used(door: Door) -> None:
    now = datetime.now(UTC)
    with transaction.atomic():
        SeenMessage.objects.create(sender="portal", message_id="old", expires_at=now - CLOCK_SKEW * 3)
        SeenMessage.objects.create(sender="portal", message_id="usable", expires_at=now + CLOCK_SKEW)
    door.ask(QUERY_TRUST, TrustQuery(), sender=TRUST_SENDER)
    kept = set(SeenMessage.objects.values_list("message_id", flat=True))
    assert "old" not in kept
    assert "usable" in kept


def test_a_message_for_another_receiver_is_refused(door: Door) -> None:
    outgoing = door.prepare(QUERY_TRUST, TrustQuery(), sender=TRUST_SENDER, receiver="network")
    status, body = door.post(QUERY_TRUST.path, outgoing.token)
    assert (status, body) == (400, b'{"refusal":{"hop":"jlis","reason":"wrong_audience","detail":""}}')


def test_a_message_of_another_kind_is_refused(door: Door) -> None:
    outgoing = door.prepare(LOOK_UP, LookUp(attributes=()), sender=KATSUSHIKA)
    _, body = door.post(REGISTER_RESIDENTS.path, outgoing.token)
    assert b'"wrong_kind"' in body


def test_a_message_altered_anywhere_is_refused(door: Door) -> None:
    outgoing = door.prepare(
        REGISTER_RESIDENTS, RegisterResidents(entries=(entry(somebody()),)), sender=KATSUSHIKA
    )
    before = Person.objects.count()
    for place in range(0, len(outgoing.token), 97):
        token = bytearray(outgoing.token)
        token[place] = ord("A") if token[place] != ord("A") else ord("B")
        status, body = door.post(outgoing.message.path, bytes(token))
        assert status in (400, 401)
        assert b'"hop":"jlis"' in body
    assert Person.objects.count() == before
    assert door.deliver(outgoing).results  # the message itself was good


def test_keys_that_the_directory_does_not_list_are_refused(door: Door) -> None:
    impostor = door.systems.impostor(KATSUSHIKA)
    outgoing = door.prepare(LOOK_UP, LookUp(attributes=()), sender=KATSUSHIKA, node=impostor)
    status, body = door.post(LOOK_UP.path, outgoing.token)
    assert (status, b'"unknown_key"' in body) == (401, True)


@pytest.mark.parametrize(
    ("shift", "reason"),
    [(-(MESSAGE_LIFETIME + CLOCK_SKEW * 2), b"expired"), (CLOCK_SKEW * 2, b"not_yet_valid")],
    ids=["too old", "from the future"],
)
def test_a_message_of_another_time_is_refused(door: Door, shift: timedelta, reason: bytes) -> None:
    outgoing = door.prepare(QUERY_TRUST, TrustQuery(), sender=TRUST_SENDER, now=datetime.now(UTC) + shift)
    _, body = door.post(QUERY_TRUST.path, outgoing.token)
    assert reason in body


@pytest.mark.parametrize("body", [b"", b".", b"..", b"{}", b"\xff\xfe", b"a.b.c"])
def test_bytes_that_are_no_message_are_refused(door: Door, body: bytes) -> None:
    status, answer = door.post(LOOK_UP.path, body)
    assert (status, b'"malformed"' in answer) == (400, True)


def test_a_body_over_the_limit_is_refused_unread(door: Door) -> None:
    status, answer = door.post(LOOK_UP_BY_NUMBER.path, b"a" * (LOOK_UP_BY_NUMBER.max_bytes + 1))
    assert (status, b'"too_large"' in answer) == (413, True)


def test_messages_are_posted(door: Door) -> None:
    assert door.client.get(LOOK_UP.path).status_code == 405


def test_the_log_says_what_happened_and_to_nobody(door: Door) -> None:
    person = somebody()
    written = io.StringIO()
    with redirect_stdout(written):
        (result,) = door.register(entry(person))
        door.ask(LOOK_UP, LookUp(attributes=(person,)), sender="pension_service")
        with pytest.raises(Refused):
            door.ask(QUERY_TRUST, TrustQuery(), sender="pension_service")
        with pytest.raises(Refused):
            door.register(entry(somebody(sex="7")))
    text = written.getvalue()
    assert '"outcome":"answered"' in text
    assert '"outcome":"not_entitled"' in text
    assert '"outcome":"malformed"' in text
    for secret in (
        result.individual_number,
        result.resident_code,
        result.addressee,
        person.name,
        person.address,
        "1990-04-01",
    ):
        assert secret is not None
        assert secret not in text
