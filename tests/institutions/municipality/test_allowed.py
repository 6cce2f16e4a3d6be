"""What the page offers is what the table of the law allows, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mynumber.foundation.law import InformationKind, InstitutionKind, legal_basis
from mynumber.institutions.municipality.casework.allowed import affairs_of, allowed, kinds_of
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.directory import Directory
from tests.support.directory import make_systems
from tests.support.exchange import CITY, FORMER_CITY, KINDS, MEMBERS

TODAY = date(2026, 11, 22)
CODE = "131229"
TOWN = "municipality.132012"
"""A member that is a municipality without being a city."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    folder: Path = tmp_path_factory.mktemp("systems")
    kinds = {**KINDS, TOWN: (InstitutionKind.MUNICIPALITY.value,)}
    return make_systems(folder, *MEMBERS, TOWN, kinds=kinds).node("municipality").directory


def _person(previous: str = "") -> Person:
    return Person(previous_municipality=previous, moved_in=date(2026, 3, 28) if previous else None)


def test_every_offer_of_every_affair_is_found_in_the_table_and_every_rule_is_offered(
    directory: Directory,
) -> None:
    basis = legal_basis(TODAY)
    own = kinds_of(directory, CITY)
    affairs = affairs_of(directory, CODE, on=TODAY)
    assert affairs == basis.affairs_of(own)
    offered = 0
    for affair in affairs:
        rows = allowed(directory, CODE, affair, _person())
        assert {row.provision.id for row in rows} == {provision.id for provision in affair.provisions}
        pairs = {(c.provider, c.information) for row in rows for c in row.candidates}
        for member in (*MEMBERS, TOWN):
            for information in InformationKind:
                rule = basis.find(own, affair.id, kinds_of(directory, member), information)
                assert ((member, information) in pairs) == (rule is not None and member != CITY)
        offered += len(pairs)
    assert offered > 100


def test_the_former_town_is_suggested_for_tax_and_no_other_town(directory: Directory) -> None:
    affair = legal_basis(TODAY).affair("81-1")
    rows = allowed(directory, CODE, affair, _person(FORMER_CITY.partition(".")[2]))
    suggested = [(c.provider, c.information) for row in rows for c in row.candidates if c.suggested]
    assert suggested == [
        (FORMER_CITY, InformationKind.LOCAL_TAX),
        ("pension_service", InformationKind.PUBLIC_PENSION_BENEFIT),
        ("digital_agency", InformationKind.RECEIVING_ACCOUNT),
    ]
    assert rows[0].candidates[0].why == "住民記録によると、2026年3月28日にここから転入しました"


def test_no_town_is_suggested_for_who_came_from_nowhere_known(directory: Directory) -> None:
    affair = legal_basis(TODAY).affair("81-1")
    rows = allowed(directory, CODE, affair, _person())
    assert not any(
        c.suggested and c.provider.startswith("municipality.") for row in rows for c in row.candidates
    )


def test_a_town_that_is_no_city_may_not_ask_for_the_allowance(directory: Directory) -> None:
    affairs = {affair.id for affair in affairs_of(directory, TOWN.partition(".")[2], on=TODAY)}
    assert affairs
    assert "81-1" not in affairs
    assert affairs_of(directory, "999999", on=TODAY) == ()
