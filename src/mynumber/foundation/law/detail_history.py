"""The exact affairs and items in time, with ids that outlive renumbering.

Exact affair id = affair id + "." + ordinal ("2-1.15"). Item id = rule id + "-" + ordinal ("2-1-4-37"). Ordinals follow the first text that
has the row; later ones get the next ordinal never used, and none is given twice. An exact affair or item whose words stay is the same wherever
an amendment moves it: only its place changes. Where words change, what is most alike continues it: the versions of one id are the table of
successors, for everyone to read (`successions`), and a test holds it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Final, TypeVar

import msgspec

from mynumber.foundation.law import versions
from mynumber.foundation.law.clauses import Place
from mynumber.foundation.law.details import Statement, TextArticle, TextDetail
from mynumber.foundation.law.errors import BadData, BadMapping, DetailFault, MalformedDetail
from mynumber.foundation.law.history import LAW_ID, OrderHistory
from mynumber.foundation.law.kinds import InformationKind
from mynumber.foundation.law.mapping import PhraseMapping
from mynumber.foundation.law.numerals import article_label
from mynumber.foundation.law.versions import Strict, Version
from mynumber.foundation.law.vocabulary import Vocabulary

ALIKE: Final = 0.6
"""From which similarity (0..1) changed words continue what stood before; below it they are something new."""


class DetailVersion(Version, frozen=True, kw_only=True, omit_defaults=True):
    """An exact affair: where it stands and its words; `who` narrows the inquirer."""

    article: str
    paragraph: int = 1
    number: str = ""
    words: str
    who: str = ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.article, self.paragraph, self.number)


class ItemVersion(Version, frozen=True, kw_only=True, omit_defaults=True):
    """One item: about whom and what. `number` and `sub` say where the words stand; `referred` that the affair has them by reference."""

    number: str = ""
    sub: str = ""
    referred: bool = False
    subject: str = ""
    information: str
    limit: str = ""


class ItemHistory(Strict, frozen=True, kw_only=True):
    """One item and its versions, oldest first, without overlap."""

    id: str
    versions: tuple[ItemVersion, ...]

    @property
    def provision(self) -> str:
        """Id of the rule it belongs to."""
        return self.id.rpartition("-")[0]

    @property
    def ordinal(self) -> int:
        """The last part of the id."""
        return int(self.id.rpartition("-")[2])


class DetailedHistory(Strict, frozen=True, kw_only=True):
    """One exact affair, its versions and its items (past ones after those that stand)."""

    id: str
    versions: tuple[DetailVersion, ...]
    items: tuple[ItemHistory, ...]

    @property
    def affair(self) -> str:
        """Id of the affair of the table it details."""
        return self.id.rpartition(".")[0]

    @property
    def ordinal(self) -> int:
        """The last part of the id."""
        return int(self.id.rpartition(".")[2])


class DetailHistory(Strict, frozen=True, kw_only=True):
    """All exact affairs in time, in the order of the table and the articles."""

    law_id: str = LAW_ID
    texts: tuple[date, ...] = ()
    details: tuple[DetailedHistory, ...] = ()

    def on(self, day: date) -> Iterator[tuple[DetailedHistory, DetailVersion]]:
        """The exact affairs of a day, each with the version that applies."""
        for detail in self.details:
            version = versions.applying(detail.versions, day)
            if version is not None:
                yield detail, version


@dataclass(frozen=True, slots=True)
class _NewItem:
    provision: str
    version: ItemVersion


def adopt_articles(
    history: DetailHistory,
    articles: Sequence[TextArticle],
    table: OrderHistory,
    on: date,
    mapping: PhraseMapping,
    vocabulary: Vocabulary,
    successors: Mapping[str, str],
) -> DetailHistory:
    """The history with the articles of one more text, whose table `table` already has.

    `successors` names the exact affairs (by the label of their new place) that persons decided. Raises MalformedDetail if an article and the
    table do not fit: every item must belong to a row, every row must have an item; BadMapping if a successor is not there.
    """
    by_article = {article.article: article for article in articles}
    known: dict[str, list[DetailedHistory]] = {}
    for detail in history.details:
        known.setdefault(detail.affair, []).append(detail)
    decided = dict(successors)
    result: list[DetailedHistory] = []
    for affair in table.affairs:
        version = versions.applying(affair.versions, on)
        own = known.pop(affair.id, [])
        if version is None:
            result.extend(_ended(detail, on) for detail in own)
            continue
        article = by_article.pop(version.article, None)
        if article is None:
            raise MalformedDetail(DetailFault.NO_ARTICLE, article_label(version.article), version.words)
        if article.item != affair.item:
            raise MalformedDetail(DetailFault.WRONG_AFFAIR, article_label(version.article), version.words)
        given = {
            rule.id: mapping.information_kinds(row.information)
            for rule in affair.provisions
            for row in rule.versions
            if row.applies(on)
        }
        fresh = [(detail, tuple(_items(detail, given, vocabulary, on))) for detail in article.details]
        covered = {item.provision for _, items in fresh for item in items}
        for rule in given:
            if rule not in covered:
                raise MalformedDetail(DetailFault.EMPTY_PROVISION, article_label(version.article), rule)
        named = {
            place: decided.pop(place)
            for place in [detail.place.label for detail, _ in fresh]
            if place in decided
        }
        result.extend(_adopt_affair(affair.id, own, fresh, on, named))
    if decided:
        raise BadMapping(f"no exact affair stands in {min(decided)} on {on.isoformat()}")
    for left in by_article.values():
        raise MalformedDetail(DetailFault.NO_AFFAIR, article_label(left.article))
    return DetailHistory(texts=(*history.texts, on), details=tuple(result))


def until_day(history: DetailHistory, day: date) -> DetailHistory:
    """The history as it was known before the text of `day`: later versions gone, rows that ended later open again."""
    details = []
    for detail in history.details:
        earlier = versions.before(detail.versions, day)
        if earlier:
            items = tuple(
                msgspec.structs.replace(item, versions=kept)
                for item in detail.items
                if (kept := versions.before(item.versions, day))
            )
            details.append(msgspec.structs.replace(detail, versions=earlier, items=items))
    return DetailHistory(texts=tuple(text for text in history.texts if text < day), details=tuple(details))


def _items(
    detail: TextDetail, given: Mapping[str, frozenset[InformationKind]], vocabulary: Vocabulary, on: date
) -> Iterator[_NewItem]:
    """The items of an exact affair: one for each statement and each row of the table that gives it."""
    for found in detail.statements:
        rows = [
            rule
            for rule, kinds in given.items()
            if vocabulary.kinds(found.information, found.place.article, detail.words, kinds)
        ]
        if not rows:
            raise MalformedDetail(DetailFault.OUTSIDE_TABLE, found.place.label, found.information)
        for rule in rows:
            yield _NewItem(rule, _version(found, on))


def _version(found: Statement, on: date) -> ItemVersion:
    return ItemVersion(
        since=on,
        number=found.place.number,
        sub=found.place.sub,
        referred=found.via is not None,
        subject=found.subject,
        information=found.information,
        limit=found.limit,
    )


K = TypeVar("K")
N = TypeVar("N")


def _ended(detail: DetailedHistory, on: date) -> DetailedHistory:
    return msgspec.structs.replace(
        detail,
        versions=versions.closed(detail.versions, on),
        items=tuple(
            msgspec.structs.replace(item, versions=versions.closed(item.versions, on))
            for item in detail.items
        ),
    )


def _adopt_affair(
    affair: str,
    known: list[DetailedHistory],
    fresh: list[tuple[TextDetail, tuple[_NewItem, ...]]],
    on: date,
    decided: Mapping[str, str],
) -> Iterator[DetailedHistory]:
    """The exact affairs of one affair: those that stand in the order of the text, then those that ended."""
    standing = [
        (detail, version) for detail in known if (version := versions.standing(detail.versions)) is not None
    ]
    for place, detail_id in decided.items():
        if all(detail.id != detail_id for detail, _ in standing):
            raise BadMapping(
                f"{detail_id} does not stand before {on.isoformat()}, so it does not go on in {place}"
            )
    matches = _match(
        standing,
        fresh,
        [
            lambda old, new: decided.get(new[0].place.label) == old[0].id,
            lambda old, new: (old[1].who, old[1].words) == (new[0].who, new[0].words),
            lambda old, new: old[1].who == new[0].who and _bare(old[1].words) == _bare(new[0].words),
            lambda old, new: (
                old[1].who == new[0].who
                and _numberless(_bare(old[1].words)) == _numberless(_bare(new[0].words))
            ),
        ],
        lambda old, new: (
            _alike(_bare(old[1].words), _bare(new[0].words)) if old[1].who == new[0].who else 0.0
        ),
    )
    next_detail = 1 + max((detail.ordinal for detail in known), default=0)
    ordinals = _Ordinals(known)
    continued = set()
    for at, (text, items) in enumerate(fresh):
        if at in matches:
            old = standing[matches[at]][0]
            continued.add(old.id)
        else:
            old = DetailedHistory(id=f"{affair}.{next_detail}", versions=(), items=())
            next_detail += 1
        version = DetailVersion(
            since=on,
            article=text.place.article,
            paragraph=text.place.paragraph,
            number=text.place.number,
            words=text.words,
            who=text.who,
        )
        yield DetailedHistory(
            id=old.id,
            versions=versions.renewed(old.versions, version, on),
            items=tuple(_adopt_items(old.items, items, ordinals, on)),
        )
    for detail in known:
        if detail.id not in continued:
            yield _ended(detail, on)


class _Ordinals:
    """The next ordinal of each rule."""

    def __init__(self, known: Sequence[DetailedHistory]) -> None:
        self._last: dict[str, int] = {}
        for detail in known:
            for item in detail.items:
                self._last[item.provision] = max(self._last.get(item.provision, 0), item.ordinal)

    def next_id(self, provision: str) -> str:
        self._last[provision] = self._last.get(provision, 0) + 1
        return f"{provision}-{self._last[provision]}"


def _adopt_items(
    known: tuple[ItemHistory, ...], fresh: tuple[_NewItem, ...], ordinals: _Ordinals, on: date
) -> Iterator[ItemHistory]:
    standing = [
        (item, version) for item in known if (version := versions.standing(item.versions)) is not None
    ]

    def same_rule(old: tuple[ItemHistory, ItemVersion], new: _NewItem) -> bool:
        return old[0].provision == new.provision

    matches = _match(
        standing,
        fresh,
        [
            lambda old, new: same_rule(old, new) and _said(old[1]) == _said(new.version),
            lambda old, new: same_rule(old, new) and old[1].information == new.version.information,
        ],
        lambda old, new: _alike(_words(old[1]), _words(new.version)) if same_rule(old, new) else 0.0,
    )
    for at, new in enumerate(fresh):
        if at in matches:
            old = standing[matches[at]][0]
            yield msgspec.structs.replace(old, versions=versions.renewed(old.versions, new.version, on))
        else:
            yield ItemHistory(id=ordinals.next_id(new.provision), versions=(new.version,))
    continued = {standing[index][0].id for index in matches.values()}
    for item in known:
        if item.id not in continued:
            yield msgspec.structs.replace(item, versions=versions.closed(item.versions, on))


def _said(version: ItemVersion) -> tuple[str, str, str]:
    return version.subject, version.information, version.limit


def _words(version: ItemVersion) -> str:
    return version.subject + version.information + version.limit


def _match(
    standing: Sequence[K],
    fresh: Sequence[N],
    same: Sequence[Callable[[K, N], bool]],
    alike: Callable[[K, N], float],
) -> dict[int, int]:
    """Index of each new row -> index of the old one it continues: by each test of sameness in turn, then by likeness, best first."""
    matches: dict[int, int] = {}
    left = dict(enumerate(standing))
    for test in same:
        for at, new in enumerate(fresh):
            if at not in matches:
                found = next((index for index, old in left.items() if test(old, new)), None)
                if found is not None:
                    matches[at] = found
                    del left[found]
    rated = sorted(
        (
            (-rate, at, index)
            for at, new in enumerate(fresh)
            if at not in matches
            for index, old in left.items()
            if (rate := alike(old, new)) >= ALIKE
        )
    )
    for _, at, index in rated:
        if at not in matches and index in left:
            matches[at] = index
            del left[index]
    return matches


_PARENTHESES: Final = re.compile(r"（[^（）]*）")


def _bare(words: str) -> str:
    """The words without parentheses: a definition that moves to another place changes nothing."""
    while (bare := _PARENTHESES.sub("", words)) != words:
        words = bare
    return words


_NUMBERS: Final = re.compile(r"[一二三四五六七八九十百]+")


def _numberless(words: str) -> str:
    """The words with every number blank: an amendment that only renumbers what an affair refers to leaves them."""
    return _NUMBERS.sub("#", words)


def _alike(first: str, second: str) -> float:
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def decode_details(data: bytes) -> DetailHistory:
    """Read the committed form. Raises BadData."""
    try:
        return msgspec.json.decode(data, type=DetailHistory)
    except msgspec.DecodeError as error:
        raise BadData(f"not the details of the Order: {error}") from None


def encode_details(history: DetailHistory) -> bytes:
    """Write the committed form: JSON with one line an exact affair and one an item."""

    def line(value: object) -> str:
        return msgspec.json.encode(value).decode()

    opening, closing = line(msgspec.structs.replace(history, details=())).split('"details":[]')
    blocks = []
    for detail in history.details:
        start, end = line(msgspec.structs.replace(detail, items=())).split('"items":[]')
        items = ",\n  ".join(line(item) for item in detail.items)
        blocks.append(f' {start}"items":[\n  {items}\n ]{end}')
    return (opening + '"details":[\n' + ",\n".join(blocks) + "\n]" + closing + "\n").encode()
