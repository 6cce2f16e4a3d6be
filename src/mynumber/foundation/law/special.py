"""Disaster and other special cases: when the Act lets specific personal information be given or used beside the table, as rows with dates.

Act art. 19 forbids to give it except in seventeen cases; two of them go through the information network (viii: the table; ix: own-use affairs),
all others do not, so none of them is a basis for a permit. Art. 9(5) lets banks and insurers use the number after a disaster; that needs an occasion,
an event declared for an area and a time (激甚災害, 警戒区域: 災害対策基本法第六十三条第一項 and what Cabinet Order art. 10 puts beside it).
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources

import msgspec

from mynumber.foundation.law.errors import BadData, UnknownItem
from mynumber.foundation.law.in_force import Status, status_of
from mynumber.foundation.law.numerals import article_label, label_of
from mynumber.foundation.numbers.local_government import LocalGovernmentCode


class SpecialKind(StrEnum):
    """What a case is about."""

    ADMINISTRATION = "administration"
    PERSON = "person"
    EMPLOYMENT = "employment"
    REGISTERS = "registers"
    ENTRUSTMENT = "entrustment"
    NETWORK = "network"
    OWN_USE = "own_use"
    TAX = "tax"
    SAME_BODY = "same_body"
    SECURITIES = "securities"
    OVERSIGHT = "oversight"
    PUBLIC_INTEREST = "public_interest"
    LIFE_AND_PROPERTY = "life_and_property"
    RULE_OF_COMMISSION = "rule_of_commission"
    DISASTER_PAYMENT = "disaster_payment"
    PURPOSE_OF_RECEIPT = "purpose_of_receipt"


class SpecialCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """One case: "19-16" is art. 19(xvi). `words` tell it in our own words, `conditions` what must be shown; `occasion`: only after an event."""

    id: str
    kind: SpecialKind
    since: date
    words: str
    conditions: tuple[str, ...] = ()
    network: bool = False
    occasion: bool = False
    until: date | None = None

    @property
    def label(self) -> str:
        """As laws are cited: 第十九条第十六号, 第九条第五項."""
        article, _, number = self.id.partition("-")
        return article_label(article) + f"第{label_of(number)}" + ("号" if article == "19" else "項")

    def status(self, on: date) -> Status:
        """Whether it applies on a day."""
        return status_of(self.since, self.until, on)


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event that opens a special case for an area (empty: the whole country) from a day until a day.

    `declared_under` cites what declares it (激甚災害に対処するための特別の財政援助等に関する法律第二条第一項).
    """

    case: str
    name: str
    declared_under: str
    areas: frozenset[LocalGovernmentCode]
    valid_from: date
    valid_until: date | None = None

    def status(self, on: date) -> Status:
        """Whether it lasts on a day."""
        return status_of(self.valid_from, self.valid_until, on)

    def covers(self, area: LocalGovernmentCode) -> bool:
        """Whether it was declared there: for the municipality, its prefecture or the whole country."""
        return not self.areas or any(
            place == area or (place.jisx0402[2:] == "000" and place.prefecture == area.prefecture)
            for place in self.areas
        )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case: list[SpecialCase]


def read_special_cases(text: str) -> dict[str, SpecialCase]:
    """Read the file. Raises BadData."""
    try:
        cases = msgspec.convert(tomllib.loads(text), _File).case
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadData(f"not a table of special cases: {error}") from None
    if len({case.id for case in cases}) != len(cases):
        raise BadData("a special case twice")
    return {case.id: case for case in cases}


@cache
def special_cases() -> Mapping[str, SpecialCase]:
    """All cases by id, in the order of the Act, whatever their status. Raises BadData."""
    folder = resources.files("mynumber.foundation.law") / "data"
    return read_special_cases((folder / "special_cases.toml").read_text("utf-8"))


def special_basis(
    case_id: str, on: date, area: LocalGovernmentCode | None = None, occasions: Iterable[Occasion] = ()
) -> SpecialCase | None:
    """The case, if it applies on that day and, where it needs an event, one lasts in the area; None refuses. Raises UnknownItem.

    Its conditions are for people to show; the network decides none of them.
    """
    case = special_cases().get(case_id)
    if case is None:
        raise UnknownItem(case_id)
    if case.status(on) is not Status.IN_FORCE:
        return None
    if not case.occasion:
        return case
    lasting = (
        occasion.case == case_id and occasion.status(on) is Status.IN_FORCE and occasion.covers(area)
        for occasion in occasions
        if area is not None
    )
    return case if any(lasting) else None
