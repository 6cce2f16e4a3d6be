"""What visitors look for in the table: words, numbers of the law, ids, kinds and connected institutions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mynumber.foundation.law import InformationKind, InstitutionKind, Item, Status
from mynumber.foundation.law.numerals import to_kanji
from mynumber.institutions.network.table.rows import TableRow, folded

_ID: Final = re.compile(r"(?:former-)?\d+(?:_\d+)*(?:-\d+){1,3}(?:\.\d+)?")
_NUMBER_OF_AFFAIR: Final = re.compile(r"((?:former-)?\d+(?:[_の]\d+)*)(-\d+)?(?:\.\d+)?項?")
_COUNTED: Final = re.compile(r"(第?)([1-9]\d{0,2})(条|項|号)((?:の[1-9]\d?)*)")
_BRANCH: Final = re.compile(r"\d+")


class Role(StrEnum):
    """As what an institution is looked for."""

    EITHER = "either"
    INQUIRER = "inquirer"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Search:
    """What a visitor looks for; empty fields ask nothing."""

    words: str = ""
    institution: InstitutionKind | None = None
    member: frozenset[InstitutionKind] | None = None
    """The kinds of a connected institution: one of them is enough."""
    role: Role = Role.EITHER
    information: InformationKind | None = None
    affair: str = ""
    """A number (81), an id (81-1) or words of the affair."""
    status: Status | None = Status.IN_FORCE

    @property
    def needles(self) -> tuple[str, ...]:
        """The words, folded, numbers as the law writes them (第83条 is 第八十三条); all of them must occur."""
        return tuple(_COUNTED.sub(_as_the_law_counts, folded(self.words)).split())


def _as_the_law_counts(match: re.Match[str]) -> str:
    branches = _BRANCH.sub(lambda number: to_kanji(int(number[0])), match[4])
    return f"{match[1]}{to_kanji(int(match[2]))}{match[3]}{branches}"


def found(rows: Iterable[TableRow], search: Search) -> list[TableRow]:
    """The rows that answer the search, in their order."""
    needles = search.needles
    return [row for row in rows if _answers(row, search, needles)]


def _answers(row: TableRow, search: Search, needles: tuple[str, ...]) -> bool:
    if search.status is not None and row.status is not search.status:
        return False
    if search.affair and not _is_of(row, search.affair):
        return False
    if search.information is not None and search.information not in row.provision.information_kinds:
        return False
    if search.institution is not None and not _names(row, {search.institution}, search.role):
        return False
    if search.member is not None and not _names(row, search.member, search.role):
        return False
    return all(_has(row, needle) for needle in needles)


def _has(row: TableRow, needle: str) -> bool:
    """Whether a word occurs in a row, or the row or something below or above it has this id."""
    if _ID.fullmatch(needle):
        return row.provision.id.startswith(f"{needle}-") or needle in row.ids
    return needle in row.haystack


def _is_of(row: TableRow, affair: str) -> bool:
    """Whether a row is of an affair: its id (81-1), the number of the table (81, 12の2), an exact affair of it (81-1.3), or words."""
    wanted = folded(affair).strip()
    number = _NUMBER_OF_AFFAIR.fullmatch(wanted)
    if number is None:
        return wanted in folded(row.affair.words)
    base = number[1].replace("の", "_")
    known = row.affair.id
    if row.basis.is_former and row.status is Status.IN_FORCE:  # on such a day 81 can mean nothing else
        known, base = known.removeprefix("former-"), base.removeprefix("former-")
    return known == base + number[2] if number[2] else known.startswith(f"{base}-")


def _names(row: TableRow, kinds: Collection[InstitutionKind], role: Role) -> bool:
    asks, gives = (
        any(kind in named for kind in kinds)
        for named in (row.affair.inquirer_kinds, row.provision.provider_kinds)
    )
    return {Role.EITHER: asks or gives, Role.INQUIRER: asks, Role.PROVIDER: gives}[role]


def items_with(row: TableRow, needles: tuple[str, ...]) -> tuple[Item, ...]:
    """The items of a row in which all the words occur, or that have the id looked for."""
    return tuple(item for item in row.items if all(_in_item(item, needle) for needle in needles))


def _in_item(item: Item, needle: str) -> bool:
    if _ID.fullmatch(needle):
        return needle in {item.id, item.detail_id}
    return needle in folded(f"{item.label}\n{item.words}")
