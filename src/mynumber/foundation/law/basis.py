"""Who may ask whom for what: the table of one day, ready for look-up (Act art. 19(viii), Provision Order art. 2).

    basis = legal_basis(on)
    rule = basis.find(inquirer_kinds, "81-1", provider_kinds, InformationKind.LOCAL_TAX)

`find` costs a dictionary look-up or two. What is not in the table is None, and None is a refusal.
"""

import bisect
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from mynumber.foundation.law.errors import Column, NotInForce, UnknownAffair
from mynumber.foundation.law.history import AffairHistory, AffairVersion, OrderHistory, decode
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.mapping import PhraseMapping, phrase_mapping
from mynumber.foundation.law.numerals import article_label, label_of


@dataclass(frozen=True, slots=True)
class Provision:
    """One rule: this provider gives this information for this affair (third and fourth column).

    `valid_from` is the first day of this wording, `valid_until` the first day it no longer applies (None: not known to end).
    """

    id: str
    affair_id: str
    provider_words: str
    provider_kinds: frozenset[InstitutionKind]
    information_words: str
    information_kinds: frozenset[InformationKind]
    article: str
    valid_from: date
    valid_until: date | None

    @property
    def article_label(self) -> str:
        """The article that says exactly which information, e.g. 第八十三条."""
        return article_label(self.article)


@dataclass(frozen=True, slots=True)
class Affair:
    """One affair (特定個人番号利用事務) of one inquirer, with its provisions in the order of the table."""

    id: str
    item: str
    article: str
    words: str
    inquirer_words: str
    inquirer_kinds: frozenset[InstitutionKind]
    provisions: tuple[Provision, ...]
    valid_from: date
    valid_until: date | None

    @property
    def item_label(self) -> str:
        """The item as the table numbers it, e.g. 八十一 or 十二の二."""
        return label_of(self.item)

    @property
    def article_label(self) -> str:
        """The article that details the affair, e.g. 第八十三条."""
        return article_label(self.article)


@dataclass(frozen=True, slots=True)
class _Index:
    """One affair by information: every rule that names the information, with its providers."""

    inquirer_kinds: frozenset[InstitutionKind]
    by_information: Mapping[InformationKind, tuple[Provision, ...]]


class LegalBasis:
    """The table as it applies from one text to the next. Immutable; made by `legal_basis`."""

    __slots__ = ("_affairs", "_index", "_provisions", "items", "text_of")

    text_of: date
    """Day of effect of the text that applies."""
    items: int
    """Number of items, deleted ones included."""

    def __init__(self, history: OrderHistory, mapping: PhraseMapping, text_of: date) -> None:
        """Build the look-up of the text of that day. Raises UnmappedPhrase."""
        affairs = [
            _affair(affair, version, mapping, text_of) for affair, version in history.affairs_on(text_of)
        ]
        self._affairs = {affair.id: affair for affair in affairs}
        self._index = {affair.id: _index(affair) for affair in affairs}
        self._provisions = {provision.id: provision for affair in affairs for provision in affair.provisions}
        self.items = len({affair.item for affair in affairs}) + len(history.deleted_on(text_of))
        self.text_of = text_of

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

    def find(
        self,
        inquirer_kinds: frozenset[InstitutionKind],
        affair_id: str,
        provider_kinds: frozenset[InstitutionKind],
        information: InformationKind,
    ) -> Provision | None:
        """The rule that lets this inquirer ask this provider for this information in this affair; None refuses.

        An institution carries all its kinds; one of them in the rule is enough.
        """
        index = self._index.get(affair_id)
        if index is None or index.inquirer_kinds.isdisjoint(inquirer_kinds):
            return None
        for provision in index.by_information.get(information, ()):
            if not provision.provider_kinds.isdisjoint(provider_kinds):
                return provision
        return None


def legal_basis(on: date) -> LegalBasis:
    """The table that applies on a day; the same object for all days of one text. Raises NotInForce before the first text.

    A day after the last text gets the last text: renew the data with `mynumber law import` when the Order is amended.
    """
    texts = committed_history().texts
    place = bisect.bisect_right(texts, on)
    if place == 0:
        raise NotInForce(on, texts[0])
    return _basis_of(texts[place - 1])


@cache
def committed_history() -> OrderHistory:
    """The table in time that the package carries. Raises BadData."""
    folder = resources.files("mynumber.foundation.law") / "data"
    return decode((folder / "provision_order.json").read_bytes())


@cache
def _basis_of(text_of: date) -> LegalBasis:
    return LegalBasis(committed_history(), phrase_mapping(), text_of)


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
