"""Keys of facts: one text for one key, years beside each other."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.facts import (
    LAYOUTS,
    Axis,
    FactKey,
    MalformedKey,
    Period,
    fact_key,
    key_of,
    layouts_of,
    read_fact,
    sample,
)
from mynumber.foundation.facts.layouts import ALL
from mynumber.foundation.law import InformationKind

PERIODS = st.one_of(
    st.just(Period.now()),
    st.integers(1900, 9999).map(Period.fiscal_year),
    st.integers(1900, 9999).map(Period.calendar_year),
    st.builds(Period.of_month, st.integers(1900, 9999), st.integers(1, 12)),
)


@given(PERIODS)
def test_a_period_reads_itself(period: Period) -> None:
    assert Period.parse(period.text) == period


@given(st.data())
def test_a_key_reads_itself(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(InformationKind))
    layout = data.draw(st.sampled_from(layouts_of(kind)))
    period = data.draw(PERIODS.filter(lambda period: period.axis is layout.axis))
    text = fact_key(kind, layout, period)
    assert FactKey.parse(text) == FactKey(kind, layout, period)
    assert len(text) <= 120
    assert text.isascii()


def test_years_stand_beside_each_other_and_a_state_replaces_itself() -> None:
    tax, resident = LAYOUTS["local_tax"], LAYOUTS["resident_record"]
    keys = {fact_key(InformationKind.LOCAL_TAX, tax, Period.fiscal_year(year)) for year in (2024, 2025, 2026)}
    assert len(keys) == 3
    assert "local_tax.local_tax.fy2026" in keys
    assert (
        fact_key(InformationKind.RESIDENT_RECORD, resident, Period.now())
        == "resident_record.resident_record.now"
    )


@pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.id)
def test_a_fact_knows_its_key(layout: object) -> None:
    for seed in range(5):
        assert isinstance(layout, type(ALL[0]))
        told = sample(layout, seed)
        key = key_of(layout.kinds[0], read_fact(layout, msgspec.json.encode(told)))
        assert key.layout is layout
        if layout.axis is Axis.FISCAL_YEAR:
            assert key.period == Period.fiscal_year(told["fiscal_year"])
        if layout.axis is Axis.MONTH:
            assert key.period.text == told["month"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "local_tax",
        "local_tax.local_tax",
        "local_tax.local_tax.now",
        "local_tax.local_tax.2026-04",
        "local_tax.local_tax.fy26",
        "local_tax.local_tax.fy2026.",
        "local_tax.local_tax.fy0000",
        "local_tax.local_tax.fy２０２６",
        "LOCAL_TAX.local_tax.fy2026",
        "local_tax.no_such_layout.fy2026",
        "no_such_kind.local_tax.fy2026",
        "job_training_benefit.job_training_benefit.2026-13",
        "resident_record.resident_record.now\n",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(MalformedKey):
        FactKey.parse(text)


def test_a_period_of_another_shape_is_refused() -> None:
    for axis, year, month in ((Axis.AS_OF, 2026, 0), (Axis.MONTH, 2026, 0), (Axis.FISCAL_YEAR, 2026, 4)):
        with pytest.raises(MalformedKey):
            Period(axis, year, month)
