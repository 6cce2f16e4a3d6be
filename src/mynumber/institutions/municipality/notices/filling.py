"""Words with places for values: ［氏名］ is written {氏名}. Plain substitution in one pass: what stands in a value is never read as a place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from mynumber.institutions.municipality.register.models import Person

NAME: Final = "氏名"
DUE: Final = "期限"
BIRTH: Final = "生年月日"
OWN: Final = (NAME, BIRTH, DUE)
"""Places that every mailing may use; a file of addressee numbers adds its columns."""
LONGEST_VALUE: Final = 200

_PLACE: Final = re.compile(r"\{([^{}\n]{1,30})\}")
_BRACE: Final = re.compile(r"[{}]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class BadWords(ValueError):
    """Words that cannot be filled; the message says what to do."""


def places(words: str) -> tuple[str, ...]:
    """The places in words, each once. Raises BadWords for a brace that belongs to none."""
    if _BRACE.search(_PLACE.sub("", words)):
        raise BadWords("「{」と「}」は、{氏名}のように組にして使ってください。")
    return tuple(dict.fromkeys(_PLACE.findall(words)))


def check(words: str, known: Collection[str]) -> None:
    """Raises BadWords unless every place is known."""
    unknown = [place for place in places(words) if place not in known]
    if unknown:
        can = "、".join(f"{{{one}}}" for one in known)
        raise BadWords(f"使えない差し込み項目があります：{'、'.join(unknown)}。使えるのは {can} です。")


def fill(words: str, values: Mapping[str, str]) -> str:
    """Words with their values. Raises BadWords for a place without one."""
    try:
        return _PLACE.sub(lambda place: values[place[1]], words)
    except KeyError:
        raise BadWords("値のない差し込み項目があります。") from None


def clean(value: str) -> str:
    """A value as it is put in: one line, bounded."""
    return _CONTROL.sub(" ", value).strip()[:LONGEST_VALUE]


def values_of(person: Person, due: date | None) -> dict[str, str]:
    """The values that every mailing may use."""
    return {
        NAME: clean(person.name),
        BIRTH: _day(person.birth),
        DUE: _day(due) if due else "",
    }


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
