"""From individual numbers, or a certificate, to resident codes for the network (Act art. 21-2(2), Cabinet Order art. 27(3), 住民基本台帳法
art. 30-9-2).

No acquisition number is written anywhere (Act art. 21-2(3)): the record says who asked about which person, as every provision of 本人確認情報 is
recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mynumber.foundation.numbers import IndividualNumber, MalformedNumber
from mynumber.institutions.jlis.residents.look_up import Asking, record_look_ups
from mynumber.institutions.jlis.residents.models import LookUpKind, Person, Status
from mynumber.protocols.acquisition import CodeRequestItem
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import LookUpState

MAX_ACQUISITION_NUMBER = 80


@dataclass(frozen=True, slots=True)
class Match:
    """An acquisition number, and the resident code of the person it stands for; None for nobody."""

    number: str = field(repr=False)
    resident_code: str | None = field(repr=False)


def match_numbers(items: Sequence[CodeRequestItem], asking: Asking) -> list[Match]:
    """The resident code of each individual number, in order; recorded in the caller's transaction.

    Raises Refused(MALFORMED) when a number cannot be one, or an acquisition number is one that the Act forbids.
    """
    check(items)
    found = {
        number: (person, resident_code)
        for person, number, resident_code in Person.objects.filter(
            individual_number__in=[item.individual_number for item in items], status=Status.CURRENT
        ).values_list("pk", "individual_number", "resident_code")
    }
    hits = [found.get(item.individual_number) for item in items]
    record_acquisitions([hit[0] if hit else None for hit in hits], asking)
    return [Match(item.number, hit[1] if hit else None) for item, hit in zip(items, hits, strict=True)]


def match_person(number: str, person: Person | None, asking: Asking) -> list[Match]:
    """The same for one person who is known already (the holder of a certificate)."""
    check_acquisition_number(number)
    record_acquisitions([person.pk if person else None], asking)
    return [Match(number, person.resident_code if person else None)]


def record_acquisitions(people: Sequence[int | None], asking: Asking) -> None:
    """Record for whom codes are acquired, by whom."""
    outcomes = [(LookUpState.FOUND if person else LookUpState.NONE, person) for person in people]
    record_look_ups(LookUpKind.CODE_ACQUISITION, outcomes, asking)


def check(items: Sequence[CodeRequestItem]) -> None:
    """Raise Refused for a batch that cannot be right."""
    if len(items) > BATCH_ITEMS:
        raise Refused(Hop.JLIS, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} codes can be requested at once")
    if len({item.number for item in items}) != len(items):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "an acquisition number stands for one person only")
    for item in items:
        check_acquisition_number(item.number)
        try:
            IndividualNumber.parse(item.individual_number)
        except MalformedNumber:
            raise Refused(Hop.JLIS, Reason.MALFORMED, "not an individual number") from None


def check_acquisition_number(number: str) -> None:
    """An acquisition number is neither an individual number nor a resident code (Act art. 21-2(2)): so many digits could be either."""
    if not 1 <= len(number) <= MAX_ACQUISITION_NUMBER or (number.isdigit() and len(number) in (11, 12)):
        raise Refused(Hop.JLIS, Reason.MALFORMED, "not an acquisition number")
