"""Hold the rules against OpenFisca-Japan on synthetic households. No part of the package and no part of its tests.

OpenFisca-Japan is AGPL software: it runs in an environment of its own behind its web interface, and this script only asks it
questions over HTTP. Nothing of it is imported, copied or installed here. docs/rules-oracle.md tells how to start it and what the
differences mean. Run from the root of the repository:

    python -m tools.oracle http://127.0.0.1:5077 --households 500

Exit status 1 if a difference is left that no known cause explains.
"""

import argparse
import json
import random
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from tests.foundation.rules import households, single_parents

from mynumber.foundation.people import fiscal_year_end_after_attaining, legal_age
from mynumber.foundation.rules import Month, child_allowance, child_rearing_allowance

FIRST_DAYS: Final = (date(2025, 6, 1), date(2026, 4, 1))
"""A month of fiscal 2025 and one of 2026: the oracle answers for days, the rules for months."""
LAST_KNOWN_AMOUNTS: Final = Month(2026, 3)
"""The oracle's amounts of the child-rearing allowance end with fiscal 2025."""
UNIFORM: Final = 80_000
"""What everybody deducts: the oracle is given the income after it."""


@dataclass(frozen=True)
class Household:
    """A single parent with children and an income after deductions, yen."""

    key: str
    births: tuple[date, ...]
    income: int


@dataclass(frozen=True)
class Answer:
    """What the oracle says of one household on one day: an amount, and the lowest and highest amount."""

    child_allowance: int
    lowest: int
    highest: int


def synthetic(number: int, seed: int) -> list[Household]:
    """Households with one to five children of 0 to 23, incomes around the limits, many births on the days where laws turn."""
    chance = random.Random(seed)  # noqa: S311 - the same households every time

    def birth() -> date:
        day = date(2002, 1, 1) + timedelta(days=chance.randrange((FIRST_DAYS[0] - date(2002, 1, 1)).days))
        turning = chance.random()
        if turning < 0.15:
            return day.replace(day=1)
        if turning < 0.25:
            return date(day.year, 4, chance.choice((1, 2)))
        return day

    return [
        Household(
            f"h{index}",
            tuple(birth() for _ in range(chance.randint(1, 5))),
            chance.choice((0, 10_000 * chance.randrange(0, 400), 380_000 * chance.randrange(0, 6) + 690_000)),
        )
        for index in range(number)
    ]


def ask(address: str, cases: Sequence[Household], day: date) -> dict[str, Answer]:
    """One question about all households. Raises urllib.error.URLError, KeyError."""
    on = day.isoformat()
    groups: dict[str, Any] = {}
    people: dict[str, Any] = {}
    for case in cases:
        parent, children = f"{case.key}-parent", [f"{case.key}-{n}" for n in range(len(case.births))]
        people[parent] = {"誕生年月日": {"ETERNITY": "1985-01-01"}}
        people |= {
            child: {"誕生年月日": {"ETERNITY": birth.isoformat()}}
            for child, birth in zip(children, case.births, strict=True)
        }
        groups[case.key] = {
            "親一覧": [parent],
            "子一覧": children,
            "ひとり親": {on: True},
            "扶養人数": {on: len(children)},
            "児童扶養手当の控除後世帯高所得": {on: case.income},
            "児童手当": {on: None},
            "児童扶養手当_最小": {on: None},
            "児童扶養手当_最大": {on: None},
        }
    question = json.dumps({"世帯一覧": groups, "世帯員": people}).encode()
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's own
        f"{address}/calculate", question, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=300) as response:  # noqa: S310
        found = json.load(response)["世帯一覧"]
    return {
        key: Answer(
            *(int(found[key][name][on]) for name in ("児童手当", "児童扶養手当_最小", "児童扶養手当_最大"))
        )
        for key in groups
    }


def our_child_allowance(case: Household, month: Month) -> int:
    """What the rules give."""
    children = (households.child(f"child-{n}", birth) for n, birth in enumerate(case.births))
    return child_allowance.decide(month, households.claim(*children)).payable.known()


def our_child_rearing_allowance(
    case: Household, month: Month, *, as_of_today: bool = False, amounts_of: Month | None = None
) -> int:
    """What the rules give; `amounts_of`: with the amounts of another month for the children of this one. Dependants are those of 31 December of the income's year, with higher additions from 16 to 22.

    `as_of_today`: as the oracle counts them, every child of today and all alike.
    """
    counted = date(child_rearing_allowance_year(month), 12, 31)
    born = case.births if as_of_today else [birth for birth in case.births if birth <= counted]
    older = [] if as_of_today else [birth for birth in born if 16 <= legal_age(birth, counted) <= 22]
    young = [
        single_parents.child(f"child-{n}", birth)
        for n, birth in enumerate(case.births)
        if fiscal_year_end_after_attaining(birth, 18) >= month.first_day
    ]
    if not young:
        return 0
    claim = single_parents.claim(
        *young,
        income=single_parents.income(other=case.income + UNIFORM),
        dependants=households.dependants(len(born) - len(older), 0, len(older)),
    )
    return child_rearing_allowance.decide(amounts_of or month, claim).payable.known()


def child_rearing_allowance_year(month: Month) -> int:
    """The year whose income and dependants count."""
    return month.year - 1 if month.month >= 11 else month.year - 2


def by_birthday(case: Household, day: date) -> Household:
    """The household as the oracle reads it: three from the birthday on, counted up to the age of 22 whatever the school year."""

    def read(birth: date) -> date:
        if birth.day == 1 and Month.of(birth).plus(36) == Month.of(day):
            return birth - timedelta(days=1)
        counted = fiscal_year_end_after_attaining(birth, 22)
        if counted < day and legal_age(birth, day) <= 22:
            return date(day.year if day.month >= 4 else day.year - 1, 4, 2).replace(year=day.year - 22)
        return birth

    return replace(case, births=tuple(read(birth) for birth in case.births))


def cause_of_child_allowance(case: Household, day: date, oracle: int) -> str:
    """Which reading of the oracle makes the difference; empty if none is known."""
    if our_child_allowance(by_birthday(case, day), Month.of(day)) != oracle:
        return ""
    third = any(birth.day == 1 and Month.of(birth).plus(36) == Month.of(day) for birth in case.births)
    return "third birthday on the first" if third else "22 past the fiscal year's end"


def cause_of_child_rearing_allowance(case: Household, month: Month, oracle: Answer) -> str:
    """Likewise: the first known reading, or both together, that brings the amount into the oracle's range."""
    past = min(month, LAST_KNOWN_AMOUNTS)
    readings: dict[str, Callable[[], int]] = {
        "amounts of fiscal 2026": lambda: our_child_rearing_allowance(case, month, amounts_of=past),
        "dependants of today, all alike": lambda: our_child_rearing_allowance(case, month, as_of_today=True),
        "both": lambda: our_child_rearing_allowance(case, month, amounts_of=past, as_of_today=True),
    }
    return next(
        (name for name, amount in readings.items() if oracle.lowest <= amount() <= oracle.highest), ""
    )


def compare(address: str, cases: Sequence[Household]) -> int:
    """Print the counts of each law and month. Returns how many differences nothing explains."""
    unexplained = 0
    for day in FIRST_DAYS:
        month = Month.of(day)
        answers = ask(address, cases, day)
        counts: dict[str, Counter[str]] = {"child allowance": Counter(), "child-rearing allowance": Counter()}
        for case in cases:
            answer = answers[case.key]
            same = our_child_allowance(case, month) == answer.child_allowance
            cause = "same" if same else cause_of_child_allowance(case, day, answer.child_allowance)
            counts["child allowance"][cause or "UNEXPLAINED"] += 1
            within = answer.lowest <= our_child_rearing_allowance(case, month) <= answer.highest
            other = "same" if within else cause_of_child_rearing_allowance(case, month, answer)
            counts["child-rearing allowance"][other or "UNEXPLAINED"] += 1
            for law, found in (("child allowance", cause), ("child-rearing allowance", other)):
                if not found:
                    unexplained += 1
                    sys.stderr.write(f"{law} {month.text}: {case}, oracle {answer}\n")
        for law, count in counts.items():
            sys.stdout.write(
                f"{month.text} {law}: "
                + ", ".join(f"{name} {number}" for name, number in count.most_common())
                + "\n"
            )
    return unexplained


def main() -> int:
    """Ask, compare, print."""
    parser = argparse.ArgumentParser(
        description="Hold the rules against an OpenFisca-Japan that runs elsewhere."
    )
    parser.add_argument("address", help="where its web interface answers, e.g. http://127.0.0.1:5077")
    parser.add_argument("--households", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20260401)
    options = parser.parse_args()
    return 1 if compare(options.address, synthetic(options.households, options.seed)) else 0


if __name__ == "__main__":
    sys.exit(main())
