"""The items of articles 3 ff. in the committed details."""

from datetime import date

import pytest

from mynumber.foundation.law import InformationKind, InstitutionKind, UnknownItem, legal_basis

DAYS = ("2024-05-27", "2024-10-01", "2025-04-01", "2025-10-01", "2026-04-01", "2026-06-14")
CITY = frozenset({InstitutionKind.MUNICIPALITY, InstitutionKind.CITY})
PENSION = frozenset({InstitutionKind.PENSION_SERVICE, InstitutionKind.PUBLIC_PENSION_PAYER})


@pytest.mark.parametrize("day", DAYS)
def test_every_rule_has_items_and_every_item_a_rule(day: str) -> None:
    basis = legal_basis(date.fromisoformat(day))
    for rule in basis.provisions:
        assert basis.items_of(rule.id), rule.id
        for item in basis.items_of(rule.id):
            assert item.kinds <= rule.information_kinds
            assert item.kinds
            assert item.provider_kinds == rule.provider_kinds
    assert {item.provision_id for item in basis.items} == {rule.id for rule in basis.provisions}
    assert {detail.affair_id for detail in basis.details} == {affair.id for affair in basis.affairs}


def test_an_item_says_whom_and_what_and_where() -> None:
    item = legal_basis(date(2026, 6, 14)).item("1-1-3-1")
    assert item.words == "当該届出に係る被扶養者に係る年金給付関係情報"
    assert (item.label, item.detail_id) == ("第三条第一号ト", "1-1.1")
    assert legal_basis(date(2024, 5, 27)).item("1-1-3-1").label == "第三条第一号ニ"
    with pytest.raises(UnknownItem):
        legal_basis(date(2026, 6, 14)).item("1-1-3-99")


def test_an_item_narrows_what_is_found() -> None:
    basis = legal_basis(date(2026, 6, 14))
    asked = InformationKind.PUBLIC_PENSION_BENEFIT
    item = basis.items_of("81-1-4")[0]
    rule = basis.find(CITY, "81-1", PENSION, asked, item=item.id)
    assert rule is not None
    assert rule.id == "81-1-4"
    assert basis.find(CITY, "81-1", PENSION, asked, item="1-1-3-1") is None
    assert basis.find(CITY, "81-1", PENSION, asked, item="81-1-4-999") is None
    assert basis.find(CITY, "81-1", CITY, asked, item=item.id) is None
    assert basis.find(CITY, "81-1", PENSION, InformationKind.LOCAL_TAX, item=item.id) is None


@pytest.mark.parametrize("day", DAYS)
def test_every_item_says_about_whom(day: str) -> None:
    """No article states information without a person; a cut in the wrong place would leave one empty, or take information along."""
    for item in legal_basis(date.fromisoformat(day)).items:
        assert item.subject, item.id
        assert "情報" not in item.subject, item.id
        assert item.information.endswith(("情報", "という。）", "限る。）")), item.id


@pytest.mark.parametrize("day", DAYS)
def test_an_exact_affair_ends_as_one(day: str) -> None:
    for detail in legal_basis(date.fromisoformat(day)).details:
        assert "事務" in detail.words
        assert detail.items
        assert {item.detail_id for item in detail.items} == {detail.id}
        assert {item.affair_id for item in detail.items} == {detail.affair_id}


def test_article_60_divides_its_affairs_among_four_bodies() -> None:
    basis = legal_basis(date(2026, 6, 14))
    federation = frozenset({InstitutionKind.NATIONAL_OFFICIALS_MUTUAL_AID_FEDERATION})
    own = [detail for detail in basis.details_of("58-1") if not detail.inquirer_kinds.isdisjoint(federation)]
    assert {detail.place.paragraph for detail in own} == {2}
    item, rule = own[0].items[0], basis.provision(own[0].items[0].provision_id)
    assert rule is not None
    asked = min(item.kinds)
    assert basis.find(federation, "58-1", rule.provider_kinds, asked, item=item.id) is rule
    minister = frozenset({InstitutionKind.MINISTER_OF_HEALTH})
    assert basis.find(minister, "58-1", rule.provider_kinds, asked) is rule
    assert basis.find(minister, "58-1", rule.provider_kinds, asked, item=item.id) is None
