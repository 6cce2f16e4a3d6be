"""The named personas: their stories are true of their records, in both towns."""

from datetime import date

import pytest

from mynumber.foundation.people import fiscal_year_end_after_attaining, in_compulsory_education
from mynumber.platform.settings import DEFAULT_TOWNS
from mynumber.population import personas
from mynumber.population.generator import generate
from mynumber.population.persona_families import FAMILIES
from mynumber.population.personas import PERSONAS, TownPersonas, of_town
from mynumber.population.postal import municipality_of, towns_of
from mynumber.population.records import Account, Pension
from mynumber.population.towns import AS_OF, TOWN_ONE, TOWN_TWO, TOWNS


def town(code: str) -> TownPersonas:
    records = of_town(code)
    assert records is not None
    return records


ONE, TWO = town(TOWN_ONE), town(TOWN_TWO)


def test_the_platform_creates_the_towns_of_the_personas() -> None:
    assert DEFAULT_TOWNS == TOWNS


def test_every_persona_is_a_resident_of_the_town_the_story_names() -> None:
    for persona in PERSONAS:
        (record,) = [r for r in town(persona.municipality).residents if r.persona == persona.key]
        assert persona.name == (record.alphabet or f"{record.family}　{record.given}")
    flagged = {r.persona for t in (ONE, TWO) for r in t.residents + t.removed if r.persona}
    assert flagged == {persona.key for persona in PERSONAS}


def test_a_persona_is_found_by_key() -> None:
    assert personas.find("hanako").municipality == TOWN_ONE
    with pytest.raises(KeyError):
        personas.find("nobody")


def test_hanako_moved_and_left_her_tax_behind() -> None:
    (now,) = [r for r in ONE.residents if r.persona == "hanako"]
    (before,) = [r for r in TWO.removed if r.persona == "hanako"]
    assert now.person == before.person
    assert (now.birth, now.family, now.given) == (before.birth, before.family, before.given)
    assert now.moved_in == before.moved_out == date(2026, 3, 28)
    assert (now.previous_municipality, before.next_municipality) == (TOWN_TWO, TOWN_ONE)
    assert now.previous_address.endswith(before.town + before.rest)
    assert before.next_address.endswith(now.town + now.rest)
    assert not [t for t in ONE.tax if t.person == now.person]
    taxes = [t for t in TWO.tax if t.person == now.person]
    assert [(t.fiscal_year, t.total_income, t.dependants_under_16, t.single_parent) for t in taxes] == [
        (2026, 1_264_000, 2, True),
        (2025, 1_222_000, 2, True),
    ]


def test_hanako_has_a_pension_and_an_account_in_her_new_town_only() -> None:
    (pension,) = [p for p in ONE.pensions if p.persona == "hanako"]
    (account,) = [a for a in ONE.accounts if a.persona == "hanako"]
    assert (pension.kind, pension.annual_amount) == ("disability", 635_500)
    assert pension.address == account.address
    assert pension.address.startswith("東京都葛飾区")
    elsewhere: list[Pension | Account] = [*TWO.pensions, *TWO.accounts]
    assert not [line for line in elsewhere if line.persona == "hanako"]


def test_hanakos_children_came_with_her_and_are_children_of_the_allowance() -> None:
    children = [r for r in ONE.residents if r.household == 1 and r.relation == "子"]
    assert {r.person for r in children} <= {r.person for r in TWO.removed}
    assert len(children) == 2
    for child in children:
        assert in_compulsory_education(child.birth, AS_OF)
        assert fiscal_year_end_after_attaining(child.birth, 18) > AS_OF


def test_the_others_are_what_their_stories_say() -> None:
    by_key = {r.persona: r for t in (ONE, TWO) for r in t.residents if r.persona}
    assert by_key["lan"].nationality_kind == "foreign"
    assert by_key["misaki"].protected
    assert by_key["haruo"].household == by_key["chiyo"].household
    assert by_key["sota"].previous_municipality == TOWN_TWO
    assert (by_key["kenta"].birth.month, by_key["kenta"].birth.day) == (4, 1)


def test_their_homes_are_real_towns() -> None:
    for family in FAMILIES:
        for home in filter(None, (family.home, family.previous)):
            towns = {(t.name, t.postal_code) for t in towns_of(municipality_of(home.municipality))}
            assert (home.town, home.postal_code) in towns


@pytest.mark.parametrize(("code", "records"), [(TOWN_ONE, ONE), (TOWN_TWO, TWO)])
def test_they_come_first_in_their_town_whatever_the_seed(code: str, records: TownPersonas) -> None:
    for seed in (1, 2):
        first, rest = generate(code, 100, seed)
        assert tuple(first.residents) == records.residents
        assert tuple(first.removed) == records.removed
        assert min(r.household for r in rest.residents) == records.households + 1


def test_they_stay_out_when_not_wanted_or_without_room() -> None:
    for batches in (generate(TOWN_ONE, 100, 1, with_personas=False), generate(TOWN_ONE, 5, 1)):
        assert not [r for batch in batches for r in batch.residents if r.persona]


def test_other_municipalities_have_none() -> None:
    assert of_town("142069") is None
