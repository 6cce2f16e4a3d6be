"""Who owes premiums of the national pension themselves (国民年金第1号被保険者), and which of them have not paid lately. Made up.

Drawn from what the residents are and earn already, without a random number of its own: the other files stay as they are.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Final

from mynumber.foundation.numbers import find
from mynumber.foundation.people import legal_age
from mynumber.population.ledgers import kana_of, registered_name
from mynumber.population.records import Insured, Pension, Resident

AGES: Final = range(20, 60)
EMPLOYEE_SALARY: Final = 1_056_000
"""Yen a year (88,000 a month) from which an employee is in the employees' pension (第2号)."""
DEPENDANT_BELOW: Final = 1_300_000
"""A husband or wife of such an employee who earns less is 第3号."""
_COUPLE: Final = ("世帯主", "夫", "妻")
_ONE_IN_UNPAID: Final = 4
_MOST_UNPAID: Final = 6
_NEW: Final = 366
"""Days from the twentieth birthday in which nobody has paid yet."""


def insured(
    residents: Sequence[Resident], salaries: Mapping[str, int], pensions: Sequence[Pension], *, as_of: date
) -> list[Insured]:
    """One line for each 第1号被保険者 among these. salaries: yen a year, by person; who is missing earns nothing."""
    numbers = {pension.person: pension.basic_pension_number for pension in pensions}
    employees = {
        (resident.household, resident.relation)
        for resident in residents
        if resident.relation in _COUPLE and salaries.get(resident.person, 0) >= EMPLOYEE_SALARY
    }
    return [
        _line(resident, numbers.get(resident.person) or _number(resident.person), as_of)
        for resident in residents
        if resident.moved_out is None
        and legal_age(resident.birth, as_of) in AGES
        and salaries.get(resident.person, 0) < EMPLOYEE_SALARY
        and not _is_dependant(resident, salaries.get(resident.person, 0), employees)
    ]


def _is_dependant(resident: Resident, salary: int, employees: set[tuple[int, str]]) -> bool:
    partners = {"世帯主": ("夫", "妻"), "夫": ("世帯主",), "妻": ("世帯主",)}.get(resident.relation, ())
    return salary < DEPENDANT_BELOW and any((resident.household, each) in employees for each in partners)


def _line(resident: Resident, number: str, as_of: date) -> Insured:
    since = _birthday(resident.birth, 20)
    drawn = int.from_bytes(sha256(f"unpaid {resident.person}".encode()).digest()[:4])
    new = (as_of - since).days < _NEW
    count = _MOST_UNPAID if new else drawn // _ONE_IN_UNPAID % _MOST_UNPAID + 1
    owes = new or drawn % _ONE_IN_UNPAID == 0
    return Insured(
        person=resident.person,
        name=registered_name(resident),
        kana=kana_of(resident),
        birth=resident.birth,
        sex=resident.sex,
        address=f"{find(resident.municipality).full_name}{resident.town}{resident.rest}",
        basic_pension_number=number,
        since=since,
        unpaid=[month for month in _months_before(as_of, count) if month >= f"{since:%Y-%m}"] if owes else [],
        persona=resident.persona,
    )


def _birthday(birth: date, years: int) -> date:
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:  # 29 February
        return date(birth.year + years, 3, 1)


def _months_before(day: date, count: int) -> list[str]:
    """The last `count` months whose premium was due by the end of the month after, oldest first (国民年金法第91条)."""
    latest = day.year * 12 + day.month - 1 - 2
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(latest - count + 1, latest + 1)]


def _number(person: str) -> str:
    """基礎年金番号 of somebody who receives no pension yet: ten digits."""
    drawn = int.from_bytes(sha256(f"number {person}".encode()).digest()[:8])
    return str(10**9 + drawn % (9 * 10**9))
