"""Whatever happens to people and cards in whatever order, what the law wants of certificates stays true."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mynumber.foundation.pki import parse_serial
from mynumber.institutions.jlis.certification import cards, changes
from mynumber.institutions.jlis.certification.automatic import follow_the_register, tend
from mynumber.institutions.jlis.certification.faces import attributes_digest
from mynumber.institutions.jlis.certification.issuing import issue
from mynumber.institutions.jlis.certification.lists import Scope, current_list
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.institutions.jlis.certification.rules import day_in_japan
from mynumber.institutions.jlis.certification.words import (
    CARD_KINDS,
    PHONE_KINDS,
    CertificateReason,
    StoredState,
)
from mynumber.institutions.jlis.residents.look_up import Asking
from mynumber.institutions.jlis.residents.models import Person, Status
from mynumber.protocols.card_life import ApplicationReason, CardState, IdentityCheck
from mynumber.protocols.certification import CertificateKind, Purpose
from mynumber.protocols.refusal import Refused
from mynumber.webkit.messages import this_node
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, somebody

CHECK = IdentityCheck.ONE_WITH_PHOTO
BY = KATSUSHIKA


@cache
def key() -> rsa.RSAPublicKey:
    """One for all: what is tested here is not the keys."""
    return rsa.generate_private_key(65537, 2048).public_key()


@dataclass(slots=True)
class Life:
    """One person and time that passes."""

    person: int
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    moves: int = 0
    revoked: dict[str, str] = field(default_factory=dict)
    """Serial numbers that were seen revoked, and why."""

    def lock(self) -> Person:
        return Person.objects.select_for_update().get(pk=self.person)

    def card(self, *states: CardState) -> Card | None:
        found = Card.objects.select_related("person").filter(person=self.person, state__in=states)
        return found.order_by("-pk").first()


def make(life: Life) -> None:
    person = life.lock()
    if person.status == Status.CURRENT:
        cards.issue_for_card(
            person,
            card_serial=cards.new_card_serial(),
            municipality=BY,
            expires_on=cards.last_day_of_card(person, day_in_japan(life.at)),
            authentication_key=key(),
            signature_key=key(),
            keyring=this_node().keyring,
            at=life.at,
        )


def hand_over(life: Life) -> None:
    life.lock()
    if card := life.card(*cards.IN_MAKING):
        cards.activate(card, check=CHECK, at=life.at, by=BY)


def lose(life: Life) -> None:
    life.lock()
    if card := life.card(*cards.IN_USE):
        cards.report_lost(card, at=life.at, by=BY)


def find(life: Life) -> None:
    life.lock()
    if card := life.card(CardState.SUSPENDED, CardState.RETURNED, CardState.ENDED):
        cards.report_found(card, check=CHECK, at=life.at, by=BY)


def give_back(life: Life) -> None:
    life.lock()
    if card := life.card(*cards.IN_USE):
        cards.take_back(card, ApplicationReason.LOST if life.moves % 2 else None, at=life.at, by=BY)


def discard(life: Life) -> None:
    life.lock()
    if card := life.card(*cards.IN_MAKING):
        cards.discard(card, at=life.at, by=BY)


def move(life: Life) -> None:
    person = life.lock()
    life.moves += 1
    person.address = f"東京都葛飾区亀有{life.moves}丁目"
    person.save()
    follow_the_register([person.pk], Asking(BY, "m", life.at))


def die(life: Life) -> None:
    person = life.lock()
    person.status, person.died_on = Status.REMOVED, day_in_japan(life.at)
    person.save()
    follow_the_register([person.pk], Asking(BY, "m", life.at))


def renew(life: Life) -> None:
    person = life.lock()
    card = life.card(CardState.HANDED_OVER)
    if card is None or person.status != Status.CURRENT:
        return
    for kind in CARD_KINDS:
        before = Certificate.objects.filter(card=card, kind=kind)
        changes.revoke(before, CertificateReason.SUPERSEDED, at=life.at, by=BY)
        issue(kind, key(), card, person, keyring=this_node().keyring, through=BY, at=life.at)


def phone(life: Life) -> None:
    person = life.lock()
    card = life.card(CardState.HANDED_OVER)
    if card is None or person.status != Status.CURRENT:
        return
    parents = [
        Certificate.objects.filter(
            card=card, kind=kind, state=StoredState.GOOD, not_after__gte=life.at
        ).first()
        for kind in CARD_KINDS
    ]
    if None in parents:
        return
    earlier = Certificate.objects.filter(person=person, kind__in=PHONE_KINDS)
    changes.revoke(earlier, CertificateReason.SUPERSEDED, at=life.at, by=BY)
    for kind, parent in zip(PHONE_KINDS, parents, strict=True):
        issue(kind, key(), card, person, keyring=this_node().keyring, through=BY, at=life.at, parent=parent)


def wait(life: Life) -> None:
    life.at += timedelta(days=500)


ACTS: tuple[Callable[[Life], None], ...] = (
    make, hand_over, lose, find, give_back, discard, move, die, renew, renew, phone, phone, wait,
)  # fmt: skip


def check(life: Life) -> None:
    rows = list(Certificate.objects.filter(person=life.person).select_related("card", "parent"))
    person = Person.objects.get(pk=life.person)
    today = day_in_japan(life.at)
    good = [row for row in rows if row.state == StoredState.GOOD]
    assert len({row.kind for row in good}) == len(good), "two that are good of a kind"
    for row in rows:
        if row.serial in life.revoked:
            assert (row.state, row.reason) == ("revoked", life.revoked[row.serial]), "it came back"
        if row.state == StoredState.REVOKED:
            life.revoked[row.serial] = row.reason or ""
    for row in good:
        assert row.card.state == CardState.HANDED_OVER, "good on a card that is not in use"
        assert person.status == Status.CURRENT, "good after death"
        if row.hierarchy == Purpose.SIGNATURE:
            assert bytes(row.attributes_digest or b"") == attributes_digest(person, on=today), "untrue"
        if row.parent is not None:
            assert row.parent.state == StoredState.GOOD, "the phone outlives the card's"
    for row in rows:
        if row.state == StoredState.SUSPENDED:
            assert row.card.state in (*cards.IN_MAKING, CardState.SUSPENDED), "suspended for nothing"
    for kind in CertificateKind:
        chain = [row.replaces_id for row in rows if row.kind == kind and row.replaces_id is not None]
        assert len(chain) == max(len([row for row in rows if row.kind == kind]) - 1, 0), "a broken chain"


def check_lists(life: Life) -> None:
    """What a verifier reads is what the table says of everybody."""
    for purpose in Purpose:
        with transaction.atomic():
            content = current_list(Scope(purpose, 1, "131229"), this_node().keyring, at=life.at).content
        listed = {line.serial_number for line in x509.load_der_x509_crl(bytes(content))}
        rows = Certificate.objects.filter(person=life.person, hierarchy=purpose, not_after__gte=life.at)
        for row in rows:
            on_it = row.state in (StoredState.SUSPENDED, StoredState.REVOKED)
            assert (parse_serial(row.serial) in listed) == on_it


@pytest.mark.usefixtures("door")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(course=st.lists(st.sampled_from(ACTS), min_size=6, max_size=25))
def test_any_course_of_events_leaves_what_the_law_wants(
    door: Door, course: list[Callable[[Life], None]]
) -> None:
    number = door.number_of(somebody())
    life = Life(Person.objects.get(individual_number=number).pk)
    for act in (make, hand_over, phone, *course):
        life.at += timedelta(seconds=1)
        with (
            suppress(Refused),
            transaction.atomic(),
        ):  # a refusal is an answer; it leaves everything as it was
            act(life)
        check(life)
    check_lists(life)
    tend(this_node().keyring, at=life.at)
    check(life)
