"""Who may ask whom for what: the table of one day, ready for look-up (Act art. 19(viii), Provision Order art. 2).

    basis = legal_basis(on)
    rule = basis.find(inquirer_kinds, "81-1", provider_kinds, InformationKind.LOCAL_TAX)

`find` costs a dictionary look-up or two. What is not in the table is None, and None is a refusal.
"""

import bisect
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from mynumber.foundation.law.detail_history import DetailHistory, decode_details
from mynumber.foundation.law.errors import Column, NotInForce, UnknownAffair, UnknownItem
from mynumber.foundation.law.former import FORMER_SINCE, FORMER_TEXT, former_history, former_mapping
from mynumber.foundation.law.history import AffairHistory, AffairVersion, OrderHistory, decode
from mynumber.foundation.law.items import DetailedAffair, Details, Item
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.mapping import PhraseMapping, phrase_mapping
from mynumber.foundation.law.provisions import Affair, Provision
from mynumber.foundation.law.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class _Index:
    """One affair by information: every rule that names the information, with its providers."""

    inquirer_kinds: frozenset[InstitutionKind]
    by_information: Mapping[InformationKind, tuple[Provision, ...]]


class LegalBasis:
    """The table as it applies from one text to the next. Immutable; made by `legal_basis`."""

    __slots__ = ("_affairs", "_details", "_index", "_provisions", "_read_details", "numbers", "text_of")

    text_of: date
    """Day of effect of the text that applies; of the former table, the day whose wording is known, which may be later than the day asked about."""
    numbers: int
    """How many numbers (項) the table has, deleted ones included."""

    def __init__(
        self,
        history: OrderHistory,
        mapping: PhraseMapping,
        text_of: date,
        details: Callable[[], DetailHistory],
    ) -> None:
        """Build the look-up of the text of that day; `details` gives its articles on first use. Raises UnmappedPhrase."""
        affairs = [
            _affair(affair, version, mapping, text_of) for affair, version in history.affairs_on(text_of)
        ]
        self._affairs = {affair.id: affair for affair in affairs}
        self._index = {affair.id: _index(affair) for affair in affairs}
        self._provisions = {provision.id: provision for affair in affairs for provision in affair.provisions}
        self.numbers = len({affair.item for affair in affairs}) + len(history.deleted_on(text_of))
        self.text_of = text_of
        self._details: Details | None = None
        self._read_details = details

    @property
    def is_former(self) -> bool:
        """Whether this is the former appended table 2 of the Act, not the Provision Order."""
        return self.text_of == FORMER_TEXT

    @property
    def affairs(self) -> tuple[Affair, ...]:
        """All affairs in the order of the table."""
        return tuple(self._affairs.values())

    @property
    def provisions(self) -> tuple[Provision, ...]:
        """All rules in the order of the table."""
        return tuple(self._provisions.values())

    def affair(self, affair_id: str) -> Affair:
        """The affair of that id. Raises UnknownAffair (a LookupError)."""
        try:
            return self._affairs[affair_id]
        except KeyError:
            raise UnknownAffair(affair_id) from None

    def provision(self, provision_id: str) -> Provision | None:
        """The rule of that id, if it applies."""
        return self._provisions.get(provision_id)

    def affairs_of(self, kinds: Set[InstitutionKind]) -> tuple[Affair, ...]:
        """The affairs that an institution of these kinds may ask for, in the order of the table."""
        return tuple(
            affair for affair in self._affairs.values() if not affair.inquirer_kinds.isdisjoint(kinds)
        )

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item of articles 3 ff., in the order of the table and the articles."""
        return self._detailed().items

    @property
    def details(self) -> tuple[DetailedAffair, ...]:
        """Every exact affair of articles 3 ff., in the order of the table and the articles."""
        return tuple(self._detailed().affairs.values())

    def details_of(self, affair_id: str) -> tuple[DetailedAffair, ...]:
        """The exact affairs of an affair of the table; none if it does not apply."""
        return self._detailed().by_affair.get(affair_id, ())

    def items_of(self, provision_id: str) -> tuple[Item, ...]:
        """The items of a rule; none if it does not apply."""
        return self._detailed().by_provision.get(provision_id, ())

    def item(self, item_id: str) -> Item:
        """The item of that id. Raises UnknownItem (a LookupError)."""
        try:
            return self._detailed().by_id[item_id]
        except KeyError:
            raise UnknownItem(item_id) from None

    def detail(self, detail_id: str) -> DetailedAffair:
        """The exact affair of that id. Raises UnknownItem (a LookupError)."""
        try:
            return self._detailed().affairs[detail_id]
        except KeyError:
            raise UnknownItem(detail_id) from None

    def find(
        self,
        inquirer_kinds: frozenset[InstitutionKind],
        affair_id: str,
        provider_kinds: frozenset[InstitutionKind],
        information: InformationKind,
        *,
        item: str | None = None,
    ) -> Provision | None:
        """The rule that lets this inquirer ask this provider for this information in this affair; None refuses.

        An institution carries all its kinds; one of them in the rule is enough. With `item` the rule must have that item, it must belong
        to the information, and its exact affair must be one of this inquirer.
        """
        index = self._index.get(affair_id)
        if index is None or index.inquirer_kinds.isdisjoint(inquirer_kinds):
            return None
        if item is not None:
            return self._find_item(inquirer_kinds, affair_id, provider_kinds, information, item)
        for provision in index.by_information.get(information, ()):
            if not provision.provider_kinds.isdisjoint(provider_kinds):
                return provision
        return None

    def _find_item(
        self,
        inquirer_kinds: frozenset[InstitutionKind],
        affair_id: str,
        provider_kinds: frozenset[InstitutionKind],
        information: InformationKind,
        item_id: str,
    ) -> Provision | None:
        details = self._detailed()
        item = details.by_id.get(item_id)
        if item is None or item.affair_id != affair_id or information not in item.kinds:
            return None
        if details.affairs[item.detail_id].inquirer_kinds.isdisjoint(inquirer_kinds):
            return None
        return None if item.provider_kinds.isdisjoint(provider_kinds) else self._provisions[item.provision_id]

    def _detailed(self) -> Details:
        """The articles of this text, made on first use: who asks by kinds alone never loads them."""
        if self._details is None:
            self._details = Details(
                self._read_details(), self._affairs, self.text_of, phrase_mapping(), vocabulary()
            )
        return self._details


def legal_basis(on: date) -> LegalBasis:
    """The table that applies on a day; the same object for all days of one text.

    Before the Order it is the former appended table 2 of the Act, in its last wording and without items. A day after the last text gets the
    last text: renew the data with `mynumber law import` when the Order is amended. Raises NotInForce before the former table.
    """
    texts = committed_history().texts
    place = bisect.bisect_right(texts, on)
    if place:
        return _basis_of(texts[place - 1])
    if on < FORMER_SINCE:
        raise NotInForce(on, FORMER_SINCE)
    return _former_basis()


@cache
def committed_history() -> OrderHistory:
    """The table in time that the package carries. Raises BadData."""
    folder = resources.files("mynumber.foundation.law") / "data"
    return decode((folder / "provision_order.json").read_bytes())


@cache
def committed_details() -> DetailHistory:
    """The articles in time that the package carries. Raises BadData."""
    folder = resources.files("mynumber.foundation.law") / "data"
    return decode_details((folder / "provision_details.json").read_bytes())


@cache
def _basis_of(text_of: date) -> LegalBasis:
    return LegalBasis(committed_history(), phrase_mapping(), text_of, committed_details)


@cache
def _former_basis() -> LegalBasis:
    return LegalBasis(former_history(), former_mapping(), FORMER_TEXT, DetailHistory)


def _affair(history: AffairHistory, version: AffairVersion, mapping: PhraseMapping, on: date) -> Affair:
    provisions = tuple(
        Provision(
            id=rule.id,
            affair_id=history.id,
            provider_words=row.provider,
            provider_kinds=mapping.institution_kinds(row.provider, Column.PROVIDER),
            information_words=row.information,
            information_kinds=mapping.information_kinds(row.information),
            article=row.article,
            valid_from=row.since,
            valid_until=row.until,
        )
        for rule in history.provisions
        for row in rule.versions
        if row.applies(on)
    )
    return Affair(
        id=history.id,
        item=history.item,
        article=version.article,
        words=version.words,
        inquirer_words=version.inquirer,
        inquirer_kinds=mapping.institution_kinds(version.inquirer, Column.INQUIRER),
        provisions=provisions,
        valid_from=version.since,
        valid_until=version.until,
    )


def _index(affair: Affair) -> _Index:
    by_information: dict[InformationKind, list[Provision]] = {}
    for provision in affair.provisions:
        for kind in provision.information_kinds:
            by_information.setdefault(kind, []).append(provision)
    return _Index(affair.inquirer_kinds, {kind: tuple(rules) for kind, rules in by_information.items()})
