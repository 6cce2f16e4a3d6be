"""What a person reads: a label and words for every value that is there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mynumber.foundation.facts import LAYOUTS, Layout, Row, edges, groups, read_fact, rows
from mynumber.foundation.facts.language import Code, Field, Many
from mynumber.foundation.facts.layouts import ALL

layouts = pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.id)


def told(layout: str, **values: Any) -> tuple[Row, ...]:
    return rows(read_fact(LAYOUTS[layout], msgspec.json.encode(values)))


@layouts
def test_every_value_of_a_full_fact_is_shown_with_its_label(layout: Layout) -> None:
    shown = groups(read_fact(layout, msgspec.json.encode(edges(layout)["full"])))
    assert sum(len(group.rows) for group in shown) == _leaves(layout.fields)
    for group in shown:
        for row in group.rows:
            assert row.label
            assert row.value
            assert row.special is None
            assert "special" not in row.value
    codes = {field.label for _, field in layout.every_field() if isinstance(field.type, Code)}
    assert all(not row.value.islower() for group in shown for row in group.rows if row.label in codes)


def _leaves(fields: tuple[Field, ...]) -> int:
    """How many values the full sample has; it holds two entries of every list."""
    return sum(2 * _leaves(field.type.fields) if isinstance(field.type, Many) else 1 for field in fields)


@layouts
def test_unknown_is_said_and_marked(layout: Layout) -> None:
    shown = rows(read_fact(layout, msgspec.json.encode(edges(layout)["unknown"])))
    marked = [row for row in shown if row.special == "unknown"]
    assert marked or not any(field.may_be for _, field in layout.every_field())
    assert all(row.value == "不明" for row in marked)


def test_money_years_and_people() -> None:
    assert told(
        "local_tax",
        fiscal_year=2026,
        total_income=1_234_567,
        income_levy={"special": "not_declared"},
        dependants=2,
        taxation="exempt",
        assessed_by="011002",
        single_parent=True,
    ) == (
        Row("年度", "令和8年度（2026年度）"),
        Row("総所得金額等", "1,234,567円"),
        Row("市町村民税所得割額", "未申告", "not_declared"),
        Row("扶養親族等の数", "2人"),
        Row("課税市区町村", "北海道札幌市"),
        Row("課税区分", "非課税"),
        Row("ひとり親控除", "該当"),
    )


def test_days_periods_and_entries() -> None:
    assert told(
        "disabled_child_day_support",
        grants=[
            {"kind": "planning", "valid": {"since": "2019-05-01", "until": "2020-03-31"}},
            {"kind": "benefit", "valid": {"since": {"special": "unknown"}}},
        ],
    ) == (
        Row("支給決定 1：種類", "障害児相談支援給付費"),
        Row("支給決定 1：支給決定の有効期間", "令和元年5月1日（2019年）から令和2年3月31日（2020年）まで"),
        Row("支給決定 2：種類", "障害児通所給付費"),
        Row("支給決定 2：支給決定の有効期間", "不明から（継続中）"),
    )


def test_none_and_months() -> None:
    assert told("pension_benefits", benefits=[]) == (Row("公的年金給付", "なし"),)
    assert told("job_training_benefit", month="2026-04", paid=True)[0] == Row(
        "対象月", "令和8年4月（2026年）"
    )


def test_entries_of_entries_name_both() -> None:
    benefit = {
        "kind": "basic_allowance",
        "decided_on": "2026-04-01",
        "payments": [
            {
                "period": {"since": "2026-04-01", "until": "2026-04-28"},
                "amount": 150_000,
                "paid_on": "2026-05-01",
            }
        ],
    }
    assert told("employment_insurance_benefits", benefits=[benefit])[3] == Row(
        "給付 1 支給 1：支給額", "150,000円"
    )


def test_a_day_before_the_calendar_of_eras_is_shown_as_it_is() -> None:
    assert told("employment_leaving_reason", reason="other", left_on="0001-01-01")[1].value == "0001-01-01"
