"""Finding a resident of the own town at the counter. Searching is not identifying: the list shows enough for a person to compare."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import BooleanField, Func, QuerySet, Value

from mynumber.institutions.municipality.register.intake import search_words
from mynumber.institutions.municipality.register.models import Person

MOST: Final = 50
"""People a list shows; more means: say more."""

_ADDRESSEE = re.compile(r"[0-9]{10}")
_KANA = re.compile(r"[ァ-ヶーヽヾ・]+")
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


@dataclass(frozen=True, slots=True)
class Found:
    """People who match, at most `MOST`; `more` when there are others."""

    people: tuple[Person, ...]
    more: bool


def search(words: str, birth: date | None) -> Found:
    """Residents and former residents by the beginning of name or reading, or exactly by addressee number; and by birth date.

    Nobody matches nothing: without words and date the list is empty.
    """
    people = Person.objects.all()
    typed = search_words(words.strip())
    if typed:
        people = _by_words(people, typed)
    if birth is not None:
        people = people.filter(birth=birth)
    if not typed and birth is None:
        return Found((), more=False)
    found = tuple(people.order_by("search_kana", "search_name", "birth", "pk")[: MOST + 1])
    return Found(found[:MOST], more=len(found) > MOST)


def _by_words(people: QuerySet[Person], typed: str) -> QuerySet[Person]:
    if _ADDRESSEE.fullmatch(typed):
        return people.filter(addressee=typed)
    kana = typed.translate(_HIRAGANA_TO_KATAKANA)
    if _KANA.fullmatch(kana):
        return people.filter(_starts_with("search_kana", kana))
    return people.filter(_starts_with("search_name", typed))


def _starts_with(column: str, text: str) -> Func:
    """Not LIKE: behind a row-level policy PostgreSQL tries that only on rows it has read, and so would read the whole town."""
    return Func(column, Value(text), function="starts_with", output_field=BooleanField())
