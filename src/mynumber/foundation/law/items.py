"""The exact affairs and the items of one day, as values (Provision Order art. 3 ff.)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from mynumber.foundation.law.clauses import Place
from mynumber.foundation.law.detail_history import DetailHistory, DetailVersion, ItemHistory, ItemVersion
from mynumber.foundation.law.errors import BadData, Column
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.mapping import PhraseMapping
from mynumber.foundation.law.provisions import Affair, Provision
from mynumber.foundation.law.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of information that may be asked in one exact affair, from the providers of one rule.

    `subject` says about whom, as the article does (empty where it names nobody), `information` what, in plain words: the same words are the
    same information wherever they stand, so a value schema hangs on them. `place` is where the words stand, `via` the item that refers
    there. `limit` narrows both (納税義務者に係る情報に限る。). `kinds` are those kinds of the rule that it belongs to.
    """

    id: str
    provision_id: str
    affair_id: str
    detail_id: str
    place: Place
    via: Place | None
    subject: str
    information: str
    limit: str
    kinds: frozenset[InformationKind]
    provider_kinds: frozenset[InstitutionKind]
    valid_from: date
    valid_until: date | None

    @property
    def words(self) -> str:
        """The whole statement: 当該届出に係る被扶養者に係る年金給付関係情報."""
        about = f"{self.subject}に係る" if self.subject else ""
        return about + self.information + (f"（{self.limit}）" if self.limit else "")

    @property
    def label(self) -> str:
        """Where it is stated, e.g. 第四条第十五号ロ; for a reference, 第十条第三号（第十条第一号ヘ）."""
        return self.place.label if self.via is None else f"{self.via.label}（{self.place.label}）"


@dataclass(frozen=True, slots=True)
class DetailedAffair:
    """One exact affair (事務) of an affair of the table, with its items in the order of the article.

    `inquirer_kinds` are those of the affair, or fewer where the article names some of the inquirers (`inquirer_words`, art. 60).
    """

    id: str
    affair_id: str
    place: Place
    words: str
    inquirer_words: str
    inquirer_kinds: frozenset[InstitutionKind]
    items: tuple[Item, ...]
    valid_from: date
    valid_until: date | None

    @property
    def label(self) -> str:
        """Where it stands, e.g. 第四条第十五号."""
        return self.place.label


class Details:
    """The exact affairs and items of one text, ready for look-up. Immutable."""

    __slots__ = ("affairs", "by_affair", "by_id", "by_provision", "items")

    def __init__(
        self,
        history: DetailHistory,
        table: Mapping[str, Affair],
        on: date,
        mapping: PhraseMapping,
        vocabulary: Vocabulary,
    ) -> None:
        """Build the look-up of a day. Raises BadData where the history does not fit the table."""
        places = {affair_id: at for at, affair_id in enumerate(table)}
        found = sorted(
            _detailed(history, table, on, mapping, vocabulary),
            key=lambda detail: (places[detail.affair_id], detail.place.order),
        )
        self.affairs = {detail.id: detail for detail in found}
        self.items = tuple(item for detail in self.affairs.values() for item in detail.items)
        self.by_id = {item.id: item for item in self.items}
        by_affair: dict[str, list[DetailedAffair]] = {}
        for detail in self.affairs.values():
            by_affair.setdefault(detail.affair_id, []).append(detail)
        by_provision: dict[str, list[Item]] = {}
        for item in self.items:
            by_provision.setdefault(item.provision_id, []).append(item)
        self.by_affair = {key: tuple(details) for key, details in by_affair.items()}
        self.by_provision = {key: tuple(items) for key, items in by_provision.items()}


def _detailed(
    history: DetailHistory,
    table: Mapping[str, Affair],
    on: date,
    mapping: PhraseMapping,
    vocabulary: Vocabulary,
) -> Iterator[DetailedAffair]:
    rules = {rule.id: rule for affair in table.values() for rule in affair.provisions}
    for detail, version in history.on(on):
        affair = table.get(detail.affair)
        if affair is None:
            raise BadData(f"no affair {detail.affair} for {detail.id} on {on.isoformat()}")
        items = [
            _item(item, said, detail.id, version, rules.get(item.provision), vocabulary)
            for item in detail.items
            for said in item.versions
            if said.applies(on)
        ]
        yield DetailedAffair(
            id=detail.id,
            affair_id=detail.affair,
            place=version.place,
            words=version.words,
            inquirer_words=version.who,
            inquirer_kinds=mapping.institution_kinds(version.who, Column.INQUIRER)
            if version.who
            else affair.inquirer_kinds,
            items=tuple(sorted(items, key=lambda item: item.place.order)),
            valid_from=version.since,
            valid_until=version.until,
        )


def _item(
    item: ItemHistory,
    said: ItemVersion,
    detail_id: str,
    detail: DetailVersion,
    rule: Provision | None,
    vocabulary: Vocabulary,
) -> Item:
    if rule is None:
        raise BadData(f"no rule for item {item.id}")
    kinds = vocabulary.kinds(said.information, detail.article, detail.words, rule.information_kinds)
    if not kinds:
        raise BadData(f"item {item.id} is outside its rule")
    return Item(
        id=item.id,
        provision_id=rule.id,
        affair_id=rule.affair_id,
        detail_id=detail_id,
        place=Place(detail.article, detail.paragraph, said.number, said.sub),
        via=detail.place if said.referred else None,
        subject=said.subject,
        information=said.information,
        limit=said.limit,
        kinds=kinds,
        provider_kinds=rule.provider_kinds,
        valid_from=said.since,
        valid_until=said.until,
    )
