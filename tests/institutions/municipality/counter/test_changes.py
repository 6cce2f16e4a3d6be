"""Changes of an entry reach J-LIS at once, or later, and never get lost."""

from __future__ import annotations

import psycopg
import pytest
from django.core.management import CommandError

from mynumber.institutions.municipality.register.models import Person, PersonNumber
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.messages import this_node
from mynumber.webkit.tenancy import acting_as
from tests.institutions.municipality.conftest import CITY
from tests.institutions.municipality.counter.conftest import run
from tests.support.directory import NOWHERE
from tests.support.exchange import Exchange

pytestmark = pytest.mark.usefixtures("towns")


def at_jlis(database: InstitutionDatabase, persona: str, column: str) -> object:
    with acting_as(CITY):
        number = PersonNumber.objects.get(person__persona=persona).individual_number
    with psycopg.connect(database.owner_url) as jlis:
        row = jlis.execute(
            f"SELECT {column} FROM jlis_residents_person WHERE individual_number = %s",  # noqa: S608
            [number],
        ).fetchone()
    assert row is not None
    return row[0]


def test_a_change_of_address_arrives_at_once(jlis_database: InstitutionDatabase) -> None:
    run("change_resident", CITY, "--persona=sota", "--address=亀有三丁目1番1号")
    assert at_jlis(jlis_database, "sota", "address") == "東京都葛飾区亀有三丁目1番1号"
    assert "progress" not in run("number_residents", CITY), "nothing is left to tell"


def test_what_could_not_be_told_is_told_by_the_next_run(
    jlis_database: InstitutionDatabase, exchange: Exchange
) -> None:
    here = exchange.systems.node("municipality").directory.system("jlis").url
    exchange.systems.moved({"jlis": NOWHERE})
    this_node.cache_clear()
    try:
        with pytest.raises(CommandError):
            run("change_resident", CITY, "--persona=kenta", "--surname=山本", "--surname-kana=ヤマモト")
    finally:
        exchange.systems.moved({"jlis": here})
        this_node.cache_clear()
    assert at_jlis(jlis_database, "kenta", "name") == "田中　健太"
    assert "通知した人: 1 人" in run("number_residents", CITY)
    assert at_jlis(jlis_database, "kenta", "name") == "山本　健太"
    with acting_as(CITY):
        assert Person.objects.get(persona="kenta").search_name == "山本健太"


def test_a_former_name_is_kept_beside_the_new_one(jlis_database: InstitutionDatabase) -> None:
    run("change_resident", CITY, "--persona=hanako", "--surname=高田", "--keep-former-name")
    assert at_jlis(jlis_database, "hanako", "name") == "高田　花子"
    assert at_jlis(jlis_database, "hanako", "former_name") == "佐藤"


def test_death_removes_the_record_and_the_entry_changes_no_more(
    jlis_database: InstitutionDatabase,
) -> None:
    run("change_resident", CITY, "--persona=misaki", "--died=2026-11-01")
    assert at_jlis(jlis_database, "misaki", "status") == "removed"
    with pytest.raises(CommandError, match="消除"):
        run("change_resident", CITY, "--persona=misaki", "--address=亀有一丁目")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--persona=lan"], "一つ以上"),
        (["--persona=nobody", "--address=亀有"], "住民にいません"),
        (["--persona=lan", "--surname=田中"], "アルファベット"),
        (["--persona=lan", "--died=1900-01-01"], "生年月日から"),
        (["--persona=lan", "--died=2999-01-01"], "生年月日から"),
        (["--persona=lan", "--abroad=1900-01-01"], "生年月日より後"),
        (["--persona=lan", "--address= "], "1文字以上"),
        (["--persona=lan", f"--address={'あ' * 101}"], "1文字以上"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_words(arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run("change_resident", CITY, *arguments)
