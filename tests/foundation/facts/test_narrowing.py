"""An item gets what its words name, and no more."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mynumber.foundation.facts import (
    CODE_LISTS,
    LAYOUTS,
    UNKNOWN,
    Fact,
    Layout,
    WrongLayout,
    edges,
    fact_of,
    layout_of_item,
    narrowed,
    read_fact,
    sample,
    write_fact,
)
from mynumber.foundation.facts.language import Code, Many, Named, Unless
from mynumber.foundation.facts.layouts import ALL
from mynumber.foundation.law import legal_basis
from mynumber.foundation.law.basis import committed_history

ITEMS = sorted({item.information for on in committed_history().texts for item in legal_basis(on).items})
narrowing = pytest.mark.parametrize(
    "layout", [layout for layout in ALL if layout.narrowing], ids=lambda layout: layout.id
)


def whole(layout: Layout) -> Fact:
    """A fact with every field, and an entry of every code in the lists that are narrowed."""
    values = edges(layout)["full"]
    for part in layout.narrowing:
        if isinstance(part, Named):
            entry = values[part.list][0]
            values[part.list] = [{**entry, part.field: code} for code in codes(layout, part)]
    return fact_of(layout, values)


def codes(layout: Layout, part: Named) -> list[str]:
    kind = next(field for path, field in layout.every_field() if path == f"{part.list}[].{part.field}").type
    assert isinstance(kind, Code)
    return list(CODE_LISTS[kind.of])


@pytest.mark.parametrize("information", ITEMS)
def test_what_remains_is_of_the_layout_and_was_in_the_fact(information: str) -> None:
    layout = layout_of_item(information)
    fact = whole(layout)
    told = narrowed(fact, information)
    assert read_fact(layout, write_fact(told)) == told
    before, after = (msgspec.json.decode(write_fact(one)) for one in (fact, told))
    assert all(name in before for name in after)
    for name, value in after.items():
        assert value == before[name] or all(entry in before[name] for entry in value)


@narrowing
def test_the_rules_name_what_there_is(layout: Layout) -> None:
    top = {field.name: field for field in layout.fields}
    for part in layout.narrowing:
        match part:
            case Unless(fields=fields):
                assert all(not top[name].required for name in fields)
            case Named(list=name, words=words):
                assert isinstance(top[name].type, Many)
                assert set(words) <= set(codes(layout, part))


@narrowing
def test_each_rule_is_followed_by_an_item(layout: Layout) -> None:
    told: list[Any] = [
        narrowed(whole(layout), information) for information in ITEMS if layout_of_item(information) is layout
    ]
    for part in layout.narrowing:
        match part:
            case Unless(fields=fields):
                for name in fields:
                    assert any(getattr(fact, name) is msgspec.UNSET for fact in told)
                    assert any(getattr(fact, name) is not msgspec.UNSET for fact in told)
            case Named():
                kept = [{getattr(entry, part.field) for entry in getattr(fact, part.list)} for fact in told]
                assert set().union(*kept) >= set(part.words)


@pytest.mark.parametrize(
    ("layout", "information", "path", "kept"),
    [
        (
            "accident_compensation",
            "地方公務員災害補償法第二十八条の休業補償の支給に関する情報",
            "benefits",
            {"leave"},
        ),
        (
            "pension_benefits",
            "国民年金法による年金である給付の支給に関する情報",
            "benefits",
            {"national"},
        ),
        ("independence_benefits", "外国人就労自立給付金関係情報", "benefits", {"work"}),
        (
            "disabled_child_residential_support",
            "児童福祉法第二十四条の二第一項の障害児入所給付費の支給に関する情報",
            "grants",
            {"benefit"},
        ),
        (
            "disability_allowances",
            "特別児童扶養手当等の支給に関する法律第三条第一項の特別児童扶養手当又は同法第十七条の障害児福祉手当の支給に関する情報",
            "allowances",
            {"special_child_rearing", "disabled_child"},
        ),
    ],
)
def test_entries_that_the_words_do_not_name_are_left_out(
    layout: str, information: str, path: str, kept: set[str]
) -> None:
    [part] = [part for part in LAYOUTS[layout].narrowing if isinstance(part, Named)]
    told: Any = narrowed(whole(LAYOUTS[layout]), information)
    assert {getattr(entry, part.field) for entry in getattr(told, path)} == kept


def test_the_degree_of_a_disability_is_told_only_where_it_is_asked() -> None:
    fact = whole(LAYOUTS["physical_disability_certificate"])
    card: Any = narrowed(fact, "身体障害者福祉法第十五条第一項の身体障害者手帳の交付に関する情報")
    degree: Any = narrowed(
        fact, "身体障害者福祉法第十五条第一項の身体障害者手帳の交付及び障害の程度に関する情報"
    )
    assert (card.grade, card.disabilities) == (msgspec.UNSET, msgspec.UNSET)
    assert card.holds is True or card.holds is False
    assert degree == fact


def test_an_unknown_list_stays_unknown_and_an_entry_without_its_code_stays() -> None:
    layout, item = LAYOUTS["pension_benefits"], "国民年金法による年金である給付の支給に関する情報"
    unknown: Any = narrowed(fact_of(layout, {"benefits": {"special": "unknown"}}), item)
    assert unknown.benefits == UNKNOWN
    benefit = {"kind": "老齢基礎年金", "annual_amount": 1, "paid_since": "2026-04-01"}
    told: Any = narrowed(fact_of(layout, {"benefits": [benefit, {**benefit, "payer": "employees"}]}), item)
    assert len(told.benefits) == 1


def test_a_fact_of_another_layout_is_refused() -> None:
    fact = fact_of(LAYOUTS["child_allowance"], sample(LAYOUTS["child_allowance"]))
    with pytest.raises(WrongLayout):
        narrowed(fact, "年金給付関係情報")
