import json
import random
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law import (
    InformationKind,
    InstitutionKind,
    LegalBasis,
    UnknownAffair,
    legal_basis,
)
from tests.foundation.law.official import TEXTS

Quadruple = tuple[InstitutionKind, str, InstitutionKind, InformationKind]

COUNTS = {
    "2024-05-27": (173, 173, 443),
    "2024-10-01": (173, 173, 443),
    "2025-04-01": (173, 173, 443),
    "2025-10-01": (181, 180, 456),
    "2026-04-01": (181, 180, 456),
    "2026-06-14": (187, 186, 481),
}
SAMPLES = 10_000

CITY = frozenset({InstitutionKind.MUNICIPALITY, InstitutionKind.CITY})
TOWN = frozenset({InstitutionKind.MUNICIPALITY})
TOWN_WITH_OFFICE = frozenset({InstitutionKind.MUNICIPALITY, InstitutionKind.TOWN_WITH_WELFARE_OFFICE})
PENSION_SERVICE = frozenset({InstitutionKind.PENSION_SERVICE})
DIGITAL_AGENCY = frozenset({InstitutionKind.PRIME_MINISTER})


def _allowed(day: str) -> set[Quadruple]:
    """Every allowed pair of a day, from the committed files themselves, apart from the code under test."""
    folder = resources.files("mynumber.foundation.law")
    institutions = tomllib.loads((folder / "mapping" / "institutions.toml").read_text("utf-8"))["phrases"]
    information = tomllib.loads((folder / "mapping" / "information.toml").read_text("utf-8"))["phrases"]
    table = json.loads((folder / "data" / "provision_order.json").read_text("utf-8"))

    def on_day(versions: list[dict[str, str | None]]) -> Iterator[dict[str, str | None]]:
        return (
            row
            for row in versions
            if str(row["from"]) <= day and (row["until"] is None or day < str(row["until"]))
        )

    return {
        (InstitutionKind[inquirer], affair["id"], InstitutionKind[provider], InformationKind[kind])
        for affair in table["affairs"]
        for head in on_day(affair["versions"])
        for inquirer in institutions[head["inquirer"]]
        for rule in affair["provisions"]
        for row in on_day(rule["versions"])
        for provider in institutions[row["provider"]]
        for kind in information[row["information"]]
    }


@pytest.mark.parametrize("day", TEXTS)
def test_items_affairs_and_provisions_of_each_text(day: str) -> None:
    basis = legal_basis(date.fromisoformat(day))
    assert (basis.numbers, len(basis.affairs), len(basis.provisions)) == COUNTS[day]


@pytest.mark.parametrize("day", TEXTS)
def test_every_pair_of_the_table_is_allowed(day: str) -> None:
    basis = legal_basis(date.fromisoformat(day))
    allowed = _allowed(day)
    assert len(allowed) > 2000
    for inquirer, affair, provider, kind in allowed:
        rule = basis.find(frozenset({inquirer}), affair, frozenset({provider}), kind)
        assert rule is not None
        assert rule.affair_id == affair
        assert provider in rule.provider_kinds
        assert kind in rule.information_kinds


@pytest.mark.parametrize("day", TEXTS)
def test_pairs_outside_the_table_are_refused(day: str) -> None:
    """10,000 samples: half from all combinations, half from allowed pairs with one part changed."""
    basis = legal_basis(date.fromisoformat(day))
    allowed = _allowed(day)
    known = sorted(allowed)
    affairs = [*sorted({affair for _, affair, _, _ in allowed}), "81-2", "157-9", "999-1", "", "81"]
    institutions, information = list(InstitutionKind), list(InformationKind)
    chance = random.Random(81)
    refused = 0
    while refused < SAMPLES:
        sample: Quadruple
        if refused % 2:
            sample = (
                chance.choice(institutions),
                chance.choice(affairs),
                chance.choice(institutions),
                chance.choice(information),
            )
        else:
            inquirer, affair, provider, kind = chance.choice(known)
            sample = chance.choice(
                [
                    (chance.choice(institutions), affair, provider, kind),
                    (inquirer, chance.choice(affairs), provider, kind),
                    (inquirer, affair, chance.choice(institutions), kind),
                    (inquirer, affair, provider, chance.choice(information)),
                ]
            )
        if sample in allowed:
            continue
        inquirer, affair, provider, kind = sample
        assert basis.find(frozenset({inquirer}), affair, frozenset({provider}), kind) is None, sample
        refused += 1


@given(
    st.frozensets(st.sampled_from(InstitutionKind), max_size=4),
    st.sampled_from([affair.id for affair in legal_basis(date(2026, 6, 14)).affairs]),
    st.frozensets(st.sampled_from(InstitutionKind), max_size=4),
    st.sampled_from(InformationKind),
)
def test_an_institution_may_what_one_of_its_kinds_may(
    inquirer: frozenset[InstitutionKind],
    affair: str,
    provider: frozenset[InstitutionKind],
    kind: InformationKind,
) -> None:
    basis = legal_basis(date(2026, 6, 14))
    singly = any(
        basis.find(frozenset({one}), affair, frozenset({other}), kind)
        for one in inquirer
        for other in provider
    )
    assert (basis.find(inquirer, affair, provider, kind) is not None) == singly


def test_an_institution_without_kinds_may_nothing() -> None:
    basis = legal_basis(date(2026, 6, 14))
    assert basis.find(frozenset(), "81-1", CITY, InformationKind.LOCAL_TAX) is None
    assert basis.find(CITY, "81-1", frozenset(), InformationKind.LOCAL_TAX) is None
    assert basis.affairs_of(frozenset()) == ()


class TestChildRearingAllowance:
    """Affair 81-1: 児童扶養手当法による児童扶養手当の支給に関する事務 (item 81, art. 83)."""

    @pytest.fixture
    def basis(self) -> LegalBasis:
        return legal_basis(date(2026, 11, 22))

    def test_the_affair(self, basis: LegalBasis) -> None:
        affair = basis.affair("81-1")
        assert (affair.item, affair.item_label, affair.article, affair.article_label) == (
            "81",
            "八十一",
            "83",
            "第八十三条",
        )
        assert affair.words == "児童扶養手当法による児童扶養手当の支給に関する事務"
        assert affair.inquirer_words == "都道府県知事等"
        assert affair.inquirer_kinds == {
            InstitutionKind.PREFECTURE,
            InstitutionKind.CITY,
            InstitutionKind.TOWN_WITH_WELFARE_OFFICE,
        }
        assert [rule.id for rule in affair.provisions] == [
            "81-1-7", "81-1-1", "81-1-2", "81-1-3", "81-1-4", "81-1-5", "81-1-6",
        ]  # fmt: skip
        assert [rule.provider_words for rule in affair.provisions] == [
            "医療保険者",
            "都道府県知事",
            "法務大臣",
            "市町村長",
            "児童扶養手当法第三条第二項に規定する公的年金給付の支給を行うこととされている者",
            "厚生労働大臣又は都道府県知事",
            "内閣総理大臣",
        ]

    @pytest.mark.parametrize(
        ("provider", "kind", "rule"),
        [
            (CITY, InformationKind.LOCAL_TAX, "81-1-3"),
            (TOWN, InformationKind.RESIDENT_RECORD, "81-1-3"),
            (PENSION_SERVICE, InformationKind.PUBLIC_PENSION_BENEFIT, "81-1-4"),
            (
                frozenset({InstitutionKind.MINISTER_OF_HEALTH}),
                InformationKind.PUBLIC_PENSION_BENEFIT,
                "81-1-4",
            ),
            (DIGITAL_AGENCY, InformationKind.RECEIVING_ACCOUNT, "81-1-6"),
            (frozenset({InstitutionKind.MINISTER_OF_JUSTICE}), InformationKind.FAMILY_REGISTER, "81-1-2"),
        ],
    )
    def test_a_city_may_ask(
        self, basis: LegalBasis, provider: frozenset[InstitutionKind], kind: InformationKind, rule: str
    ) -> None:
        for inquirer in (CITY, TOWN_WITH_OFFICE):
            found = basis.find(inquirer, "81-1", provider, kind)
            assert found is not None
            assert found.id == rule
            assert found.article == "83"
            assert found.valid_from == date(2024, 5, 27)
            assert found.valid_until is None

    @pytest.mark.parametrize(
        ("inquirer", "provider", "kind"),
        [
            (TOWN, CITY, InformationKind.LOCAL_TAX),
            (PENSION_SERVICE, CITY, InformationKind.LOCAL_TAX),
            (CITY, PENSION_SERVICE, InformationKind.LOCAL_TAX),
            (CITY, PENSION_SERVICE, InformationKind.RECEIVING_ACCOUNT),
            (CITY, DIGITAL_AGENCY, InformationKind.PUBLIC_PENSION_BENEFIT),
            (CITY, CITY, InformationKind.FAMILY_REGISTER),
            (CITY, CITY, InformationKind.PUBLIC_ASSISTANCE),
            (CITY, CITY, InformationKind.LONG_TERM_CARE_INSURANCE),
        ],
    )
    def test_what_the_table_does_not_name_is_refused(
        self,
        basis: LegalBasis,
        inquirer: frozenset[InstitutionKind],
        provider: frozenset[InstitutionKind],
        kind: InformationKind,
    ) -> None:
        assert basis.find(inquirer, "81-1", provider, kind) is None

    def test_the_health_insurers_came_with_the_text_of_october_2025(self) -> None:
        insurer = frozenset({InstitutionKind.HEALTH_INSURANCE_ASSOCIATION})
        wanted = (CITY, "81-1", insurer, InformationKind.MEDICAL_INSURANCE_BENEFIT)
        assert legal_basis(date(2025, 9, 30)).find(*wanted) is None
        found = legal_basis(date(2025, 10, 1)).find(*wanted)
        assert found is not None
        assert (found.id, found.valid_from) == ("81-1-7", date(2025, 10, 1))


def test_affairs_of_an_institution_are_those_it_may_ask_in() -> None:
    basis = legal_basis(date(2026, 6, 14))
    town = {affair.id for affair in basis.affairs_of(TOWN)}
    city = {affair.id for affair in basis.affairs_of(CITY)}
    assert town < city
    assert "81-1" in city - town
    assert basis.affairs_of(DIGITAL_AGENCY) == ()
    order = [affair.id for affair in basis.affairs]
    assert [affair.id for affair in basis.affairs_of(CITY)] == [one for one in order if one in city]


def test_a_row_applies_up_to_the_day_before_it_ends() -> None:
    """Item 157 was deleted on 2025-10-01."""
    governor = frozenset({InstitutionKind.PREFECTURE})
    justice = frozenset({InstitutionKind.MINISTER_OF_JUSTICE})
    wanted = (governor, "157-1", justice, InformationKind.FAMILY_REGISTER)
    rule = legal_basis(date(2025, 9, 30)).find(*wanted)
    assert rule is not None
    assert rule.valid_until == date(2025, 10, 1)
    assert legal_basis(date(2025, 10, 1)).find(*wanted) is None
    with pytest.raises(UnknownAffair, match="157-1"):
        legal_basis(date(2025, 10, 1)).affair("157-1")


def test_one_object_serves_all_days_of_a_text() -> None:
    assert legal_basis(date(2026, 6, 14)) is legal_basis(date(2030, 1, 1))
    assert legal_basis(date(2026, 6, 13)) is legal_basis(date(2026, 4, 1))
    assert legal_basis(date(2026, 6, 13)) is not legal_basis(date(2026, 6, 14))


def test_a_rule_is_found_by_its_id() -> None:
    basis = legal_basis(date(2026, 6, 14))
    assert all(basis.provision(rule.id) is rule for rule in basis.provisions)
    assert basis.provision("81-1-99") is None
    with pytest.raises(LookupError):
        basis.affair("81")
