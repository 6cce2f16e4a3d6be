"""Numbers, codes, copies and cards come from the other institutions, once for everybody, over real messages."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from mynumber.foundation.numbers import IndividualNumber
from mynumber.institutions.municipality.casework.models import Case
from mynumber.institutions.municipality.register.models import Person, PersonNumber
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY, FORMER_CITY, PROJECT
from tests.institutions.municipality.neighbours import running_jlis
from tests.support.exchange import Exchange
from tests.webkit import faces

TOWNS = (FORMER_CITY, CITY)
"""In the order in which they must be numbered: who moved is known in the former town first."""


def _run(command: str, code: str, *arguments: str) -> str:
    output = io.StringIO()
    call_command(command, *arguments, tenant=code, stdout=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def jlis_database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("jlis", migrated=True)


@pytest.fixture(scope="module")
def towns(
    exchange: Exchange,
    database: InstitutionDatabase,
    jlis_database: InstitutionDatabase,
    populations: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[InstitutionDatabase]:
    """Both towns filled, and J-LIS, network and gateways running."""
    with (
        running_jlis(exchange, jlis_database, tmp_path_factory.mktemp("jlis") / "log"),
        faces.face(PROJECT, database, **exchange.systems.environment("municipality")),
    ):
        for code in TOWNS:
            _run("load_population", code, str(populations[code]))
        yield database


def test_numbers_codes_copies_cards_and_the_case_come_in_their_order(
    towns: InstitutionDatabase, jlis_database: InstitutionDatabase, exchange: Exchange, tmp_path: Path
) -> None:
    for code in TOWNS:
        assert "職員の確認" not in _run("number_residents", code)
        assert "見つからなかった" not in _run("acquire_codes", code)
        assert "登録されなかった" not in _run("register_copies", code)
    numbers: dict[str, dict[str, tuple[str, str]]] = {}
    for code in TOWNS:
        with acting_as(code):
            assert not Person.objects.filter(number=None).exists()
            assert not PersonNumber.objects.filter(code_obtained_at=None).exists()
            numbers[code] = {
                f"{n.person.name} {n.person.birth}": (n.individual_number, n.resident_code)
                for n in PersonNumber.objects.select_related("person")
            }
            for number in PersonNumber.objects.all():
                IndividualNumber.parse(number.individual_number)
    with acting_as(CITY):
        hanako = Person.objects.get(persona="hanako")
        key = f"{hanako.name} {hanako.birth}"
    assert numbers[CITY][key] == numbers[FORMER_CITY][key], "who moves keeps the number"
    with psycopg.connect(jlis_database.owner_url) as jlis:
        people = jlis.execute("SELECT count(*) FROM jlis_residents_person").fetchone()
    with acting_as(CITY):
        movers = Person.objects.filter(previous_address__startswith="大阪府八尾市").exclude(
            previous_address="大阪府八尾市"
        )
        assert people == (len(numbers[CITY]) + len(numbers[FORMER_CITY]) - movers.count(),)
    with acting_as(FORMER_CITY):
        levied = Assessment.objects.count()
        assert levied > Assessment.objects.filter(fiscal_year=2026).count()
    with psycopg.connect(exchange.gateway_database.tenant_urls[f"municipality_{FORMER_CITY}"]) as gateway:
        assert gateway.execute("SELECT count(*) FROM copy").fetchone() == (levied,)


def test_a_second_run_asks_for_nothing_more(towns: InstitutionDatabase) -> None:
    with acting_as(CITY):
        before = list(
            PersonNumber.objects.order_by("pk").values_list("pk", "individual_number", "code_obtained_at")
        )
    assert "受け取った人: 0 人" in _run("number_residents", CITY)
    assert "取得した人: 0 人" in _run("acquire_codes", CITY)
    with acting_as(CITY):
        after = list(
            PersonNumber.objects.order_by("pk").values_list("pk", "individual_number", "code_obtained_at")
        )
    assert before == after
    everybody = f"取得した人: {len(before):,} 人"
    assert everybody in _run("acquire_codes", CITY, "--anew"), "when the keys of all codes are closed"


def test_what_an_interrupted_run_left_undone_is_done_by_the_next(towns: InstitutionDatabase) -> None:
    """As if the process had died after J-LIS and the network had done their part and before the town had noted it."""
    with acting_as(CITY):
        lost = PersonNumber.objects.select_related("person").get(person__persona="lan")
        number = lost.individual_number
        lost.delete()
        PersonNumber.objects.filter(person__persona="kenta").update(code_obtained_at=None)
    assert "受け取った人: 1 人" in _run("number_residents", CITY)
    assert "取得した人: 2 人" in _run("acquire_codes", CITY)
    with acting_as(CITY):
        assert PersonNumber.objects.get(person__persona="lan").individual_number == number


def test_the_case_of_the_story_is_opened_once_with_both_children(towns: InstitutionDatabase) -> None:
    assert "受け付けました" in _run("open_demo_case", CITY)
    assert "すでに" in _run("open_demo_case", CITY)
    with acting_as(CITY):
        case = Case.objects.get()
        assert case.applicant.persona == "hanako"
        assert [child.given for child in case.children.order_by("birth")] == ["陽菜", "蓮"]


def _moving_out_at_jlis(database: InstitutionDatabase, addressee: str) -> tuple[object, ...] | None:
    with psycopg.connect(database.owner_url) as jlis:
        return jlis.execute(
            "SELECT moved_out_on, moved_out_to FROM jlis_residents_person WHERE municipality = %s AND addressee = %s",
            [f"municipality.{CITY}", addressee],
        ).fetchone()


def test_who_moves_out_later_is_notified_once_and_so_is_who_stays_after_all(
    towns: InstitutionDatabase, jlis_database: InstitutionDatabase
) -> None:
    with acting_as(CITY):
        person = Person.objects.filter(persona="", moved_out=None, moved_in=None).earliest("pk")
    for moved_out, following, known in (
        (date(2026, 11, 1), "", (date(2026, 11, 1), "")),
        (date(2026, 11, 1), "131130", (date(2026, 11, 1), "municipality.131130")),
        (None, "", (None, "")),
    ):
        with acting_as(CITY):
            Person.objects.filter(pk=person.pk).update(moved_out=moved_out, next_municipality=following)
        said = _run("number_residents", CITY)
        assert "転出・転出の取消しを通知した人: 1 人" in said
        assert "受け取った人: 0 人" in said
        assert _moving_out_at_jlis(jlis_database, person.addressee) == known
        assert "progress" not in _run("number_residents", CITY), "nobody is left to notify"


def test_who_has_not_been_let_go_waits_without_a_number_until_the_former_town_notifies(
    towns: InstitutionDatabase,
) -> None:
    with acting_as(CITY):
        old = Person.objects.filter(persona="", moved_out=None, moved_in=None).latest("pk")
        number = PersonNumber.objects.get(person=old).individual_number
    with acting_as(FORMER_CITY):
        new = Person.objects.filter(persona="", moved_out=None).earliest("pk")
        for field, value in (
            *((name, getattr(old, name)) for name in ("family", "given", "alphabet", "birth", "sex")),
            *(
                ("addressee", "9999999999"),
                ("previous_municipality", CITY),
                ("previous_address", old.address),
            ),
            ("pk", None),
        ):
            setattr(new, field, value)
        new._state.adding = True
        new.save()
    said = _run("number_residents", FORMER_CITY)
    assert "受け取った人: 0 人" in said
    assert "職員の確認が必要な人 (still_resident): 1 人" in said
    with acting_as(FORMER_CITY):
        assert not PersonNumber.objects.filter(person=new).exists()
    with acting_as(CITY):
        Person.objects.filter(pk=old.pk).update(moved_out=date(2026, 11, 1), next_municipality=FORMER_CITY)
    assert "転出・転出の取消しを通知した人: 1 人" in _run("number_residents", CITY)
    assert "受け取った人: 1 人" in _run("number_residents", FORMER_CITY)
    with acting_as(FORMER_CITY):
        assert PersonNumber.objects.get(person=new).individual_number == number


def test_a_town_that_is_not_here_is_said_so(towns: InstitutionDatabase) -> None:
    with pytest.raises(CommandError, match="この模型にありません"):
        _run("number_residents", "131130")
