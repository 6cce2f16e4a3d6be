"""Who applies: exactly one person of the register by the four attributes, or nobody (ひも付けの再発防止: never fewer, never similar)."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final

from mynumber.institutions.municipality.applications.models import PersonKey
from mynumber.institutions.municipality.register.models import Person, Sex
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.holders import written

_SEX: Final = {"1": Sex.MALE.value, "2": Sex.FEMALE.value}


@dataclass(frozen=True, slots=True)
class Identified:
    """Who was found; `outcome` is found, none or several."""

    outcome: str
    person: Person | None = field(default=None, repr=False)


def identify(stated: FourAttributes) -> Identified:
    """The resident with these four attributes. Characters that a certificate cannot carry are compared as it carries them."""
    if stated.sex not in _SEX:
        return Identified("none")
    wanted = written(stated.name, stated.address)
    found = [
        person
        for person in Person.objects.filter(
            birth=stated.birth_date, sex=_SEX[stated.sex], moved_out=None, died_on=None
        )
        if written(person.name, person.address) == wanted
    ]
    if len(found) == 1:
        return Identified("found", found[0])
    return Identified("several" if found else "none")


def key_of(person: Person) -> str:
    """The name by which forms speak of a person of the register."""
    existing = PersonKey.objects.filter(person=person).first()
    if existing is not None:
        return existing.key
    made, _ = PersonKey.objects.get_or_create(person=person, defaults={"key": f"p-{token_hex(12)}"})
    return made.key


def person_of(key: object) -> Person | None:
    """The person of a form's key, of this municipality."""
    if not isinstance(key, str):
        return None
    found = PersonKey.objects.filter(key=key).select_related("person").first()
    return found.person if found else None
