"""Numbers for the people of the register: notification to J-LIS, which assigns (Act art. 7(1), 8; 住民基本台帳法 第30条の6).

Changes of an entry (`register.changes`) go the same way: J-LIS hears of a new address, name, death or moving out, and certificates follow
from that.

Former residents are notified too, first of all, with the day they moved out and where to (住民基本台帳法 第24条): only then may the town they
moved to take them in, which finds them by the four attributes they had here. A person who moved in from a town that takes part is notified with those attributes (`moved_from`), so that nobody gets a second number; one whose former
address nobody here knows is taken for new, because in this model no other town ever gave a number.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import F, Q

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
    """What came of it: people with numbers now, those whose moving out J-LIS knows now, and how many could not be matched, by how J-LIS answered."""

    numbered: int
    moved_out: int
    """Of those numbered earlier, with every other change of their entries."""
    unmatched: Counter[EntryState]


def number_residents(code: str, *, progress: Progress = lambda done, total: None) -> Numbered:
    """Have everybody numbered who is not yet, and J-LIS told of who moved out since. May be repeated at any time. Raises Refused when J-LIS refuses a batch.

    Those whom J-LIS could not match to one person stay without a number until a person decides (Act art. 7; never a guess).
    """
    with acting_as(code):
        waiting = list(Person.objects.filter(_UNNOTIFIED).select_related("number").order_by("pk"))
        unnumbered = {person.pk for person in waiting if not hasattr(person, "number")}
    entries = [(person, _entry(person)) for person in waiting]
    # Movers last: theirs is a look-up among those who are numbered by then.
    entries.sort(key=lambda pair: pair[1].moved_from is not None)
    unmatched: Counter[EntryState] = Counter()
    done = numbered = 0
    for batch in in_batches(entries):
        question = RegisterResidents(entries=tuple(entry for _, entry in batch))
        answer = ask_jlis(code, REGISTER_RESIDENTS, question)
        with acting_as(code):
            kept = _keep([person for person, _ in batch], answer.results)
        numbered += len(unnumbered.intersection(person.pk for person in kept))
        unmatched.update(result.state for result in answer.results if not result.individual_number)
        done += len(batch)
        progress(done, len(entries))
    return Numbered(numbered, done - numbered - unmatched.total(), unmatched)


_UNNOTIFIED = (
    Q(number=None)
    | ~Q(next_municipality=F("number__notified_next_municipality"))
    | Q(moved_out__isnull=False, number__notified_moved_out=None)
    | (Q(number__notified_moved_out__isnull=False) & ~Q(moved_out=F("number__notified_moved_out")))
    | Q(changes__gt=F("number__notified_changes"))
)
"""Who has no number yet, or whose moving out or other change is not as J-LIS was told."""


def notify(code: str, person: Person) -> EntryState:
    """Tell J-LIS of one person's entry as it is now; what it made of that. Raises Refused."""
    answer = ask_jlis(code, REGISTER_RESIDENTS, RegisterResidents(entries=(_entry(person),)))
    with acting_as(code):
        _keep([person], answer.results)
    return answer.results[0].state


def _entry(person: Person) -> ResidentEntry:
    return ResidentEntry(
        addressee=person.addressee,
        attributes=person.four_attributes(),
        name_kana=person.kana,
        moved_from=person.four_attributes_before() if _has_a_number_from_before(person) else None,
        moved_out_on=person.moved_out,
        moved_out_to=member_id(person.next_municipality)
        if person.moved_out and person.next_municipality
        else None,
        moved_abroad=person.moved_abroad,
        died_on=person.died_on,
        former_name=person.former_family or None,
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


def _keep(people: Sequence[Person], results: Sequence[EntryResult]) -> list[Person]:
    """Keep the numbers that were answered, and what J-LIS was told with them; whose they are."""
    by_addressee = {person.addressee: person for person in people}
    numbers = [
        _number(by_addressee[result.addressee], result.individual_number, result.resident_code)
        for result in results
        if result.individual_number and result.resident_code
    ]
    # Two runs at once: J-LIS gave both the same numbers.
    PersonNumber.objects.bulk_create([n for n in numbers if n.pk is None], ignore_conflicts=True)
    PersonNumber.objects.bulk_update(
        [n for n in numbers if n.pk is not None],
        ["notified_moved_out", "notified_next_municipality", "notified_changes"],
    )
    return [number.person for number in numbers]


def _number(person: Person, individual_number: str, resident_code: str) -> PersonNumber:
    """The numbers of a person, as they are kept already or to be."""
    number = getattr(person, "number", None) or PersonNumber(
        person=person, individual_number=individual_number, resident_code=resident_code
    )
    number.notified_moved_out = person.moved_out
    number.notified_next_municipality = person.next_municipality
    number.notified_changes = person.changes
    return number
