"""What becomes of cards and certificates by itself: the register changed, a term is over (公的個人認証法 art. 12-16, 31-35; Act art. 17, 18-2).

A change of an attribute ends the signature certificates, on card and phone, and leaves authentication; a death ends all; a moving abroad
leaves the card and authentication (since 2024-05-27) and ends the signature certificate, whose address is no longer true: the counter issues
another, with the address as `faces.certificate_address` words it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.jlis.certification import cards, changes
from mynumber.institutions.jlis.certification.faces import attributes_digest, lives_abroad
from mynumber.institutions.jlis.certification.lists import publish_due
from mynumber.institutions.jlis.certification.models import Card, Certificate
from mynumber.institutions.jlis.certification.rules import day_in_japan, rules_on
from mynumber.institutions.jlis.certification.words import CertificateReason
from mynumber.institutions.jlis.entitlement import SYSTEM
from mynumber.institutions.jlis.residents.look_up import Asking
from mynumber.institutions.jlis.residents.models import Person, Status
from mynumber.protocols.certification import Purpose

AT_ONCE: Final = 1000
"""Certificates that one transaction of housekeeping notes as over."""
LIVE_CARDS: Final = (*cards.IN_MAKING, *cards.IN_USE)


def follow_the_register(people: Sequence[int], asking: Asking) -> None:
    """Let cards and certificates follow changed records, in the transaction that changed (and so locks) them."""
    today = day_in_japan(asking.at)
    with_cards = Card.objects.filter(person__in=people, state__in=LIVE_CARDS).values("person")
    for person in Person.objects.filter(pk__in=with_cards).order_by("pk"):
        _follow(person, today=today, at=asking.at, by=asking.member)


def _follow(person: Person, *, today: date, at: datetime, by: str) -> None:
    if person.status == Status.REMOVED:
        _end_everything(person, CertificateReason.DIED, at=at, by=by)
        return
    abroad = lives_abroad(person, on=today)
    if abroad and not rules_on(today).abroad_keeps_card:
        _end_everything(person, CertificateReason.LEFT, at=at, by=by)
        return
    untrue = Certificate.objects.filter(
        person=person, hierarchy=Purpose.SIGNATURE, state__in=changes.LIVE
    ).exclude(attributes_digest=attributes_digest(person, on=today))
    reason = CertificateReason.LEFT if abroad else CertificateReason.ATTRIBUTES_CHANGED
    changes.revoke(untrue, reason, at=at, by=by)


def _end_everything(person: Person, reason: CertificateReason, *, at: datetime, by: str) -> None:
    for card in _lock(Card.objects.filter(person=person, state__in=LIVE_CARDS)):
        cards.end(card, reason, at=at, by=by)
    changes.revoke(Certificate.objects.filter(person=person), reason, at=at, by=by)


# --- terms --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tended:
    """How much one round of housekeeping did."""

    expired_certificates: int
    expired_cards: int
    not_taken_in: int
    moved_abroad: int
    lists: int


def tend(keyring: KeyRing, *, at: datetime) -> Tended:
    """One round of housekeeping: terms that are over, moves abroad whose day has come, lists that are due. For a timer; each card in a
    transaction of its own, so that a round that is broken off goes on where it stopped.
    """
    today = day_in_japan(at)
    deadline = today - rules_on(today).time_to_be_taken_in
    abroad = Q(person__moved_abroad=True, person__moved_out_on__lte=today)
    late = Q(person__moved_abroad=False, person__moved_out_on__lt=deadline, person__status=Status.CURRENT)
    live = Card.objects.filter(state__in=LIVE_CARDS)
    return Tended(
        expired_certificates=_note_expired(at=at),
        expired_cards=_end_each(live.filter(expires_on__lt=today), CertificateReason.CARD_ENDED, at=at),
        not_taken_in=_end_each(live.filter(late), CertificateReason.NOT_TAKEN_IN, at=at),
        moved_abroad=_follow_each(live.filter(abroad), today=today, at=at),
        lists=_publish(keyring, at=at),
    )


def _note_expired(*, at: datetime) -> int:
    total = 0
    while True:
        with transaction.atomic():
            noted = changes.note_expired(at=at, most=AT_ONCE)
        total += noted
        if noted < AT_ONCE:
            return total


def _end_each(found: QuerySet[Card], reason: CertificateReason, *, at: datetime) -> int:
    ended = 0
    for pk, person in found.order_by("pk").values_list("pk", "person_id"):
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=person)
            for card in _lock(found.filter(pk=pk)):  # still so, now that nobody else can change it
                cards.end(card, reason, at=at, by=SYSTEM)
                ended += 1
    return ended


def _follow_each(found: QuerySet[Card], *, today: date, at: datetime) -> int:
    people = set(found.values_list("person_id", flat=True))
    for pk in sorted(people):
        with transaction.atomic():
            _follow(Person.objects.select_for_update().get(pk=pk), today=today, at=at, by=SYSTEM)
    return len(people)


def _publish(keyring: KeyRing, *, at: datetime) -> int:
    with transaction.atomic():
        return publish_due(keyring, at=at)


def _lock(found: QuerySet[Card]) -> Iterable[Card]:
    return list(found.select_for_update(of=("self",)).order_by("pk"))
