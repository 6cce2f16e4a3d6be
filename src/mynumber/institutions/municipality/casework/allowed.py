"""What the table of the law lets an affair of this municipality ask, and which members of the network can be asked it.

Act art. 19(viii), Provision Order art. 2; for affairs of its own ordinances art. 19(ix). What this shows is a help to the case worker; the network
decides each inquiry by the same table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mynumber.foundation.law import Affair, InformationKind, InstitutionKind, Provision, legal_basis
from mynumber.foundation.law.own_use import is_own_use
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.systems import member_id
from mynumber.protocols.directory import Directory, System, UnknownSystem
from mynumber.protocols.facts import HELD

MOST_CANDIDATES: Final = 12
"""Members listed one by one under a kind of information; the others are chosen on the page for inquiries by hand."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fact that may be asked of one member."""

    value: str
    """`provision:information:provider`, as the form sends it."""
    provider: str
    name: str
    information: InformationKind
    suggested: bool
    """Ticked beforehand: the register or the kind of information points to this member."""
    why: str
    """Why it is suggested, in Japanese; may be empty."""

    @property
    def registered(self) -> bool:
        """Whether institutions of this platform hold copies of this kind of information."""
        return self.information in HELD


@dataclass(frozen=True, slots=True)
class Allowed:
    """One provision of the affair, with whom it can be asked here."""

    provision: Provision
    item_label: str
    candidates: tuple[Candidate, ...]
    """Empty when no member of the directory is such an institution."""

    @property
    def words(self) -> str:
        """How the page names the place in the law."""
        if is_own_use(self.provision.id):
            return f"条例による独自利用事務 {self.provision.id}（第二条の表の{self.item_label}の項に準じる）"
        return f"第二条の表の{self.item_label}の項（細目は{self.provision.article_label}）"


def kinds_of(directory: Directory, member: str) -> frozenset[InstitutionKind]:
    """The kinds of a member as the directory lists them; none for one that it does not list."""
    try:
        return frozenset(InstitutionKind.named(kind) for kind in directory.system(member).kinds)
    except UnknownSystem:
        return frozenset()


def affairs_of(directory: Directory, code: str, *, on: date) -> tuple[Affair, ...]:
    """The affairs of the table for which this municipality may ask, in its order."""
    return legal_basis(on).affairs_of(kinds_of(directory, member_id(code)))


def allowed(directory: Directory, code: str, affair: Affair, person: Person) -> tuple[Allowed, ...]:
    """Every provision of the affair with those who can be asked; what can be asked here stands first."""
    others = [system for system in directory.members() if system.id != member_id(code)]
    found = [
        Allowed(
            provision,
            affair.item_label,
            tuple(_candidates(directory, provision, others, person)),
        )
        for provision in affair.provisions
    ]
    return tuple(
        sorted(found, key=lambda one: (not any(c.suggested for c in one.candidates), not one.candidates))
    )


def _candidates(
    directory: Directory, provision: Provision, others: Sequence[System], person: Person
) -> Iterator[Candidate]:
    providers = [system for system in others if _provides(directory, system, provision)]
    providers.sort(key=lambda system: (system.id != member_id(person.previous_municipality), system.id))
    for information in _in_order(provision):
        for system in providers[:MOST_CANDIDATES]:
            suggested, why = _advice(information, system, person, alone=len(providers) == 1)
            value = f"{provision.id}:{information.value}:{system.id}"
            yield Candidate(value, system.id, system.name, information, suggested, why)


def _advice(information: InformationKind, system: System, person: Person, *, alone: bool) -> tuple[bool, str]:
    if information not in HELD:
        return False, ""
    if system.id.startswith("municipality."):
        if person.previous_municipality and system.id == member_id(person.previous_municipality):
            return True, _moved(person)
        return False, ""
    return alone, ""


def _moved(person: Person) -> str:
    on = person.moved_in
    when = f"{on.year}年{on.month}月{on.day}日" if on else ""
    return f"住民記録によると、{when}にここから転入しました"


def _provides(directory: Directory, system: System, provision: Provision) -> bool:
    return not provision.provider_kinds.isdisjoint(kinds_of(directory, system.id))


def _in_order(provision: Provision) -> list[InformationKind]:
    """Kinds that are held here first, then as the vocabulary lists them."""
    order = {kind: place for place, kind in enumerate(InformationKind)}
    return sorted(provision.information_kinds, key=lambda kind: (kind not in HELD, order[kind]))
