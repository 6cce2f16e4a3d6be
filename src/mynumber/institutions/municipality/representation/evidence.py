"""What the resident register says to a claim (住民票との突合): each line with what was claimed, what is there, and whether it fits. Nothing here decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from mynumber.foundation.people import fold
from mynumber.foundation.people.ages import has_attained, legal_age
from mynumber.institutions.municipality.applications.identifying import identify
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.representation.models import Claim, Kind, State
from mynumber.protocols.residents import FourAttributes

ADULT: Final = 18
_HEAD: Final = "世帯主"
_CHILD: Final = "子"


class Fit(StrEnum):
    """Whether a line speaks for the claim."""

    YES = "合っています"
    NO = "合っていません"
    UNKNOWN = "分かりません"


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One thing that is looked at."""

    what: str
    found: str
    fit: Fit


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """All of it, and who they are in the register. Prints nobody."""

    claimant: Person | None
    person: Person | None
    lines: tuple[Line, ...]
    is_protected: bool
    """支援措置 of the represented person, who lives in another household than the representative: nothing of them may become known."""

    def __repr__(self) -> str:
        return f"Evidence({len(self.lines)} lines)"

    @property
    def fits(self) -> bool:
        """Whether the register alone speaks for it, in every line."""
        return all(line.fit is Fit.YES for line in self.lines)


def evidence_of(claim: Claim, *, today: date, addressee: str = "") -> Evidence:
    """What the register says. addressee: whom the clerk means, where name and birthday do not tell one person."""
    claimant = identify(
        FourAttributes(
            name=claim.claimant_name,
            address=claim.claimant_address,
            birth_date=claim.claimant_birth,
            sex=claim.claimant_sex,
        )
    ).person
    people = _people(claim, addressee)
    person = people[0] if len(people) == 1 else None
    lines = [
        Line(
            "届け出た人が住民票にある",
            "あります" if claimant else "一人に定まりません",
            _fit(known=bool(claimant)),
        ),
        Line(
            "代理される人が住民票にある",
            "あります"
            if person
            else ("いません" if not people else f"同じ氏名と生年月日の人が{len(people)}人います"),
            _fit(known=bool(person)),
        ),
    ]
    same_household = bool(claimant and person and claimant.household_id == person.household_id)
    if claim.kind == Kind.PARENT:
        lines += _family(claimant, person, same_household=same_household)
    if person is not None:
        lines.append(_age(claim, person, today))
    return Evidence(
        claimant,
        person,
        tuple(lines),
        is_protected=person is not None and person.protected and not same_household,
    )


def _people(claim: Claim, addressee: str) -> list[Person]:
    living = Person.objects.filter(birth=claim.person_birth, moved_out=None, died_on=None)
    if addressee:
        return list(living.filter(addressee=addressee))
    return [each for each in living if fold(each.name) == fold(claim.person_name)]


def _fit(*, known: bool) -> Fit:
    return Fit.YES if known else Fit.NO


def _family(claimant: Person | None, person: Person | None, *, same_household: bool) -> Sequence[Line]:
    if claimant is None or person is None:
        return (Line("同じ世帯にいる", "", Fit.UNKNOWN), Line("続柄", "", Fit.UNKNOWN))
    if not same_household:
        return (
            Line("同じ世帯にいる", "別の世帯です", Fit.NO),
            Line("続柄", "別の世帯の人との続柄は、住民票では分かりません", Fit.UNKNOWN),
        )
    relations = f"届け出た人は「{claimant.relation}」、代理される人は「{person.relation}」"
    return (
        Line("同じ世帯にいる", "同じ世帯です", Fit.YES),
        Line(
            "続柄（世帯主から見たもの）",
            relations,
            Fit.YES if _is_parent(claimant.relation, person.relation) else Fit.UNKNOWN,
        ),
    )


def _is_parent(older: str, younger: str) -> bool:
    """Whether the relations to the head of the household (続柄) say that one is the other's child. A head's 「子」 need not be that of the head's wife or husband."""
    return younger == (_CHILD if older == _HEAD else f"{older}の子")


def _age(claim: Claim, person: Person, today: date) -> Line:
    age = legal_age(person.birth, today)
    of_age = has_attained(person.birth, ADULT, today)
    if claim.kind == Kind.PARENT:
        return Line("18歳になっていない", f"{age}歳", Fit.NO if of_age else Fit.YES)
    return Line("成年である", f"{age}歳", Fit.YES if of_age else Fit.NO)


def others_of(claim: Claim, person: Person | None) -> list[Claim]:
    """Who else was confirmed for this person."""
    if person is None:
        return []
    return list(
        Claim.objects.filter(person=person, state=State.CONFIRMED).exclude(pk=claim.pk).order_by("pk")
    )
