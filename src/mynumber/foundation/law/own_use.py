"""Own-use affairs of local governments by ordinance (独自利用事務): Act art. 9(2), 19(ix), 26.

A local government may ask through the network for an affair of its own ordinance if it is equivalent to an affair of the table: same purpose,
like content, and no information beyond what that affair may ask. It notifies the supervisory commission, and asks only once the
commission has accepted the notice. Ids: "own-131229-1" is the first such affair of the body 131229, "own-131229-1-2" its second rule; items keep
the ids of the equivalent affair.

The conditions of equivalence and of the notice stand in rules of the commission (個人情報保護委員会規則) that are not at hand; what is checked here
follows the Act itself. Whether a purpose is the same is for people to judge: the notice carries their reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from mynumber.foundation.law.basis import LegalBasis, legal_basis
from mynumber.foundation.law.errors import LawError, UnknownAffair
from mynumber.foundation.law.in_force import Status, status_of
from mynumber.foundation.law.items import Item
from mynumber.foundation.law.kinds import InformationKind, InstitutionKind
from mynumber.foundation.law.provisions import Affair, Provision
from mynumber.foundation.numbers.local_government import LocalGovernmentCode

_PREFIX: Final = "own-"


class OwnUseField(StrEnum):
    """The fields of Act art. 9(2)."""

    WELFARE = "welfare"
    HEALTH = "health"
    MEDICAL = "medical"
    SOCIAL_SECURITY = "social_security"
    LOCAL_TAX = "local_tax"
    DISASTER = "disaster"
    OTHER = "other"

    @property
    def label_ja(self) -> str:
        """The words of the Act."""
        return _FIELDS_JA[self]


_FIELDS_JA: Final = {
    OwnUseField.WELFARE: "福祉",
    OwnUseField.HEALTH: "保健",
    OwnUseField.MEDICAL: "医療",
    OwnUseField.SOCIAL_SECURITY: "その他の社会保障",
    OwnUseField.LOCAL_TAX: "地方税",
    OwnUseField.DISASTER: "防災",
    OwnUseField.OTHER: "その他これらに類する事務",
}


class OwnUseFault(StrEnum):
    """Why an own-use affair is not equivalent to an affair of the table."""

    NO_WORDS = "no words, no ordinance or no reason"
    BAD_DATES = "it ends before it begins"
    BEFORE_NOTICE = "it begins before the commission accepted the notice"
    UNKNOWN_AFFAIR = "no such affair in the table"
    NO_RULES = "it asks for nothing"
    OUTSIDE_AFFAIR = "a rule that the equivalent affair does not have"
    OUTSIDE_RULE = "an item that the rule does not have"
    TWICE = "a rule or an affair that stands twice"


class NotEquivalent(LawError):
    """An own-use affair that the law does not allow. `fault` says why, `what` names the rule or item."""

    def __init__(self, affair_id: str, fault: OwnUseFault, what: str = "") -> None:
        self.affair_id = affair_id
        self.fault = fault
        self.what = what
        super().__init__(": ".join(part for part in (affair_id, fault.value, what) if part))


@dataclass(frozen=True, slots=True)
class OwnUseRule:
    """A rule of the equivalent affair that the own-use affair takes over, whole or only some of its items."""

    provision_id: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnUseAffair:
    """One own-use affair of one local government.

    `ordinance` cites the ordinance and its article, `equivalent` is the affair of the table, `reason` says why purpose and content are like it.
    `notified` is the day of the notice to the commission, `accepted` the day the commission accepted it (None: not yet).
    """

    body: LocalGovernmentCode
    number: int
    words: str
    executive: str
    field: OwnUseField
    ordinance: str
    equivalent: str
    reason: str
    rules: tuple[OwnUseRule, ...]
    valid_from: date
    notified: date
    accepted: date | None = None
    valid_until: date | None = None

    @property
    def id(self) -> str:
        """E.g. "own-131229-1"."""
        return f"{_PREFIX}{self.body}-{self.number}"

    def status(self, on: date) -> Status:
        """Whether it may be asked for: not before the commission accepted the notice."""
        state = status_of(self.valid_from, self.valid_until, on)
        waits = self.accepted is None or on < self.accepted
        return Status.NOT_YET if waits and state is Status.IN_FORCE else state


class NoticeKind(StrEnum):
    """What a notice to the commission tells (届出, 変更の届出, 廃止の届出)."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class OwnUseNotice:
    """A notice of a local government to the supervisory commission about one own-use affair."""

    kind: NoticeKind
    affair: OwnUseAffair
    sent: date


@dataclass(frozen=True, slots=True)
class ProvisionLimit:
    """A local government whose ordinance limits what it provides for own-use affairs (Act art. 26, 平成28年個人情報保護委員会規則第6号).

    It need not provide `information` for own-use affairs equivalent to `equivalent` from `valid_from` on.
    """

    body: LocalGovernmentCode
    ordinance: str
    equivalent: str
    information: frozenset[InformationKind]
    valid_from: date
    valid_until: date | None = None


def is_own_use(row_id: str) -> bool:
    """Whether an id is one of an own-use affair or its rules."""
    return row_id.startswith(_PREFIX)


def check_equivalent(affair: OwnUseAffair, basis: LegalBasis) -> None:
    """Hold an own-use affair against the table of a day. Raises NotEquivalent."""

    def refuse(fault: OwnUseFault, what: str = "") -> NotEquivalent:
        return NotEquivalent(affair.id, fault, what)

    if affair.number < 1 or not all(
        text.strip() for text in (affair.words, affair.executive, affair.ordinance, affair.reason)
    ):
        raise refuse(OwnUseFault.NO_WORDS)
    if affair.valid_until is not None and affair.valid_until <= affair.valid_from:
        raise refuse(OwnUseFault.BAD_DATES)
    if affair.accepted is not None and not affair.notified <= affair.accepted <= affair.valid_from:
        raise refuse(OwnUseFault.BEFORE_NOTICE)
    try:
        rules = {rule.id for rule in basis.affair(affair.equivalent).provisions}
    except UnknownAffair:
        raise refuse(OwnUseFault.UNKNOWN_AFFAIR, affair.equivalent) from None
    if not affair.rules:
        raise refuse(OwnUseFault.NO_RULES)
    if len({rule.provision_id for rule in affair.rules}) != len(affair.rules):
        raise refuse(OwnUseFault.TWICE)
    for rule in affair.rules:
        if rule.provision_id not in rules:
            raise refuse(OwnUseFault.OUTSIDE_AFFAIR, rule.provision_id)
        for outside in sorted(set(rule.items) - {item.id for item in basis.items_of(rule.provision_id)}):
            raise refuse(OwnUseFault.OUTSIDE_RULE, outside)


class LocalBasis:
    """The table of a day with the own-use affairs of local governments. Immutable; made by `local_basis`."""

    __slots__ = ("_affairs", "_items", "_limits", "_own", "_provisions", "on", "refused", "rows", "table")

    table: LegalBasis
    """The table without own-use affairs."""
    on: date
    """The day."""
    rows: Mapping[str, OwnUseAffair]
    """Every own-use affair given, whatever its status on the day."""
    refused: Mapping[str, NotEquivalent]
    """Those that the table of the day does not allow; nobody may ask in them."""

    def __init__(
        self, table: LegalBasis, on: date, rows: Iterable[OwnUseAffair], limits: Iterable[ProvisionLimit]
    ) -> None:
        """Hold each affair against the table. Raises NotEquivalent only for an id given twice."""
        known: dict[str, OwnUseAffair] = {}
        refused: dict[str, NotEquivalent] = {}
        self._affairs: dict[str, Affair] = {}
        self._provisions: dict[str, Provision] = {}
        self._items: dict[str, tuple[Item, ...]] = {}
        for row in rows:
            if row.id in known:
                raise NotEquivalent(row.id, OwnUseFault.TWICE)
            known[row.id] = row
            try:
                check_equivalent(row, table)
            except NotEquivalent as error:
                refused[row.id] = error
                continue
            if row.status(on) is Status.IN_FORCE:
                self._admit(row, table)
        self._own = {key: known[key] for key in self._affairs}
        self._limits = [
            limit for limit in limits if status_of(limit.valid_from, limit.valid_until, on) is Status.IN_FORCE
        ]
        self.table, self.on, self.rows, self.refused = table, on, known, refused

    def _admit(self, row: OwnUseAffair, table: LegalBasis) -> None:
        equivalent = table.affair(row.equivalent)
        rules = []
        for ordinal, taken in enumerate(row.rules, start=1):
            rule = table.provision(taken.provision_id)
            assert rule is not None  # noqa: S101 - check_equivalent has found it
            items = tuple(
                item for item in table.items_of(rule.id) if not taken.items or item.id in taken.items
            )
            kinds = (
                frozenset(kind for item in items for kind in item.kinds)
                if taken.items
                else rule.information_kinds
            )
            own = replace(
                rule,
                id=f"{row.id}-{ordinal}",
                affair_id=row.id,
                information_kinds=kinds,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            )
            rules.append(own)
            self._provisions[own.id] = own
            self._items[own.id] = items
        self._affairs[row.id] = replace(
            equivalent,
            id=row.id,
            words=row.words,
            inquirer_words=row.executive,
            provisions=tuple(rules),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )

    def affairs_of(
        self, kinds: frozenset[InstitutionKind], body: LocalGovernmentCode | None = None
    ) -> tuple[Affair, ...]:
        """The affairs of the table for these kinds, then the own-use affairs of the body that apply."""
        own = tuple(self._affairs[key] for key, row in self._own.items() if row.body == body)
        return self.table.affairs_of(kinds) + own

    def affair(self, affair_id: str) -> Affair:
        """The affair of that id, own-use or not. Raises UnknownAffair (a LookupError)."""
        return self._affairs.get(affair_id) or self.table.affair(affair_id)

    def provision(self, provision_id: str) -> Provision | None:
        """The rule of that id, own-use or not, if it applies."""
        return self._provisions.get(provision_id) or self.table.provision(provision_id)

    def items_of(self, provision_id: str) -> tuple[Item, ...]:
        """The items of a rule; of an own-use rule, those that it takes over."""
        own = self._items.get(provision_id)
        return self.table.items_of(provision_id) if own is None else own

    def find(
        self,
        inquirer_kinds: frozenset[InstitutionKind],
        affair_id: str,
        provider_kinds: frozenset[InstitutionKind],
        information: InformationKind,
        *,
        item: str | None = None,
        body: LocalGovernmentCode | None = None,
        provider: LocalGovernmentCode | None = None,
    ) -> Provision | None:
        """As `LegalBasis.find`; in an own-use affair the inquirer is `body`, and `provider` (if it is a local government) may be limited."""
        row = self._own.get(affair_id)
        if row is None:
            return self.table.find(inquirer_kinds, affair_id, provider_kinds, information, item=item)
        if body is None or row.body != body or self._is_limited(row, provider, information):
            return None
        for rule in self._affairs[affair_id].provisions:
            if information not in rule.information_kinds or rule.provider_kinds.isdisjoint(provider_kinds):
                continue
            if item is None or any(
                found.id == item and information in found.kinds for found in self._items[rule.id]
            ):
                return rule
        return None

    def _is_limited(
        self, row: OwnUseAffair, provider: LocalGovernmentCode | None, information: InformationKind
    ) -> bool:
        return any(
            limit.body == provider and limit.equivalent == row.equivalent and information in limit.information
            for limit in self._limits
        )


def local_basis(on: date, rows: Iterable[OwnUseAffair], limits: Iterable[ProvisionLimit] = ()) -> LocalBasis:
    """The table of a day with own-use affairs of local governments. Raises NotInForce, NotEquivalent."""
    return LocalBasis(legal_basis(on), on, rows, limits)
