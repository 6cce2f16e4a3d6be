"""Who applies: exactly one person of the register by the four attributes, or nobody (ひも付けの再発防止: never fewer, never similar)."""

from __future__ import annotations

from secrets import token_hex
from typing import Final

from mynumber.institutions.municipality.applications.models import PersonKey
from mynumber.institutions.municipality.register.models import Person, Sex
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.examination.holders import Identified, only_one

_SEX: Final = {"1": Sex.MALE.value, "2": Sex.FEMALE.value}


def identify(stated: FourAttributes) -> Identified[Person]:
    """The resident with these four attributes. Characters that a certificate cannot carry are compared as it carries them."""
    if stated.sex not in _SEX:
        return Identified("none")
    living = Person.objects.filter(moved_out=None, died_on=None)
    return only_one(living.filter(birth=stated.birth_date, sex=_SEX[stated.sex]), stated)


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
