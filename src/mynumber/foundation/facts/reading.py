"""Facts in and out of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from mynumber.foundation.facts.faults import Fault, MalformedFact, Problem, faults_of
from mynumber.foundation.facts.language import Layout
from mynumber.foundation.facts.types import Fact, decoder, fact_type

MOST_BYTES: Final = 1_000_000
"""No fact about one person is longer."""


def read_fact(layout: Layout, body: bytes) -> Fact:
    """Read a fact strictly. Raises :class:`MalformedFact`, which names fields and problems and never a value."""
    if len(body) > MOST_BYTES:
        raise MalformedFact(layout.id, (Fault("", Problem.TOO_LONG),))
    try:
        return decoder(layout).decode(body)
    except (ValueError, RecursionError):  # also what is no UTF-8
        pass
    # Outside the handler: the reader's message quotes values, and a chained exception would carry it along.
    faults = faults_of(layout, body) or (Fault("", Problem.NOT_JSON),)
    raise MalformedFact(layout.id, faults)


def fact_of(layout: Layout, values: Mapping[str, Any]) -> Fact:
    """A fact from plain values (days as dates or ISO text). Raises MalformedFact."""
    try:
        return msgspec.convert(values, fact_type(layout))
    except msgspec.ValidationError:
        pass
    raise MalformedFact(layout.id, faults_of(layout, msgspec.json.encode(values)))


def write_fact(fact: Fact) -> bytes:
    """A fact as JSON, fields in the order of the layout; the same fact gives the same bytes."""
    return msgspec.json.encode(fact)
