"""Samples: the same for the same seed, of every shape, and of nobody."""

from __future__ import annotations

import pytest

from mynumber.foundation.facts import LAYOUTS, Layout, edges, sample
from mynumber.foundation.facts.layouts import ALL

layouts = pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.id)


@layouts
def test_a_seed_gives_one_sample_and_seeds_give_many(layout: Layout) -> None:
    assert sample(layout, 7) == sample(layout, 7)
    assert len({repr(sample(layout, seed)) for seed in range(40)}) > 4


@layouts
def test_the_edges_go_to_the_edge(layout: Layout) -> None:
    told = edges(layout)
    assert set(told["least"]) == {field.name for field in layout.fields if field.required}
    assert set(told["full"]) == {field.name for field in layout.fields}
    for name, field in layout.every_field():
        if "[]" not in name and "unknown" in field.may_be:
            assert told["unknown"][field.name] == {"special": "unknown"}
    may_be_undeclared = any("not_declared" in field.may_be for _, field in layout.every_field())
    assert ("not_declared" in told) is may_be_undeclared


@pytest.mark.parametrize("seed", range(50))
def test_a_householder_has_no_relationship_to_one(seed: int) -> None:
    told = sample(LAYOUTS["resident_record"], seed)
    assert ("relationship" in told) is not told["householder"]


@pytest.mark.parametrize("seed", range(50))
def test_what_is_not_received_has_no_amount(seed: int) -> None:
    told = sample(LAYOUTS["child_allowance"], seed)
    assert told["receiving"] is True or set(told) == {"receiving"}
