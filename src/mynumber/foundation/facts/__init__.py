"""Facts about persons: what every item of the Provision Order consists of.

A layout (schema) for every kind of information and every item; from it a strict reader, JSON Schema, samples, and the words on a page.
See docs/facts.md.
"""

from mynumber.foundation.facts.choosing import (
    LAYOUTS,
    UnknownLayout,
    UnmappedItem,
    has_layout,
    layout_named,
    layout_of,
    layout_of_item,
    layouts_of,
)
from mynumber.foundation.facts.codes import CODE_LISTS
from mynumber.foundation.facts.faults import Fault, MalformedFact, Problem
from mynumber.foundation.facts.keys import (
    FactKey,
    MalformedKey,
    Period,
    fact_key,
    key_of,
    period_of,
    period_text,
)
from mynumber.foundation.facts.language import NOT_DECLARED, UNKNOWN, Axis, Field, Layout, Source, Special
from mynumber.foundation.facts.narrowing import WrongLayout, narrowed
from mynumber.foundation.facts.reading import fact_of, read_fact, write_fact
from mynumber.foundation.facts.samples import edges, sample
from mynumber.foundation.facts.schema import json_schema
from mynumber.foundation.facts.showing import Group, Row, groups, rows
from mynumber.foundation.facts.types import Fact, Span, fact_type

__all__ = [
    "CODE_LISTS",
    "LAYOUTS",
    "NOT_DECLARED",
    "UNKNOWN",
    "Axis",
    "Fact",
    "FactKey",
    "Fault",
    "Field",
    "Group",
    "Layout",
    "MalformedFact",
    "MalformedKey",
    "Period",
    "Problem",
    "Row",
    "Source",
    "Span",
    "Special",
    "UnknownLayout",
    "UnmappedItem",
    "WrongLayout",
    "edges",
    "fact_key",
    "fact_of",
    "fact_type",
    "groups",
    "has_layout",
    "json_schema",
    "key_of",
    "layout_named",
    "layout_of",
    "layout_of_item",
    "layouts_of",
    "narrowed",
    "period_of",
    "period_text",
    "read_fact",
    "rows",
    "sample",
    "write_fact",
]
