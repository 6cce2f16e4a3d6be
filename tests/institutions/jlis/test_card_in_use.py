"""A card from hand-over to its end, and what the register does to its certificates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from mynumber.foundation.pki import JAPAN, read_signature_holder
from mynumber.foundation.smartcard import KeyName, PinName
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.protocols.card_life import (
    QUERY_CARDS,
    REPORT_FOUND,
    REPORT_LOSS,
    RETURN_CARD,
    ApplicationReason,
    CardStanding,
    QueryCards,
    ReportFound,
    ReportLoss,
    ReturnCard,
)
from mynumber.protocols.certification import CertificateKind, CertificateState
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import (
    AT_COUNTER,
    Holder,
    card_on_the_way,
    hand_over,
    holder_of_card,
    next_card,
)
from tests.institutions.jlis.people import KATSUSHIKA, YAO, entry, in_yao, moving_out, somebody

GOOD = ("good", None)


def lose(holder: Holder, *, sender: str = KATSUSHIKA) -> CardStanding:
    return holder.door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=sender)


def find(holder: Holder) -> CardStanding:
    question = ReportFound(card_serial=holder.serial, check=AT_COUNTER)
    return holder.door.ask(REPORT_FOUND, question, sender=KATSUSHIKA)


def standing(holder: Holder) -> CardStanding:
    question = QueryCards(individual_number=holder.number)
    return holder.door.ask(QUERY_CARDS, question, sender=KATSUSHIKA).cards[0]


def today() -> date:
    return datetime.now(JAPAN).date()


# --- hand-over ----------------------------------------------------------------------------------------------


def test_certificates_count_from_the_hand_over(door: Door) -> None:
    holder = card_on_the_way(door)
    assert set(holder.states().values()) == {("suspended", "not_handed_over")}
    hand_over(holder)
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}
    attributes = read_signature_holder(holder.certificate(KeyName.SIGNATURE))
    assert attributes.name == holder.record.attributes.name


def test_a_child_gets_a_card_that_signs_nothing(door: Door) -> None:
    birth = today().replace(day=1) - timedelta(days=14 * 365)
    holder = card_on_the_way(door, somebody(birth_date=birth))
    assert set(holder.states()) == {"authentication"}


def test_a_new_card_ends_the_old_one_when_it_is_handed_over_and_not_before(door: Door) -> None:
    holder = holder_of_card(door)
    old_serial, old_certificate = holder.serial, holder.serial_of()
    next_card(holder, reason=ApplicationReason.DAMAGED)
    assert Certificate.objects.get(serial=old_certificate).state == "good"
    hand_over(holder)
    old = Certificate.objects.get(serial=old_certificate)
    assert (old.state, old.reason) == ("revoked", "superseded")
    assert Card.objects.get(card_serial=old_serial).state == "ended"
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}
    new = Certificate.objects.get(serial=holder.serial_of())
    assert new.replaces == old


# --- the register -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "架空　改名"},
        {"address": "東京都葛飾区金町9丁目9番9号"},
        {"birth_date": date(1990, 4, 2)},
        {"sex": "1"},
    ],
    ids=["name", "address", "birth", "sex"],
)
def test_a_changed_attribute_ends_the_signature_certificate_and_leaves_authentication(
    door: Door, changes: dict[str, object]
) -> None:
    holder = holder_of_card(door)
    assert standing(holder).face_is_current
    attributes = msgspec.structs.replace(holder.record.attributes, **changes)
    holder.enter(msgspec.structs.replace(holder.record, attributes=attributes))
    assert holder.states() == {
        "authentication": GOOD,
        "signature": ("revoked", "attributes_changed"),
    }
    assert not standing(holder).face_is_current


def test_a_former_name_is_part_of_the_name(door: Door) -> None:
    holder = holder_of_card(door)
    holder.enter(msgspec.structs.replace(holder.record, former_name="仮想"))
    assert holder.states()["signature"] == ("revoked", "attributes_changed")
    holder.renew(CertificateKind.SIGNATURE)
    family, given = holder.record.attributes.name.split("　")
    assert read_signature_holder(holder.certificate(KeyName.SIGNATURE)).name == f"{family}［仮想］　{given}"


def test_a_record_that_says_the_same_ends_nothing(door: Door) -> None:
    holder = holder_of_card(door)
    holder.enter(msgspec.structs.replace(holder.record, name_kana="カクウ　ハナコオ"))
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}


def test_a_move_within_the_country_ends_the_signature_certificate_when_the_person_arrives(door: Door) -> None:
    holder = holder_of_card(door)
    old = holder.record.attributes
    holder.enter(moving_out(holder.record))
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}
    door.register(entry(in_yao(old), moved_from=old), sender=YAO)
    assert holder.states() == {"authentication": GOOD, "signature": ("revoked", "attributes_changed")}
    # The city they live in now writes the card.
    holder.municipality = YAO
    issued = holder.renew(CertificateKind.SIGNATURE)
    row = Certificate.objects.get(serial=issued.serial)
    assert (row.municipality_code, row.issued_through) == ("272124", YAO)


def test_with_a_death_everything_ends(door: Door) -> None:
    holder = holder_of_card(door)
    holder.enter(msgspec.structs.replace(holder.record, died_on=today()))
    assert holder.states() == {
        "authentication": ("revoked", "died"),
        "signature": ("revoked", "died"),
    }
    assert (holder.row.state, holder.person.status) == ("ended", "removed")
    with pytest.raises(Refused) as refused:
        holder.set_pin(PinName.AUTHENTICATION, "1111")
    assert refused.value.reason is Reason.NOT_ENTITLED


def test_a_death_after_a_loss_ends_what_was_suspended(door: Door) -> None:
    holder = holder_of_card(door)
    lose(holder)
    holder.enter(msgspec.structs.replace(holder.record, died_on=today()))
    assert set(holder.states().values()) == {("revoked", "died")}
    with pytest.raises(Refused) as refused:
        find(holder)
    assert refused.value.refusal == Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the card has ended").refusal
    assert set(holder.states().values()) == {("revoked", "died")}


def test_a_death_ends_a_card_that_was_never_fetched(door: Door) -> None:
    holder = card_on_the_way(door)
    holder.enter(msgspec.structs.replace(holder.record, died_on=today()))
    assert holder.row.state == "ended"
    assert set(holder.states().values()) == {("revoked", "died")}


@pytest.mark.parametrize("days", [-1, 40_000])
def test_nobody_dies_in_the_future_or_before_birth(door: Door, days: int) -> None:
    with pytest.raises(Refused) as refused:
        door.register(entry(somebody(), died_on=today() - timedelta(days=days)))
    assert refused.value.reason is Reason.MALFORMED


def test_a_move_abroad_leaves_card_and_authentication(door: Door) -> None:
    holder = holder_of_card(door)
    yesterday = today() - timedelta(days=1)
    holder.enter(msgspec.structs.replace(holder.record, moved_out_on=yesterday, moved_abroad=True))
    assert holder.row.state == "handed_over"
    assert holder.states() == {"authentication": GOOD, "signature": ("revoked", "left")}
    # The last municipality issues another, whose address says so.
    holder.renew(CertificateKind.SIGNATURE)
    address = read_signature_holder(holder.certificate(KeyName.SIGNATURE)).address
    assert address.startswith("国外転出")
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}


def test_a_move_abroad_that_is_planned_changes_nothing_yet(door: Door) -> None:
    holder = holder_of_card(door)
    tomorrow = today() + timedelta(days=1)
    holder.enter(msgspec.structs.replace(holder.record, moved_out_on=tomorrow, moved_abroad=True))
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}


@pytest.mark.parametrize(
    "changes",
    [{"moved_abroad": True}, {"moved_abroad": True, "moved_out_to": YAO, "moved_out_on": date(2026, 3, 1)}],
)
def test_a_move_abroad_has_a_day_and_goes_to_no_city(door: Door, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        door.register(entry(somebody(), **changes))
    assert refused.value.reason is Reason.MALFORMED


# --- loss, finding, return ------------------------------------------------------------------------------------


def test_a_lost_card_rests_until_it_is_found(door: Door) -> None:
    holder = holder_of_card(door)
    told = lose(holder)
    assert told.state == "suspended"
    assert {(c.state, c.reason) for c in told.certificates} == {(CertificateState.SUSPENDED, "紛失の届出")}
    assert lose(holder) == told  # reported twice
    assert find(holder).state == "handed_over"
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}
    assert find(holder).state == "handed_over"


def test_a_holder_reports_a_loss_in_the_portal_by_the_certificate(door: Door) -> None:
    holder = holder_of_card(door)
    question = ReportLoss(certificate_serial=holder.serial_of())
    assert door.ask(REPORT_LOSS, question, sender="portal").state == "suspended"
    with pytest.raises(Refused) as refused:
        lose(holder, sender="portal")
    assert refused.value.reason is Reason.NOT_ENTITLED


def test_finding_does_not_bring_back_what_ended_meanwhile(door: Door) -> None:
    holder = holder_of_card(door)
    lose(holder)
    moved = msgspec.structs.replace(holder.record.attributes, address="東京都葛飾区堀切1丁目1番1号")
    holder.enter(msgspec.structs.replace(holder.record, attributes=moved))
    find(holder)
    assert holder.states() == {"authentication": GOOD, "signature": ("revoked", "attributes_changed")}


@pytest.mark.parametrize(
    ("reason", "state", "why"), [(None, "returned", "returned"), (ApplicationReason.LOST, "ended", "lost")]
)
def test_a_returned_card_and_one_lost_for_good_end(
    door: Door, reason: ApplicationReason | None, state: str, why: str
) -> None:
    holder = holder_of_card(door)
    question = ReturnCard(card_serial=holder.serial, reason=reason)
    assert door.ask(RETURN_CARD, question, sender=KATSUSHIKA).state == state
    assert set(holder.states().values()) == {("revoked", why)}
    assert door.ask(RETURN_CARD, question, sender=KATSUSHIKA).state == state


def test_a_card_that_was_never_handed_over_is_not_returned(door: Door) -> None:
    holder = card_on_the_way(door)
    with pytest.raises(Refused) as refused:
        door.ask(RETURN_CARD, ReturnCard(card_serial=holder.serial), sender=KATSUSHIKA)
    assert refused.value.reason is Reason.NOT_ENTITLED
    assert holder.row.state == "delivered"


def test_another_city_learns_nothing_of_a_card(door: Door) -> None:
    holder = holder_of_card(door)
    unknown = Refused(Hop.JLIS, Reason.UNKNOWN_RECORD).refusal
    asked: list[tuple[Any, Any]] = [
        (REPORT_LOSS, ReportLoss(card_serial=holder.serial)),
        (REPORT_LOSS, ReportLoss(card_serial="000000000000001")),
        (REPORT_LOSS, ReportLoss(certificate_serial=holder.serial_of())),
        (REPORT_FOUND, ReportFound(card_serial=holder.serial, check=AT_COUNTER)),
        (RETURN_CARD, ReturnCard(card_serial=holder.serial)),
        (QUERY_CARDS, QueryCards(individual_number=holder.number)),
        (QUERY_CARDS, QueryCards(card_serial=holder.serial)),
        (QUERY_CARDS, QueryCards(certificate_serial=holder.serial_of())),
    ]
    for message, question in asked:
        with pytest.raises(Refused) as refused:
            door.ask(message, question, sender=YAO)
        assert refused.value.refusal == unknown
    assert holder.states() == {"authentication": GOOD, "signature": GOOD}


# --- what is known --------------------------------------------------------------------------------------------


def test_clerk_and_resident_read_what_happened(door: Door) -> None:
    holder = holder_of_card(door)
    lose(holder)
    find(holder)
    told = standing(holder)
    assert [event.words for event in told.events][-2:] == [
        "紛失の届出により一時停止しました",
        "発見の届出により再開しました（本人確認：顔写真付きの本人確認書類1点）",
    ]
    portal = door.ask(QUERY_CARDS, QueryCards(certificate_serial=holder.serial_of()), sender="portal").cards
    assert portal == (told,)
    assert {c.kind: c.state for c in told.certificates} == dict.fromkeys(
        (CertificateKind.AUTHENTICATION, CertificateKind.SIGNATURE), CertificateState.GOOD
    )


@pytest.mark.parametrize(
    "question",
    [QueryCards(), QueryCards(card_serial="000000000000001", certificate_serial="1")],
    ids=["nothing", "two"],
)
def test_a_query_names_one_thing(door: Door, question: QueryCards) -> None:
    with pytest.raises(Refused) as refused:
        door.ask(QUERY_CARDS, question, sender=KATSUSHIKA)
    assert refused.value.reason is Reason.MALFORMED
