"""Numbers for the people of the register: notification to J-LIS, which assigns (Act art. 7(1), 8; 住民基本台帳法 第30条の6).

Former residents are notified too, first of all: the town they moved to finds them by the four attributes they had here. A person who moved
in from a town that takes part is notified with those attributes (`moved_from`), so that nobody gets a second number; one whose former
address nobody here knows is taken for new, because in this model no other town ever gave a number.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mynumber.foundation.numbers import LocalGovernmentCode, MalformedNumber, UnknownLocalGovernment, find
from mynumber.institutions.municipality.register.batches import in_batches
from mynumber.institutions.municipality.register.models import Person, PersonNumber
from mynumber.institutions.municipality.systems import ask_jlis, directory, member_id
from mynumber.protocols.residents import (
    REGISTER_RESIDENTS,
    EntryResult,
    EntryState,
    RegisterResidents,
    ResidentEntry,
)
from mynumber.webkit.tenancy import acting_as

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Numbered:
    """What came of it: people with numbers now, and how many could not be matched by how J-LIS answered."""

    numbered: int
    unmatched: Counter[EntryState]


def number_residents(code: str, *, progress: Progress = lambda done, total: None) -> Numbered:
    """Have everybody numbered who is not yet. May be repeated at any time. Raises Refused when J-LIS refuses a batch.

    Those whom J-LIS could not match to one person stay without a number until a person decides (Act art. 7; never a guess).
    """
    with acting_as(code):
        waiting = list(Person.objects.filter(number=None).order_by("pk"))
    entries = [(person, _entry(person)) for person in waiting]
    # Movers last: theirs is a look-up among those who are numbered by then.
    entries.sort(key=lambda pair: pair[1].moved_from is not None)
    results: Counter[EntryState] = Counter()
    done = 0
    for batch in in_batches(entries):
        question = RegisterResidents(entries=tuple(entry for _, entry in batch))
        answer = ask_jlis(code, REGISTER_RESIDENTS, question)
        with acting_as(code):
            results.update(_keep([person for person, _ in batch], answer.results))
        done += len(batch)
        progress(done, len(entries))
    unmatched = Counter({state: n for state, n in results.items() if state in _UNMATCHED})
    return Numbered(done - unmatched.total(), unmatched)


_UNMATCHED = frozenset({EntryState.NOT_FOUND, EntryState.AMBIGUOUS})


def _entry(person: Person) -> ResidentEntry:
    return ResidentEntry(
        addressee=person.addressee,
        attributes=person.four_attributes(),
        name_kana=person.kana,
        moved_from=person.four_attributes_before() if _has_a_number_from_before(person) else None,
    )


def _has_a_number_from_before(person: Person) -> bool:
    """Whether the town the person came from takes part here and would know the person at the address given."""
    before = person.previous_municipality
    if not before or member_id(before) not in directory():
        return False
    try:
        name = find(LocalGovernmentCode.parse(before).digits).full_name
    except (MalformedNumber, UnknownLocalGovernment):
        return False
    # An address that is only the town's name matches nobody.
    return person.previous_address.startswith(name) and len(person.previous_address) > len(name)


def _keep(people: Sequence[Person], results: Sequence[EntryResult]) -> list[EntryState]:
    by_addressee = {person.addressee: person for person in people}
    PersonNumber.objects.bulk_create(
        [
            PersonNumber(
                person=by_addressee[result.addressee],
                individual_number=result.individual_number,
                resident_code=result.resident_code,
            )
            for result in results
            if result.individual_number and result.resident_code
        ],
        # Two runs at once: J-LIS gave both the same numbers.
        ignore_conflicts=True,
    )
    return [result.state for result in results]
