"""Facts are read strictly: good ones come back the same, spoilt ones name the field and never the value."""

from __future__ import annotations

import traceback
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.facts import (
    LAYOUTS,
    NOT_DECLARED,
    UNKNOWN,
    Fact,
    Fault,
    Layout,
    MalformedFact,
    Problem,
    edges,
    fact_of,
    read_fact,
    rows,
    sample,
    write_fact,
)
from mynumber.foundation.facts.faults import faults_of
from mynumber.foundation.facts.layouts import ALL
from mynumber.foundation.facts.reading import MOST_BYTES
from mynumber.foundation.facts.types import decoder
from tests.foundation.facts.mutations import SECRET, mutations

layouts = pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.id)
LOCAL_TAX = LAYOUTS["local_tax"]
GOOD = {"fiscal_year": 2026, "total_income": 1_234_567, "income_levy": 41_000, "dependants": 2}


def body(values: Any) -> bytes:
    return msgspec.json.encode(values)


@layouts
def test_every_sample_is_read_and_written_back_the_same(layout: Layout) -> None:
    for values in (*edges(layout).values(), *(sample(layout, seed) for seed in range(30))):
        fact = read_fact(layout, body(values))
        assert fact.layout is layout
        assert msgspec.json.decode(write_fact(fact)) == values
        assert fact_of(layout, values) == fact
        assert faults_of(layout, body(values)) == ()


@layouts
def test_every_way_to_spoil_a_fact_is_refused_with_its_field_and_without_its_value(layout: Layout) -> None:
    tried = 0
    for spoilt, fault in mutations(layout, edges(layout)["full"]):
        with pytest.raises(MalformedFact) as refused:
            read_fact(layout, body(spoilt))
        assert refused.value.faults == (fault,)
        assert SECRET not in "".join(traceback.format_exception(refused.value))
        tried += 1
    assert tried > 10


@layouts
@settings(max_examples=20)
@given(data=st.data())
def test_the_fast_reader_and_the_explanation_agree(layout: Layout, data: st.DataObject) -> None:
    values = sample(layout, data.draw(st.integers(0, 1000)))
    name = data.draw(st.sampled_from([field.name for field in layout.fields]))
    values[name] = data.draw(ANYTHING)
    assert (faults_of(layout, body(values)) == ()) is accepted(layout, body(values))


def accepted(layout: Layout, text: bytes) -> bool:
    try:
        decoder(layout).decode(text)
    except msgspec.ValidationError:
        return False
    return True


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.dates().map(date.isoformat)
    | st.sampled_from([{"special": "unknown"}, {"special": "not_declared"}, "2026-04", "011002", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["special", "since", "until", "kind"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.binary(max_size=60))
def test_no_bytes_bring_it_down(junk: bytes) -> None:
    with pytest.raises(MalformedFact):
        read_fact(LOCAL_TAX, junk)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\xff\xfe",
        b"NaN",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"fiscal_year":1e400}',
        b'{"fiscal_year":2026} {}',
        b'{"fiscal_year":"\\ud800"}',
    ],
    ids=["empty", "utf-16", "nan", "deep list", "deep object", "infinite", "two values", "lone surrogate"],
)
def test_what_is_no_fact_is_refused(hostile: bytes) -> None:
    with pytest.raises(MalformedFact):
        read_fact(LOCAL_TAX, hostile)


def test_a_fact_beyond_the_greatest_length_is_refused_unread() -> None:
    with pytest.raises(MalformedFact) as refused:
        read_fact(LOCAL_TAX, b" " * MOST_BYTES + body(GOOD))
    assert refused.value.faults == (Fault("", Problem.TOO_LONG),)


def test_all_faults_are_told_at_once() -> None:
    spoilt = {"fiscal_year": 1, "total_income": None, "income_levy": "41,000", SECRET: 1}
    with pytest.raises(MalformedFact) as refused:
        read_fact(LOCAL_TAX, body(spoilt))
    assert refused.value.faults == (
        Fault("fiscal_year", Problem.OUT_OF_RANGE),
        Fault("total_income", Problem.NULL),
        Fault("income_levy", Problem.WRONG_TYPE),
        Fault("dependants", Problem.MISSING),
        Fault("", Problem.UNEXPECTED),
    )


@pytest.mark.parametrize("special", [UNKNOWN, NOT_DECLARED], ids=lambda special: special.special)
@pytest.mark.parametrize("other", [0, None, False, "", "unknown", "不明", (), [], {"special": "unknown"}])
def test_a_special_value_equals_nothing_else(special: Any, other: Any) -> None:
    assert special != other
    assert UNKNOWN != NOT_DECLARED


def test_a_special_value_has_no_truth_no_order_and_no_sum() -> None:
    unknown: Any = UNKNOWN
    for use in (bool, lambda it: it + 1, lambda it: it < 1, int, lambda it: it or 0, lambda it: sum([it])):
        with pytest.raises(TypeError):
            use(unknown)


def test_unknown_not_declared_zero_and_absent_stay_four_things() -> None:
    told: list[Any] = [
        read_fact(LOCAL_TAX, body({**GOOD, "taxable_income": value}))
        for value in (0, {"special": "unknown"}, {"special": "not_declared"})
    ]
    absent: Any = read_fact(LOCAL_TAX, body(GOOD))
    values = [fact.taxable_income for fact in (*told, absent)]
    assert values == [0, UNKNOWN, NOT_DECLARED, msgspec.UNSET]
    assert len({write_fact(fact) for fact in (*told, absent)}) == 4
    assert len({rows(fact) for fact in (*told, absent)}) == 4


def test_a_fact_does_not_print_itself() -> None:
    fact: Fact = read_fact(LOCAL_TAX, body(GOOD))
    assert repr(fact) == "<LocalTax>"
    nested: Any = read_fact(LAYOUTS["pension_benefits"], body(edges(LAYOUTS["pension_benefits"])["full"]))
    assert "200" not in repr(nested.benefits)
