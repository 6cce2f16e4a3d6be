"""The layouts themselves: whole, well named, and every item of the Order led to exactly one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from mynumber.foundation.facts import (
    CODE_LISTS,
    LAYOUTS,
    Axis,
    Field,
    Layout,
    UnmappedItem,
    layout_of,
    layout_of_item,
    layouts_of,
)
from mynumber.foundation.facts.language import (
    CALENDAR_YEAR,
    FISCAL_YEAR,
    MONTH,
    Code,
    Count,
    Many,
    Words,
    Yen,
)
from mynumber.foundation.facts.layouts import ALL
from mynumber.foundation.law import InformationKind, legal_basis
from mynumber.foundation.law.basis import committed_history

DATED = committed_history().texts
layouts = pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.id)


def test_every_kind_of_information_has_a_layout() -> None:
    for kind in InformationKind:
        assert layout_of(kind) is layouts_of(kind)[0]


@pytest.mark.parametrize("on", DATED, ids=str)
def test_every_item_of_the_order_has_exactly_one_layout(on: date) -> None:
    items = legal_basis(on).items
    assert len(items) > 2_500
    for item in items:
        layout = layout_of_item(item.information)
        for kind in item.kinds:
            assert layout in layouts_of(kind), f"{layout.id} does not say that it tells {kind.name}"


def test_no_layout_names_a_kind_of_which_no_item_is_told_in_it() -> None:
    told = {
        (layout_of_item(item.information).id, kind)
        for on in DATED
        for item in legal_basis(on).items
        for kind in item.kinds
    }
    assert {(layout.id, kind) for layout in ALL for kind in layout.also} <= told


def test_words_that_no_person_has_read_are_refused() -> None:
    with pytest.raises(UnmappedItem, match="no layout"):
        layout_of_item("新しい制度による給付に関する情報")
    with pytest.raises(UnmappedItem, match="child_allowance"):
        layout_of_item("児童手当法による児童手当又は児童扶養手当法による児童扶養手当の支給に関する情報")


def test_every_layout_with_words_is_that_of_an_item_or_of_what_no_article_details() -> None:
    items = [item for on in DATED for item in legal_basis(on).items]
    used = {layout_of_item(item.information).id for item in items}
    detailed = {kind for item in items for kind in item.kinds}
    for layout in ALL:
        if layout.id not in used and layout.id not in {"other_law_benefits", "long_term_care_premium"}:
            assert detailed.isdisjoint(layout.kinds), layout.id


@layouts
def test_names_are_single_and_labels_are_japanese(layout: Layout) -> None:
    assert LAYOUTS[layout.id] is layout
    assert layout.basis
    paths = Counter(path for path, _ in layout.every_field())
    assert max(paths.values()) == 1
    for path, field in layout.every_field():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name), path
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", field.label), path
        assert len(set(field.may_be)) == len(field.may_be)


@layouts
def test_every_record_has_labels_of_its_own(layout: Layout) -> None:
    def check(fields: tuple[Field, ...]) -> None:
        assert len({field.label for field in fields}) == len(fields)
        for field in fields:
            if isinstance(field.type, Many):
                check(field.type.fields)

    check(layout.fields)


@layouts
def test_a_layout_holds_the_field_of_its_time(layout: Layout) -> None:
    first = {
        Axis.FISCAL_YEAR: FISCAL_YEAR,
        Axis.CALENDAR_YEAR: CALENDAR_YEAR,
        Axis.MONTH: MONTH,
    }
    timed = [field for field in layout.fields if field in first.values()]
    assert timed == ([] if layout.axis is Axis.AS_OF else [first[layout.axis]])


@layouts
def test_bounds_hold_what_samples_show(layout: Layout) -> None:
    for path, field in layout.every_field():
        match field.type:
            case (
                Yen(least=least, most=most, typical=(low, high))
                | Count(least=least, most=most, typical=(low, high))
            ):
                assert least <= low <= high <= most, path
            case Words(most=most, examples=examples):
                assert all(0 < len(example) <= most for example in examples), path
            case Code(of=of):
                assert CODE_LISTS[of], path
            case _:
                pass


def test_no_code_list_is_left_over() -> None:
    used = {
        field.type.of for layout in ALL for _, field in layout.every_field() if isinstance(field.type, Code)
    }
    assert used == set(CODE_LISTS)
    for entries in CODE_LISTS.values():
        assert len(set(entries.values())) == len(entries)
