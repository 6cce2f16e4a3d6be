"""Changes of an entry (異動): another address, another name, death, moving abroad. J-LIS hears of each at once, and again until it has heard.

住民基本台帳法 第8条, 第30条の6. What follows from a change is J-LIS's to know: an attribute that changes revokes the signature certificate, not the
authentication certificate (公的個人認証法).
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.register.intake import search_words
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.register.numbering import notify
from mynumber.protocols.events import EventKind
from mynumber.protocols.residents import EntryState
from mynumber.webkit.mesh.exchanging import announce
from mynumber.webkit.tenancy import acting_as

LONGEST = 100
JAPAN = ZoneInfo("Asia/Tokyo")


class CannotChange(Exception):
    """The change does not fit the entry. The message says why, in Japanese, naming nobody."""


@dataclass(frozen=True, slots=True)
class Change:
    """What changes; what is None stays."""

    address: str | None = None
    """The address behind the municipality's name, e.g. 亀有三丁目1番1号."""
    surname: str | None = None
    surname_kana: str | None = None
    keep_former_name: bool = False
    """旧氏の記載: register the surname until now as 旧氏."""
    died_on: date | None = None
    moved_abroad_on: date | None = None
    country: str = ""
    """Where to, for the register alone."""

    def __repr__(self) -> str:
        return "Change(...)"


def change_entry(code: str, person_id: int, change: Change, *, today: date) -> Person:
    """Write a change into the register, and announce it to those whom the table entitles. Raises CannotChange."""
    with acting_as(code):
        person = Person.objects.select_for_update().get(pk=person_id)
        if not person.is_resident:
            raise CannotChange("転出または死亡により、すでに消除された住民票です")
        _apply(person, change, today=today)
        person.changes += 1
        person.save()
        _announce(person, change, today=today)
    return person


def tell(code: str, person: Person) -> EntryState:
    """Tell J-LIS of the entry as it is now. Raises Refused; then `number_residents` tells it later."""
    with acting_as(code):
        fresh = Person.objects.select_related("number").get(pk=person.pk)
    return notify(code, fresh)


def _apply(person: Person, change: Change, *, today: date) -> None:
    if change.address is not None:
        person.town, person.rest = _text(change.address), ""
    if change.surname is not None:
        if person.alphabet:
            raise CannotChange("アルファベットの氏名には、氏の変更は使えません")
        if change.keep_former_name:
            person.former_family, person.former_family_kana = person.family, person.family_kana
        person.family = _text(change.surname)
        person.family_kana = _text(change.surname_kana) if change.surname_kana else person.family_kana
        person.search_name = search_words(person.family + person.given)
        person.search_kana = search_words(person.family_kana + person.given_kana)
    if change.died_on is not None:
        if not person.birth <= change.died_on <= today:
            raise CannotChange("死亡の日は、生年月日からきょうまでの日です")
        person.died_on = change.died_on
    if change.moved_abroad_on is not None:
        if change.moved_abroad_on < person.birth:
            raise CannotChange("転出の日は、生年月日より後の日です")
        person.moved_out, person.moved_abroad = change.moved_abroad_on, True
        person.next_municipality, person.next_address = "", change.country[:LONGEST]


def _announce(person: Person, change: Change, *, today: date) -> None:
    """Announce what happened, with the change itself. Of a protected person (支援措置) nothing: who announces a move tells where it led."""
    if person.protected:
        return
    happened = (
        (EventKind.MOVED_WITHIN, today if change.address is not None else None),
        (EventKind.NAME_CHANGED, today if change.surname is not None else None),
        (EventKind.DEATH, change.died_on),
        (EventKind.MOVED_OUT, change.moved_abroad_on),
    )
    for kind, day in happened:
        if day is not None:
            announce(
                person.addressee,
                kind,
                InformationKind.RESIDENT_RECORD,
                occurred_at=datetime.combine(day, time.min, JAPAN),
                at=datetime.now(JAPAN),
            )


def _text(text: str) -> str:
    cleaned = text.strip()
    if not cleaned or len(cleaned) > LONGEST or not cleaned.isprintable():
        raise CannotChange(f"1文字以上{LONGEST}文字以内で入力してください")
    return cleaned
