"""The table of article 2 as one dated text has it: from rows of cells to items, affairs and provisions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mynumber.foundation.law.errors import Column, MalformedText, TextFault
from mynumber.foundation.law.numerals import NUMERAL, label_of, order_of, parse_joint
from mynumber.foundation.law.phrases import plain_words, split_article

HEADINGS: Final = tuple(column.value for column in Column)

_ITEM: Final = re.compile(
    rf"(?P<numbers>{NUMERAL}(?:(?:及び|から){NUMERAL}(?:まで)?)?)[\u3000 ](?P<words>.+)",
    re.DOTALL,
)
_DELETED: Final = "削除"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row with the cells that begin in it, as the official text words them; None where a cell above spans it."""

    where: str
    inquirer: str | None
    affair: str | None
    provider: str | None
    information: str | None


@dataclass(frozen=True, slots=True)
class TextProvision:
    """Provider and information of one row, in plain words, with the article that details the information."""

    provider: str
    information: str
    article: str


@dataclass(frozen=True, slots=True)
class TextAffair:
    """One affair of one item, in plain words, with its provisions in the order of the text."""

    item: str
    inquirer: str
    words: str
    article: str
    provisions: tuple[TextProvision, ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """The whole table of one dated text. `deleted` are the numbers of items that say 削除."""

    affairs: tuple[TextAffair, ...]
    deleted: tuple[str, ...]

    @property
    def items(self) -> int:
        """How many items the table has, deleted ones included."""
        return len({affair.item for affair in self.affairs}) + len(self.deleted)

    @property
    def provisions(self) -> int:
        """How many rows with a provider the table has."""
        return sum(len(affair.provisions) for affair in self.affairs)


@dataclass(slots=True)
class _OpenAffair:
    item: str
    inquirer: str
    words: str
    article: str
    provisions: list[TextProvision]

    def close(self) -> TextAffair:
        return TextAffair(self.item, self.inquirer, self.words, self.article, tuple(self.provisions))


def assemble(rows: Iterable[TableRow]) -> TextTable:
    """Build the table from its rows (without the heading). Raises MalformedText."""
    affairs: list[_OpenAffair] = []
    deleted: list[str] = []
    last_item = ""
    for row in rows:
        if row.inquirer is not None:
            numbers, words = _item(row)
            for number in numbers:
                _check_follows(last_item, number, row.where)
                last_item = number
            if words == _DELETED:
                _check_deleted(row)
                deleted.extend(numbers)
                continue
            if len(numbers) != 1 or row.affair is None:
                raise MalformedText(TextFault.BAD_ROW, row.where, "an item without an affair")
            affairs.append(_affair(row, numbers[0], plain_words(words), row.affair))
        elif row.affair is not None:
            if not affairs or affairs[-1].item != last_item:
                raise MalformedText(TextFault.BAD_ROW, row.where, "an affair before its item")
            affairs.append(_affair(row, last_item, affairs[-1].inquirer, row.affair))
        elif row.provider is None and row.information is None:
            continue
        if not affairs or affairs[-1].item != last_item:
            raise MalformedText(TextFault.BAD_ROW, row.where, "a provider before its item")
        _add_provision(affairs[-1], row)
    if not affairs:
        raise MalformedText(TextFault.NO_TABLE)
    return TextTable(tuple(affair.close() for affair in affairs), tuple(deleted))


def _item(row: TableRow) -> tuple[tuple[str, ...], str]:
    match = _ITEM.fullmatch(row.inquirer or "")
    if match is None:
        raise MalformedText(TextFault.BAD_ROW, row.where, "the first cell begins with no item number")
    try:
        numbers = parse_joint(match.group("numbers"))
    except ValueError as error:
        raise MalformedText(TextFault.BAD_ITEM, row.where, str(error)) from None
    return numbers, match.group("words").strip()


def _check_follows(before: str, number: str, where: str) -> None:
    """Items run 1, 2, 2_2, 2_3, 3: a gap means that rows were lost."""
    here, previous = order_of(number), order_of(before) if before else (0,)
    next_main = (previous[0] + 1,)
    next_branch = (previous[0], previous[1] + 1) if len(previous) > 1 else (previous[0], 2)
    if here not in (next_main, next_branch) or (not before and here != (1,)):
        raise MalformedText(
            TextFault.BAD_ITEM,
            where,
            f"{label_of(number)} after {label_of(before) if before else 'the heading'}",
        )


def _check_deleted(row: TableRow) -> None:
    if row.affair is not None or row.provider is not None or row.information is not None:
        raise MalformedText(TextFault.BAD_ROW, row.where, "a deleted item with cells")


def _affair(row: TableRow, item: str, inquirer: str, cell: str) -> _OpenAffair:
    try:
        words, article = split_article(plain_words(cell), cell)
    except ValueError as error:
        raise MalformedText(TextFault.BAD_ARTICLE, row.where, str(error)) from None
    return _OpenAffair(item, inquirer, words, article, [])


def _add_provision(affair: _OpenAffair, row: TableRow) -> None:
    if row.provider is None or row.information is None:
        raise MalformedText(TextFault.BAD_ROW, row.where, "a row without provider or information")
    try:
        words, article = split_article(plain_words(row.information), row.information)
    except ValueError as error:
        raise MalformedText(TextFault.BAD_ARTICLE, row.where, str(error)) from None
    provision = TextProvision(plain_words(row.provider), words, article)
    if any((known.provider, known.information) == (provision.provider, words) for known in affair.provisions):
        raise MalformedText(TextFault.DUPLICATE, row.where, f"item {label_of(affair.item)}")
    affair.provisions.append(provision)
