"""The articles after the table as clauses: one paragraph, item (号) or sub-item (イロハ) each, with its place.

Both forms of the text come to this: Markdown writes one clause a line, e-Gov XML one a `Paragraph`, `Item` or `Subitem1`.
Numbers must run without a gap, so a clause that is lost is an error and never a shorter law.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mynumber.foundation.law.errors import DetailFault, MalformedDetail
from mynumber.foundation.law.numerals import (
    NUMERAL,
    article_label,
    label_of,
    order_of,
    parse_articles,
    parse_joint,
)

IROHA: Final = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
)
"""The order of sub-items."""

MAX_CLAUSE: Final = 5_000
"""Characters of a clause; six times the longest of 2026."""

DELETED: Final = "削除"
"""What stands for an article or item that was repealed and keeps its number."""

_WIDE_DIGITS: Final = "０１２３４５６７８９"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clause stands: article "14_2", paragraph 1, item "15" ("" in the head), sub-item "ロ" ("" if none)."""

    article: str
    paragraph: int = 1
    number: str = ""
    sub: str = ""

    @property
    def order(self) -> tuple[tuple[int, ...], int, tuple[int, ...], int]:
        """Key that sorts places as the text has them."""
        number = order_of(self.number) if self.number else ()
        return order_of(self.article), self.paragraph, number, IROHA.find(self.sub) if self.sub else -1

    @property
    def label(self) -> str:
        """As laws are cited: 第十四条の二第一号ロ; the first paragraph of an article is not named."""
        paragraph = f"第{label_of(str(self.paragraph))}項" if self.paragraph > 1 else ""
        head, *branches = self.number.split("_")
        number = (
            f"第{label_of(head)}号" + "".join(f"の{label_of(branch)}" for branch in branches) if head else ""
        )
        return article_label(self.article) + paragraph + number + self.sub


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as the text words it; `where` is the line or element. `affair` is the part before the cut, where the text marks one."""

    where: str
    place: Place
    text: str
    affair: str = ""


_HEAD: Final = re.compile(r"\*\*(?P<title>[^*]+)\*\*\u3000(?P<text>.+)")
_ITEM: Final = re.compile(rf"- (?P<number>{NUMERAL}(?:(?:及び|から){NUMERAL}(?:まで)?)?)\u3000(?P<text>.+)")
_SUB: Final = re.compile(r"  - (?P<sub>[ア-ンヰヱ])\u3000(?P<text>.+)")
_END: Final = "## "
_FIRST: Final = "**第三条**"


def markdown_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses from article 3 to the supplementary provisions. Raises MalformedDetail."""
    return checked(_markdown(text.splitlines()))


def _markdown(lines: list[str]) -> Iterator[Clause]:
    begin = next((number for number, line in enumerate(lines) if line.startswith(_FIRST)), None)
    if begin is None:
        raise MalformedDetail(DetailFault.NO_ARTICLES)
    article, paragraph, number = "", 1, ""
    for at in range(begin, len(lines)):
        line, where = lines[at], f"line {at + 1}"
        if not line.strip():
            continue
        if line.startswith(_END):
            return
        if match := _HEAD.fullmatch(line):
            text, number = match.group("text"), ""
            for place in _title(match.group("title"), article, text, where):
                article, paragraph = place.article, place.paragraph
                yield Clause(where, place, text)
        elif match := _ITEM.fullmatch(line):
            text = match.group("text")
            for number in numbers_of(match.group("number"), text, where):
                yield Clause(where, Place(article, paragraph, number), text)
        elif match := _SUB.fullmatch(line):
            yield Clause(where, Place(article, paragraph, number, match.group("sub")), match.group("text"))
        else:
            raise MalformedDetail(DetailFault.UNKNOWN_LINE, where, line)
    raise MalformedDetail(DetailFault.TRUNCATED, f"line {len(lines)}", "no supplementary provisions follow")


def _title(title: str, article: str, text: str, where: str) -> Iterator[Place]:
    """第四条の二 begins an article, ２ a paragraph; a joint deletion (第五条及び第六条) several articles."""
    if title and all(digit in _WIDE_DIGITS for digit in title) and len(title) <= 2:
        yield Place(article, int(title))
        return
    if not title.startswith("第"):
        raise MalformedDetail(DetailFault.UNKNOWN_LINE, where, title)
    for number in articles_of(title, text, where):
        yield Place(number)


def articles_of(title: str, text: str, where: str) -> tuple[str, ...]:
    """The articles that a title names: several only where the text says 削除. Raises MalformedDetail."""
    return _deleted_or_one(parse_articles, title, text, where)


def numbers_of(title: str, text: str, where: str) -> tuple[str, ...]:
    """The items that a title names: several only where the text says 削除. Raises MalformedDetail."""
    return _deleted_or_one(parse_joint, title, text, where)


def _deleted_or_one(
    parse: Callable[[str], tuple[str, ...]], title: str, text: str, where: str
) -> tuple[str, ...]:
    try:
        numbers = parse(title)
    except ValueError as error:
        raise MalformedDetail(DetailFault.BAD_NUMBER, where, str(error)) from None
    if len(numbers) > 1 and text != DELETED:
        raise MalformedDetail(DetailFault.BAD_NUMBER, where, title)
    return numbers


def checked(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The clauses, if their numbers run without a gap. Raises MalformedDetail."""
    result: list[Clause] = []
    last = Place("2")
    for clause in clauses:
        if len(clause.text) > MAX_CLAUSE:
            raise MalformedDetail(DetailFault.TOO_LONG, clause.where, clause.text[:40])
        if not _follows(last, clause.place):
            raise MalformedDetail(
                DetailFault.BAD_NUMBER, clause.where, f"{clause.place.label} after {last.label}"
            )
        last = clause.place
        result.append(clause)
    return tuple(result)


def _follows(last: Place, here: Place) -> bool:
    if here.article != last.article:
        opens = not here.number and not here.sub and here.paragraph == 1
        return opens and _next_number(last.article, here.article)
    if here.paragraph != last.paragraph:
        return not here.number and not here.sub and here.paragraph == last.paragraph + 1
    if here.number != last.number:
        return not here.sub and _next_number(last.number or "0", here.number)
    return (
        here.number != "" and len(here.sub) == 1 and IROHA.find(here.sub) == IROHA.find(last.sub or "?") + 1
    )


def _next_number(last: str, here: str) -> bool:
    """Numbers run 1, 2, 2_2, 2_3, 3."""
    if not here:
        return False
    before, number = order_of(last), order_of(here)
    branch = (before[0], before[1] + 1) if len(before) > 1 else (before[0], 2)
    return number == (before[0] + 1,) or (number == branch and before[0] > 0)
