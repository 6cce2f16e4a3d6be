"""The people of a town: deterministic, exact in number, true to place, consistent across the files."""

from collections import Counter
from datetime import date
from itertools import groupby

import pytest

from mynumber.foundation.numbers import MalformedNumber, UnknownLocalGovernment, find
from mynumber.foundation.people import Address, BasicFourAttributes, PersonName, Sex, legal_age
from mynumber.population.generator import BATCH_RESIDENTS, Batch, generate
from mynumber.population.postal import municipality_of, towns_of
from mynumber.population.records import Account, Pension, Resident
from mynumber.population.towns import AS_OF, TOWN_ONE, TOWN_TWO


def people(
    municipality: str = TOWN_ONE, residents: int = 3000, seed: int = 1, *, personas: bool = True
) -> Batch:
    whole = Batch()
    for batch in generate(municipality, residents, seed, with_personas=personas):
        whole.residents += batch.residents
        whole.removed += batch.removed
        whole.tax += batch.tax
        whole.pensions += batch.pensions
        whole.accounts += batch.accounts
    return whole


TOWN = people()


def test_the_same_seed_gives_the_same_people() -> None:
    assert people() == TOWN
    assert people(seed=2).residents != TOWN.residents
    assert {r.person for r in people(TOWN_TWO).residents}.isdisjoint(r.person for r in TOWN.residents)


@pytest.mark.parametrize("count", [0, 1, 2, 10, 11, 12, 500, BATCH_RESIDENTS + 700])
def test_the_number_of_residents_is_exact(count: int) -> None:
    town = people(residents=count)
    assert len(town.residents) == count
    assert len({r.person for r in town.residents + town.removed}) == count + len(town.removed)


def test_a_larger_town_does_not_repeat_its_first_batch() -> None:
    town = people(residents=2 * BATCH_RESIDENTS, personas=False)
    first, second = town.residents[:BATCH_RESIDENTS], town.residents[BATCH_RESIDENTS:]
    assert [r.family for r in first] != [r.family for r in second]
    assert max(r.household for r in first) < min(r.household for r in second)


@pytest.mark.parametrize("code", [TOWN_ONE, TOWN_TWO, "141003", "013463", "133825", "472018"])
def test_everybody_lives_in_a_real_town_of_the_municipality(code: str) -> None:
    towns = {(town.name, town.postal_code) for town in towns_of(municipality_of(code))}
    town = people(code, 400)
    assert {(r.town, r.postal_code) for r in town.residents + town.removed} <= towns
    assert {r.municipality for r in town.residents + town.removed} == {code}


@pytest.mark.parametrize("code", ["130001", "141011", "139998"])
def test_only_a_municipality_has_residents(code: str) -> None:
    with pytest.raises((UnknownLocalGovernment, MalformedNumber)):
        generate(code, 1, 1)


def test_a_village_that_the_post_does_not_reach_has_none() -> None:
    with pytest.raises(UnknownLocalGovernment, match="nobody lives there"):
        generate("016951", 1, 1)


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        generate(TOWN_ONE, -1, 1)


def test_records_hold_what_registers_accept() -> None:
    for r in TOWN.residents + TOWN.removed:
        name = PersonName(
            family=r.family,
            given=r.given,
            family_kana=r.family_kana,
            given_kana=r.given_kana,
            former_family=r.former_family,
            former_family_kana=r.former_family_kana,
            alphabet=r.alphabet,
        )
        address = Address(municipality=r.municipality, postal_code=r.postal_code, town=r.town, rest=r.rest)
        BasicFourAttributes.of(name, address, r.birth, Sex(r.sex))


def test_each_household_has_one_head_and_one_address() -> None:
    for _, group in groupby(TOWN.residents, key=lambda r: r.household):
        members = list(group)
        assert [r.relation for r in members].count("世帯主") == 1
        assert members[0].relation == "世帯主"
        assert len({(r.postal_code, r.town, r.rest) for r in members}) == 1
        assert len({r.protected for r in members}) == 1


def test_relations_fit_the_sexes_and_names() -> None:
    heads = {r.household: r for r in TOWN.residents if r.relation == "世帯主"}
    for r in TOWN.residents:
        head = heads[r.household]
        if r.relation in ("妻", "子の妻", "母", "妻（未届）"):
            assert r.sex == "female"
        if r.relation in ("夫", "子の夫", "父", "夫（未届）"):
            assert r.sex == "male"
        if r.relation in ("妻", "夫", "子", "子の子"):
            assert (r.family, r.alphabet.split(" ")[0]) == (head.family, head.alphabet.split(" ")[0])
        if r.relation == "子":
            assert legal_age(head.birth, AS_OF) - legal_age(r.birth, AS_OF) >= 17


def test_days_are_in_their_order() -> None:
    for r in TOWN.residents + TOWN.removed:
        assert r.birth <= AS_OF
        assert r.moved_in is None or r.birth < r.moved_in <= AS_OF
        assert (r.moved_in is not None) or not r.previous_municipality
        assert r.moved_out is None or max(r.birth, r.moved_in or date.min) < r.moved_out < AS_OF
    assert all(r.moved_out is None and not r.next_municipality for r in TOWN.residents)
    assert all(r.moved_out is not None and r.next_municipality for r in TOWN.removed)


def test_moves_name_real_municipalities() -> None:
    for r in TOWN.residents + TOWN.removed:
        for code, address in (
            (r.previous_municipality, r.previous_address),
            (r.next_municipality, r.next_address),
        ):
            assert bool(code) == bool(address)
            assert not code or (find(code).is_municipality and address.startswith(find(code).full_name))


def test_the_town_has_every_kind_of_person() -> None:
    count = Counter[str]()
    for r in TOWN.residents:
        count["foreign"] += r.nationality_kind == "foreign"
        count["former"] += bool(r.former_family)
        count["moved"] += r.moved_in is not None
        count["protected"] += r.protected
    assert 0.01 < count["foreign"] / 3000 < 0.06
    assert 0 < count["former"] / 3000 < 0.02
    assert 0.3 < count["moved"] / 3000 < 0.7
    assert count["protected"] >= 1
    surnames = Counter(r.family for r in people(residents=20_000).residents)
    assert {"佐藤", "鈴木", "高橋"} <= {name for name, _ in surnames.most_common(8)}


def test_foreign_residents_have_names_in_the_alphabet() -> None:
    for r in TOWN.residents:
        assert (
            bool(r.alphabet)
            == bool(r.nationality)
            == bool(r.residence_status)
            == (r.nationality_kind == "foreign")
        )
        assert r.alphabet == r.alphabet.upper()
        assert r.alphabet or (r.family and r.given)
        assert r.family_kana
        assert r.given_kana
    for _, group in groupby(TOWN.residents, key=lambda r: r.household):
        names = [r.alphabet for r in group if r.alphabet]
        assert len(set(names)) == len(names)


def test_tax_is_levied_where_one_lived_on_new_years_day() -> None:
    persons: dict[str, Resident] = {r.person: r for r in TOWN.residents + TOWN.removed}
    lines = Counter((t.person, t.fiscal_year) for t in TOWN.tax)
    assert max(lines.values()) == 1
    assert {t.fiscal_year for t in TOWN.tax} == {2025, 2026}
    for t in TOWN.tax:
        person = persons[t.person]
        new_year = date(t.fiscal_year, 1, 1)
        assert t.municipality == person.municipality
        assert t.income_year == t.fiscal_year - 1
        assert person.moved_in is None or person.moved_in <= new_year
        assert person.moved_out is None or person.moved_out > new_year
        assert person.persona or legal_age(person.birth, new_year) >= 19
        parts = t.dependants_under_16 + t.dependants_16_to_18 + t.specific_dependants + t.elderly_dependants
        assert parts <= t.dependants <= parts + 1


def test_dependants_are_counted_once() -> None:
    """No more dependants under 16 than there are such children in the town."""
    year_end = date(2025, 12, 31)
    children = [
        r for r in TOWN.residents + TOWN.removed if r.birth <= year_end and legal_age(r.birth, year_end) < 16
    ]
    counted = sum(t.dependants_under_16 for t in TOWN.tax if t.fiscal_year == 2026)
    assert 0.5 * len(children) < counted <= len(children) + 5


def test_pensions_and_accounts_carry_the_attributes_of_their_owner() -> None:
    persons = {r.person: r for r in TOWN.residents}
    lines: list[Pension | Account] = [*TOWN.pensions, *TOWN.accounts]
    for line in lines:
        owner = persons[line.person]
        assert (line.birth, line.sex, line.persona) == (owner.birth, owner.sex, owner.persona)
        assert line.name == (owner.alphabet or f"{owner.family}　{owner.given}")
        assert line.address == f"{find(owner.municipality).full_name}{owner.town}{owner.rest}"


def test_pensions_fit_the_ages() -> None:
    kinds = Counter(p.kind for p in TOWN.pensions)
    assert kinds["old_age"] > kinds["survivors"] > kinds["disability"] > 0
    for p in TOWN.pensions:
        assert p.birth < p.entitled_from <= AS_OF
        assert 0 < p.annual_amount < 5_000_000
        assert len(p.basic_pension_number) == 10
        if p.kind == "old_age":
            assert legal_age(p.birth, AS_OF) >= 64
        if p.kind == "disability":
            assert 19 <= legal_age(p.birth, p.entitled_from) <= 65


def test_accounts_have_the_form_of_accounts() -> None:
    for a in TOWN.accounts:
        assert (len(a.bank_code), len(a.branch_code), len(a.account_number)) == (4, 3, 7)
        assert (a.bank_code + a.branch_code + a.account_number).isdigit()
        assert date(2022, 3, 28) <= a.registered_on < AS_OF
    assert max(Counter(a.person for a in TOWN.accounts).values()) == 1


def test_nothing_of_a_person_is_printed() -> None:
    for record in (TOWN.residents[0], TOWN.tax[0], TOWN.pensions[0], TOWN.accounts[0]):
        assert repr(record) == str(record) == f"{type(record).__name__}(****)"
