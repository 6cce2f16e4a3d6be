"""Age as the law counts it (年齢計算ニ関スル法律, 民法 第143条), school years and fiscal years.

Age counts from the day of birth. A year of life ends at the end (24:00) of the day before the birthday, so the day on which one
"attains" an age (達する日) is the day *before* the birthday, while one *is* that age from 0:00 of the birthday.
Both are needed: statutes speak of the day of attaining, people of the age on a day.
"""

from datetime import date, timedelta
from typing import Final

SCHOOL_AGE: Final = 6
COMPULSORY_YEARS: Final = 9


def attains_on(birth: date, age: int) -> date:
    """The day at whose end a person attains an age (達する日).

    The day before the birthday; a person born on 29 February attains every age on 28 February (民法 第143条第2項: where the last month
    has no such day, the term ends with that month); a person born on 1 April attains it on 31 March. Raises ValueError if age < 1.
    """
    if age < 1:
        raise ValueError("an age is attained from 1 on")
    year = birth.year + age
    if (birth.month, birth.day) == (2, 29):
        return date(year, 2, 28)
    return date(year, birth.month, birth.day) - timedelta(days=1)


def legal_age(birth: date, on: date) -> int:
    """The age a person is on a day, from its first to its last minute, in whole years.

    On the day of attaining itself the result is still the lower age; ask `has_attained` where a statute counts from that day.
    Raises ValueError if `on` is before birth.
    """
    if on < birth:
        raise ValueError("the day is before birth")
    years = on.year - birth.year
    return years if years == 0 or attains_on(birth, years) < on else years - 1


def has_attained(birth: date, age: int, on: date) -> bool:
    """Whether the day of attaining is past or is this day (達した日以後)."""
    return attains_on(birth, age) <= on


def fiscal_year(on: date) -> int:
    """年度: April to March, named by the year it begins in (地方自治法 第208条)."""
    return on.year if on.month >= 4 else on.year - 1


def fiscal_year_end_after_attaining(birth: date, age: int) -> date:
    """The first 31 March on or after the day of attaining (達する日以後の最初の三月三十一日).

    With age 18, the last day on which one counts as a child for the child-rearing allowance (児童扶養手当法 第3条).
    """
    return date(fiscal_year(attains_on(birth, age)) + 1, 3, 31)


def school_year(birth: date, on: date) -> int:
    """学年 counted from the first year of elementary school: 1-6 elementary, 7-9 junior high, 10-12 the age of high school.

    School begins with the first school year after the day *following* the day of attaining six (学校教育法 第17条), so a child born on 1 April
    goes with those born before, not with those born on 2 April. 0 and less: years before school.
    """
    attained = attains_on(birth, SCHOOL_AGE) + timedelta(days=1)
    entry = attained.year if (attained.month, attained.day) <= (4, 1) else attained.year + 1
    return fiscal_year(on) - entry + 1


def in_compulsory_education(birth: date, on: date) -> bool:
    """Whether a child is of the nine years of compulsory education (義務教育) on a day."""
    return 1 <= school_year(birth, on) <= COMPULSORY_YEARS
