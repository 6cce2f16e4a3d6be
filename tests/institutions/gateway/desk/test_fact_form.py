"""The form of every layout: what a copy says is typed back the same, and what is wrong is said at its control."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import msgspec
import pytest

from mynumber.foundation.facts import Field, edges, layout_of, sample
from mynumber.foundation.facts.language import Many
from mynumber.foundation.law import InformationKind
from mynumber.protocols.facts import FACTS
from tests.support.exchange import Exchange


@pytest.fixture(scope="module", autouse=True)
def django(exchange: Exchange, pages: Callable[[Exchange], AbstractContextManager[None]]) -> Iterator[None]:
    with pages(exchange):
        yield


def typed(kind: InformationKind, controls: dict[str, Any]) -> Any:
    from mynumber.institutions.gateway.desk.fact_form import FactForm

    return FactForm(kind, {name: str(value) for name, value in controls.items()})


def typeable(fields: tuple[Field, ...], values: dict[str, Any], *, inside: bool = False) -> dict[str, Any]:
    """What of a fact the form can hold: no lists within lists, and a list that is unknown as a list of none."""
    told = {}
    for field in fields:
        if field.name not in values:
            continue
        value = values[field.name]
        if isinstance(field.type, Many):
            entries = value if isinstance(value, list) else []
            if inside or not (entries or field.required):
                continue
            inner = field.type.fields
            value = [typeable(inner, entry, inside=True) for entry in entries]
        told[field.name] = value
    return told


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.value)
def test_what_a_copy_says_is_typed_back_the_same(kind: InformationKind) -> None:
    from mynumber.institutions.gateway.desk.fact_form import initial_of

    layout = layout_of(kind)
    for values in (*edges(layout).values(), *(sample(layout, seed) for seed in range(3))):
        form = typed(kind, initial_of(msgspec.json.encode(values).decode()))
        assert form.is_valid(), form.errors.as_json()
        assert msgspec.json.decode(form.cleaned_data["fact"]) == typeable(layout.fields, values)


def test_what_is_missing_is_said_at_its_control() -> None:
    form = typed(InformationKind.LOCAL_TAX, {"fiscal_year": 2026, "total_income": 1, "dependants": 0})
    assert not form.is_valid()
    assert form.errors == {"income_levy": ["入力してください。"]}


def test_a_fault_in_a_group_is_said_in_the_group_in_which_it_was_typed() -> None:
    form = typed(
        InformationKind.PUBLIC_PENSION_BENEFIT,
        {"benefits__3__kind": "老齢基礎年金", "benefits__3__annual_amount": 1},
    )
    assert not form.is_valid()
    assert set(form.errors) == {"benefits__3__paid_since"}


def test_not_declared_takes_the_place_of_an_amount() -> None:
    form = typed(
        InformationKind.LOCAL_TAX,
        {
            "fiscal_year": 2026,
            "total_income__special": "not_declared",
            "income_levy__special": "unknown",
            "dependants": 0,
        },
    )
    assert form.is_valid()
    assert msgspec.json.decode(form.cleaned_data["fact"]) == {
        "fiscal_year": 2026,
        "total_income": {"special": "not_declared"},
        "income_levy": {"special": "unknown"},
        "dependants": 0,
    }


def test_groups_in_which_something_stands_are_open() -> None:
    from mynumber.institutions.gateway.desk.fact_form import FactForm

    empty = FactForm(InformationKind.LOCAL_TAX)
    assert [(group.title, group.opened) for group in empty.groups] == [
        ("", False),
        ("当てはまるときに入力する項目", False),
    ]
    filled = FactForm(InformationKind.LOCAL_TAX, initial={"disabled": "true"})
    assert [group.opened for group in filled.groups] == [False, True]
    wrong = typed(InformationKind.PUBLIC_PENSION_BENEFIT, {"benefits__1__annual_amount": "ない"})
    assert [group.opened for group in wrong.groups][:3] == [False, True, False]
