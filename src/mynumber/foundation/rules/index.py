"""Which function carries out which article: from the law to the code in two steps."""

from collections.abc import Iterator

from mynumber.foundation.rules import (
    child_allowance,
    child_allowance_report,
    child_rearing_allowance,
    child_rearing_allowance_report,
    funeral_benefit,
    national_pension,
    nursery,
    pregnancy_support,
    sickness_allowance,
    unpaid_pension,
)
from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.rule import all_rules
from mynumber.foundation.rules.table import Table, table

TABLES = (
    "child_allowance",
    "child_allowance_report",
    "child_rearing_allowance",
    "child_rearing_allowance_report",
    "funeral_benefit",
    "national_pension",
    "nursery",
    "pregnancy_support",
    "sickness_allowance",
)
LAWS_AS_CODE = (
    child_allowance,
    child_allowance_report,
    child_rearing_allowance,
    child_rearing_allowance_report,
    funeral_benefit,
    national_pension,
    nursery,
    pregnancy_support,
    sickness_allowance,
    unpaid_pension,
)
"""Importing these registers their rules."""


def tables() -> tuple[Table, ...]:
    """The parameters of every law."""
    return tuple(table(name) for name in TABLES)


def clauses() -> Iterator[tuple[Clause, str]]:
    """Every clause that code or a line of a table cites, with where: a function, or a file and name."""
    for rule in all_rules():
        for clause, where in rule.places:
            yield clause, where.removeprefix("mynumber.foundation.rules.")
    for parameters in tables():
        for row in parameters.rows:
            yield row.clause, f"data/{parameters.name}.csv {row.name}"


def lines(law: Law | None = None, article: str = "") -> list[str]:
    """One line an article and place, in the order of the law: for the command and for docs/rules.md."""
    found: dict[tuple[str, bool, tuple[int, ...]], dict[str, None]] = {}
    for clause, where in clauses():
        if (law is None or clause.law is law) and article in ("", clause.article):
            number = tuple(int(part) for part in clause.article.split("_"))
            found.setdefault((clause.law.title, clause.supplement, number), {})[where] = None
    return [
        f"| {Clause(Law.titled(title), '_'.join(map(str, number)), supplement=supplement).text} | {', '.join(f'`{place}`' for place in places)} |"
        for (title, supplement, number), places in sorted(found.items())
    ]
