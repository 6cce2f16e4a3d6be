"""What differs between the table of one day and that of another, and renewing the table from new texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mynumber.foundation.law.basis import committed_details, committed_history, legal_basis
from mynumber.foundation.law.clauses import Place
from mynumber.foundation.law.detail_history import DetailHistory, adopt_articles, until_day
from mynumber.foundation.law.details import TextArticle
from mynumber.foundation.law.errors import LawError
from mynumber.foundation.law.former import FORMER_TEXT, former_history
from mynumber.foundation.law.history import OrderHistory
from mynumber.foundation.law.mapping import phrase_mapping
from mynumber.foundation.law.table import TextTable
from mynumber.foundation.law.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Row:
    """The words of an affair (inquirer, affair) or a rule (provider, information), with the article that details it; or those of an
    exact affair (inquirer if narrowed, affair) or an item (whom, what), with the place where they stand."""

    who: str
    what: str
    article: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What differs: an affair ("81-1"), a rule ("81-1-7"), an exact affair ("81-1.3") or an item ("81-1-7-2").

    `before` is None for a new one, `after` for one that ended.
    """

    id: str
    before: Row | None
    after: Row | None

    @property
    def moved(self) -> bool:
        """Whether only the place differs: the words stand elsewhere now."""
        if self.before is None or self.after is None:
            return False
        return (self.before.who, self.before.what) == (self.after.who, self.after.what)


class LaterTexts(LawError):
    """The table knows texts later than the ones to import; they have to be given as well, for rows build on each other."""

    def __init__(self, missing: tuple[date, ...]) -> None:
        self.missing = missing
        super().__init__("later texts are needed too: " + ", ".join(day.isoformat() for day in missing))


def rows_on(history: OrderHistory, on: date) -> dict[str, Row]:
    """All affairs and rules of a day by id, in the order of the table."""
    rows: dict[str, Row] = {}
    for affair, version in history.affairs_on(on):
        rows[affair.id] = Row(version.inquirer, version.words, version.article)
        for rule in affair.provisions:
            for row in rule.versions:
                if row.applies(on):
                    rows[rule.id] = Row(row.provider, row.information, row.article)
    return rows


def rows_of_details(details: DetailHistory, on: date) -> dict[str, Row]:
    """All exact affairs and items of a day by id."""
    rows: dict[str, Row] = {}
    for detail, version in details.on(on):
        rows[detail.id] = Row(version.who, version.words, version.article, version.place.label)
        for item in detail.items:
            for said in item.versions:
                if said.applies(on):
                    place = Place(version.article, version.paragraph, said.number, said.sub).label
                    label = f"{version.place.label}（{place}）" if said.referred else place
                    rows[item.id] = Row(said.subject, said.information + said.limit, version.article, label)
    return rows


def changes(first: date, second: date) -> tuple[Change, ...]:
    """What differs between the law of two days, down to items, in the order of the later one. Raises NotInForce.

    Between the former table and the Order everything ends and begins: their rows are not the same rows.
    """
    return differing(
        table_rows(first) | detail_rows(first),
        table_rows(second) | detail_rows(second),
    )


def table_rows(on: date) -> dict[str, Row]:
    """All affairs and rules of the table that applies on a day, by id. Raises NotInForce."""
    text = legal_basis(on).text_of
    return rows_on(former_history() if text == FORMER_TEXT else committed_history(), text)


def detail_rows(on: date) -> dict[str, Row]:
    """All exact affairs and items that apply on a day, by id; none in the former table. Raises NotInForce."""
    return rows_of_details(committed_details(), legal_basis(on).text_of)


def differing(before: Mapping[str, Row], after: Mapping[str, Row]) -> tuple[Change, ...]:
    """Every id whose row differs, in the order of the later table; ended ones at the end."""
    differing = [Change(key, before.get(key), row) for key, row in after.items() if before.get(key) != row]
    ended = [Change(key, row, None) for key, row in before.items() if key not in after]
    return (*differing, *ended)


def renewed_details(
    details: DetailHistory,
    table: OrderHistory,
    texts: Mapping[date, tuple[TextArticle, ...]],
    successors: Mapping[date, Mapping[str, str]],
) -> DetailHistory:
    """The details with the articles of these texts, which `table` already has. Raises MalformedDetail, BadMapping."""
    if not texts:
        return details
    details = until_day(details, min(texts))
    for on in sorted(texts):
        details = adopt_articles(
            details, texts[on], table, on, phrase_mapping(), vocabulary(), successors.get(on, {})
        )
    return details


def renewed(history: OrderHistory, texts: Mapping[date, TextTable]) -> OrderHistory:
    """The history with these texts, each instead of what was known from its day on.

    Earlier rows keep their ids. Raises LaterTexts if a known text lies after the first given one and is not given again.
    """
    if not texts:
        return history
    first = min(texts)
    missing = tuple(day for day in history.texts if day > first and day not in texts)
    if missing:
        raise LaterTexts(missing)
    history = history.until_day(first)
    for on in sorted(texts):
        history = history.adopt(texts[on], on)
    return history
