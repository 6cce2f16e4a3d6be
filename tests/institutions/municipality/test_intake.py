"""A town's people come in fast, once, and all or none of them."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from mynumber.institutions.municipality.register import intake
from mynumber.institutions.municipality.register.intake import BadPopulation, take_in
from mynumber.institutions.municipality.register.models import Household, Person
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.platform.databases import InstitutionDatabase
from mynumber.population.files import read
from mynumber.population.records import Resident, Tax
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def _load(code: str, folder: Path) -> str:
    output = io.StringIO()
    call_command("load_population", str(folder), tenant=code, stdout=output)
    return output.getvalue()


def test_everybody_is_taken_in_with_the_taxes(
    municipality: InstitutionDatabase, populations: dict[str, Path]
) -> None:
    said = _load(CITY, populations[CITY])
    residents = read(populations[CITY] / "residents.ndjson", Resident)
    assert f"progress {len(residents)} {len(residents)}" in said
    with acting_as(CITY):
        assert Person.objects.count() == len(residents)
        assert Person.objects.filter(moved_out=None).count() == 300
        assert Household.objects.count() == len({r.household for r in residents})
        assert Assessment.objects.count() == len(read(populations[CITY] / "tax.ndjson", Tax))
        hanako = Person.objects.get(persona="hanako")
        assert (hanako.name, hanako.kana, hanako.search_kana) == (
            "佐藤　花子",
            "サトウ　ハナコ",
            "サトウハナコ",
        )
        assert hanako.address.startswith("東京都葛飾区亀有")
        assert hanako.previous_municipality == FORMER_CITY
        assert {child.relation for child in hanako.household.members.exclude(pk=hanako.pk)} == {"子"}
        lan = Person.objects.get(persona="lan")
        assert lan.name == lan.alphabet == "NGUYEN THI LAN"
        assert len(set(Person.objects.values_list("addressee", flat=True))) == len(residents)


def test_a_second_time_changes_nothing(
    municipality: InstitutionDatabase, populations: dict[str, Path]
) -> None:
    _load(CITY, populations[CITY])
    with acting_as(CITY):
        before = Person.objects.count()
    assert "すでに入っています" in _load(CITY, populations[CITY])
    with acting_as(CITY):
        assert Person.objects.count() == before


def test_another_towns_people_are_refused(
    municipality: InstitutionDatabase, populations: dict[str, Path]
) -> None:
    with pytest.raises(CommandError, match="別の市区町村"):
        _load(FORMER_CITY, populations[CITY])


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        (
            "residents.ndjson",
            lambda text: text.replace('"birth":"1990-06-15"', '"birth":"1990-06-99"'),
            "形が",
        ),
        ("residents.ndjson", lambda text: text.replace('"rest":"', r'"rest":"\t', 1), "形が"),
        ("residents.ndjson", lambda text: text.replace('"rest":"', r'"rest":"\\\u0001', 1), "形が"),
        ("residents.ndjson", lambda text: text.replace('"family":"', r'"family":"\n', 1), "形が"),
        ("residents.ndjson", lambda text: text.replace('"sex":"female"', '"sex":"F"', 1), "形が"),
        ("residents.ndjson", lambda text: text[:-2], "形が"),
        ("residents.ndjson", lambda text: text[: text.rindex("\n", 0, -1) + 1], "行数"),
        ("residents.ndjson", lambda text: text.replace('"household":', f'"household":{10**30}', 1), "形が"),
        ("tax.ndjson", lambda text: text + text.splitlines()[0] + "\n", "行数"),
        (
            "tax.ndjson",
            lambda text: text.replace(f'"municipality":"{FORMER_CITY}"', f'"municipality":"{CITY}"', 1),
            "別の市区町村",
        ),
    ],
)
def test_a_file_out_of_shape_leaves_nothing_behind(
    municipality: InstitutionDatabase,
    populations: dict[str, Path],
    tmp_path: Path,
    file: str,
    change: object,
    says: str,
) -> None:
    folder = tmp_path / "population"
    shutil.copytree(populations[FORMER_CITY], folder)
    text = (folder / file).read_text()
    changed = change(text)  # type: ignore[operator]
    assert changed != text
    (folder / file).write_text(changed)
    with pytest.raises(BadPopulation, match=says):
        take_in(FORMER_CITY, folder, at=NOW)
    with acting_as(FORMER_CITY):
        assert not Person.objects.exists()
        assert not Assessment.objects.exists()


def test_a_missing_file_is_named(municipality: InstitutionDatabase, tmp_path: Path) -> None:
    with pytest.raises(BadPopulation, match=r"population\.json"):
        take_in(FORMER_CITY, tmp_path, at=NOW)


def test_a_writer_that_dies_leaves_nothing_behind(
    municipality: InstitutionDatabase, populations: dict[str, Path], tmp_path: Path
) -> None:
    for name in ("residents.ndjson", "tax.ndjson"):
        shutil.copy(populations[FORMER_CITY] / name, tmp_path / f"{name}.part")
    with pytest.raises(BadPopulation, match=r"population\.json"):
        take_in(FORMER_CITY, tmp_path, at=NOW, growth=io.BytesIO(b"\n"))
    with acting_as(FORMER_CITY):
        assert not Person.objects.exists()
        assert not Household.objects.exists()


def test_a_growing_folder_is_taken_in_only_if_it_ends_as_another_has(
    municipality: InstitutionDatabase, populations: dict[str, Path]
) -> None:
    again = take_in(CITY, populations[CITY], at=NOW, growth=io.BytesIO(b"\n\n"))
    assert again.already


def test_small_pieces_and_characters_that_copy_would_read_otherwise_change_nothing(
    municipality: InstitutionDatabase,
    populations: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Households go on from piece to piece, taxes come before their people and long after them."""
    monkeypatch.setattr(intake, "PIECE_BYTES", 2_000)
    monkeypatch.setattr(intake, "REMEMBERED_PEOPLE", 20)
    folder = tmp_path / "population"
    shutil.copytree(populations[FORMER_CITY], folder)
    residents = (folder / "residents.ndjson").read_text()
    (folder / "residents.ndjson").write_text(residents.replace('"rest":"', r'"rest":"\\N\\t\",null]\/', 1))
    take_in(FORMER_CITY, folder, at=NOW, growth=io.BytesIO(b"\n\n"))
    with acting_as(FORMER_CITY):
        assert Person.objects.filter(rest__startswith=r'\N\t",null]/').count() == 1
        people = read(folder / "residents.ndjson", Resident)
        homes = Person.objects.values_list("household__number", "birth", "given_kana")
        assert sorted(homes) == sorted((r.household, r.birth, r.given_kana) for r in people)
        assert Household.objects.count() == len({r.household for r in people})
        births = {r.person: (r.birth, r.given_kana) for r in people}
        incomes = Assessment.objects.values_list(
            "person__birth", "person__given_kana", "fiscal_year", "total_income"
        )
        taxes = read(folder / "tax.ndjson", Tax)
        assert sorted(incomes) == sorted((*births[t.person], t.fiscal_year, t.total_income) for t in taxes)


def test_sql_of_one_town_never_reaches_anothers_rows(municipality: InstitutionDatabase) -> None:
    """Both towns are loaded by now; the first town's role cannot see, change or smuggle in the second's rows."""
    tables = (
        "municipality_register_person",
        "municipality_register_household",
        "municipality_register_intake",
        "municipality_tax_assessment",
    )
    with psycopg.connect(municipality.tenant_urls[CITY], autocommit=True) as city:
        for table in tables:
            seen = city.execute(f"SELECT DISTINCT tenant FROM {table}").fetchall()  # noqa: S608
            assert seen == [(CITY,)]
            assert city.execute(f"DELETE FROM {table} WHERE tenant <> '{CITY}'").rowcount == 0  # noqa: S608
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            city.execute(
                "INSERT INTO municipality_register_household (tenant, number) VALUES (%s, 99999)",
                [FORMER_CITY],
            )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            city.execute(f"SET ROLE municipality_{FORMER_CITY}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            city.execute("ALTER TABLE municipality_register_person NO FORCE ROW LEVEL SECURITY")
    with psycopg.connect(municipality.url, autocommit=True) as application:
        assert application.execute("SELECT count(*) FROM municipality_register_person").fetchone() == (0,)
