"""Rules of law as code: three-valued, dated, citing, with a trace that people can read (docs/rules.md)."""

from mynumber.foundation.rules.clauses import Clause, Law
from mynumber.foundation.rules.counterfactual import highest, if_at_most
from mynumber.foundation.rules.explain import grounds, missing, outline, reasons, record
from mynumber.foundation.rules.findings import (
    FactSheet,
    Finding,
    Join,
    Need,
    StillUnknown,
    Unknown,
    asked,
    choose,
    derive,
    either,
    every,
    holds,
    known,
    negated,
)
from mynumber.foundation.rules.months import Month, income_year
from mynumber.foundation.rules.rounding import cut_below, half_up_below, raise_below
from mynumber.foundation.rules.rule import (
    Conflict,
    NotInForce,
    Rule,
    all_rules,
    evaluation,
    rule,
    rules_citing,
)
from mynumber.foundation.rules.table import MalformedTable, Status, Table, TableFault, Unit, table

__all__ = [
    "Clause",
    "Conflict",
    "FactSheet",
    "Finding",
    "Join",
    "Law",
    "MalformedTable",
    "Month",
    "Need",
    "NotInForce",
    "Rule",
    "Status",
    "StillUnknown",
    "Table",
    "TableFault",
    "Unit",
    "Unknown",
    "all_rules",
    "asked",
    "choose",
    "cut_below",
    "derive",
    "either",
    "evaluation",
    "every",
    "grounds",
    "half_up_below",
    "highest",
    "holds",
    "if_at_most",
    "income_year",
    "known",
    "missing",
    "negated",
    "outline",
    "raise_below",
    "reasons",
    "record",
    "rule",
    "rules_citing",
    "table",
]
