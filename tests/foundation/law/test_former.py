"""The former appended table 2 of the Act, for days until 2024-05-26."""

from datetime import date
from importlib import resources

import pytest

from mynumber.foundation.law import (
    InformationKind,
    InstitutionKind,
    NotInForce,
    UnknownItem,
    changes,
    legal_basis,
)
from mynumber.foundation.law.former import (
    FORMER_SINCE,
    former_history,
    former_history_of,
    former_mapping,
    is_former,
)
from mynumber.foundation.law.history import encode
from mynumber.foundation.law.mapping import phrase_mapping
from tests.foundation.law.former_source import FILE, former_table

CITY = frozenset({InstitutionKind.MUNICIPALITY, InstitutionKind.CITY})


@pytest.mark.parametrize("day", [FORMER_SINCE, date(2023, 1, 1), date(2024, 5, 26)])
def test_a_day_before_the_order_gets_the_former_table(day: date) -> None:
    basis = legal_basis(day)
    assert basis.is_former
    assert basis.text_of == date(2024, 4, 1)
    assert (basis.numbers, len(basis.affairs), len(basis.provisions)) == (133, 131, 413)
    assert basis.items == ()
    assert basis.details == ()
    with pytest.raises(UnknownItem):
        basis.item("1-1-1-1")


def test_the_order_follows_at_once() -> None:
    assert not legal_basis(date(2024, 5, 27)).is_former
    with pytest.raises(NotInForce) as raised:
        legal_basis(date(2017, 5, 29))
    assert raised.value.since == FORMER_SINCE


def test_a_former_rule_allows_and_refuses() -> None:
    """Item 27: a mayor assesses local taxes; item 21 was deleted."""
    basis = legal_basis(date(2023, 1, 1))
    rule = basis.find(CITY, "former-27-1", CITY, InformationKind.LOCAL_TAX)
    assert rule is not None
    assert (rule.id, rule.article_label, rule.valid_until) == ("former-27-1-5", "主務省令", date(2024, 5, 27))
    assert basis.find(CITY, "27-1", CITY, InformationKind.LOCAL_TAX) is None
    assert basis.find(CITY, "former-27-1", CITY, InformationKind.FAMILY_REGISTER) is None
    assert former_history().deleted_on(date(2024, 4, 1)) == ("21", "36")


def test_ids_of_the_two_tables_never_meet() -> None:
    former = {affair.id for affair in former_history().affairs}
    former |= {rule.id for affair in former_history().affairs for rule in affair.provisions}
    assert all(is_former(row) for row in former)
    order = legal_basis(date(2026, 6, 14))
    later = {affair.id for affair in order.affairs} | {rule.id for rule in order.provisions}
    assert not any(is_former(row) for row in later | {item.id for item in order.items})


def test_everything_ends_and_begins_with_the_order() -> None:
    found = changes(date(2024, 5, 26), date(2024, 5, 27))
    assert sum(change.after is None for change in found) == 131 + 413
    assert sum(change.before is None for change in found) == 173 + 443 + 868 + 2815
    assert len(found) == 131 + 413 + 173 + 443 + 868 + 2815


def test_its_mapping_adds_what_the_order_does_not_say() -> None:
    """障害者関係情報 is narrower there; every other phrase of the Order keeps its kinds."""
    former, order = former_mapping(), phrase_mapping()
    said = {
        words
        for affair in former_history().affairs
        for words in (
            *(version.inquirer for version in affair.versions),
            *(version.provider for rule in affair.provisions for version in rule.versions),
            *(version.information for rule in affair.provisions for version in rule.versions),
        )
    }
    added = {*former.institutions, *former.information} - {*order.institutions, *order.information}
    assert added <= said
    changed = {words for words, kinds in order.information.items() if former.information[words] != kinds}
    assert changed == {"障害者関係情報"}
    assert all(former.institutions[words] == kinds for words, kinds in order.institutions.items())


@pytest.mark.skipif(not FILE.is_file(), reason="the facts of the former table are not at hand")
def test_the_committed_file_is_made_of_the_shared_facts() -> None:
    committed = resources.files("mynumber.foundation.law") / "data" / "former_table.json"
    assert encode(former_history_of(former_table())) == committed.read_bytes()
