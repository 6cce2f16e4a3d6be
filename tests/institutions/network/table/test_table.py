"""The table's pages: what they show of the law on a day, who finds it, and that programs read the same."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation import law
from mynumber.foundation.law import InformationKind, InstitutionKind, NotInForce, Status
from mynumber.institutions.network.table.changing import Sort, What, affair_of, amendments, changes_between
from mynumber.institutions.network.table.rows import row_of, rows_on, text_days, wordings
from mynumber.institutions.network.table.searching import Role, Search, found, items_with
from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.network.test_own_use import affair
from tests.support.directory import make_systems
from tests.support.tools import needs
from tests.webkit import faces
from tests.webkit.face.serving import CHROMIUM, DESK, PHONE, browsing, look_at, serving

PROJECT = "mynumber.institutions.network.settings"
faces.install(PROJECT)
TODAY = date(2026, 11, 22)
LARGEST_PAGE = 150_000
CITY, OTHER = "municipality.131229", "municipality.011002"


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("network", migrated=True)


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    systems = make_systems(
        tmp_path_factory.mktemp("table"),
        CITY,
        OTHER,
        "pension_service",
        "network",
        kinds={
            CITY: ("municipality", "city"),
            OTHER: ("municipality",),
            "pension_service": ("pension_service",),
        },
        names={CITY: "葛飾区", OTHER: "葛城村", "pension_service": "日本年金機構"},
    )
    return systems.environment("network")


@pytest.fixture(scope="module")
def client(database: InstitutionDatabase, variables: dict[str, str]) -> Iterator[Client]:
    with faces.face(PROJECT, database, **variables):
        yield Client(SERVER_NAME="localhost")


def text_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    content: bytes = response.content
    assert len(content) < LARGEST_PAGE, len(content)
    return content.decode()


def decoded(client: Client, address: str) -> Any:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/json")
    return json.loads(response.content)


@settings(deadline=None)  # the first day of each text makes its rows
@given(st.dates(min_value=date(2017, 5, 30), max_value=date(2030, 1, 1)))
def test_the_rows_in_force_on_any_day_are_those_that_the_core_decides_by(on: date) -> None:
    rows = rows_on(on)
    in_force = [row.provision for row in rows if row.status is Status.IN_FORCE]
    assert in_force == list(law.legal_basis(on).provisions)
    assert len({row.provision.id for row in rows}) == len(rows)
    for row in rows:
        assert (row.since <= on) == (row.status is not Status.NOT_YET), row.provision.id
        assert (row.until is not None and row.until <= on) == (row.status is Status.REPEALED), (
            row.provision.id
        )


def test_every_rule_ever_known_stands_in_the_table_of_every_day() -> None:
    known = {row_id for row_id in law.dated_rows() if Sort.of(row_id) is Sort.RULE}
    for day in text_days():
        assert {row.provision.id for row in rows_on(day)} == known


def test_before_the_network_there_is_no_table() -> None:
    with pytest.raises(NotInForce):
        rows_on(date(2017, 5, 29))


def test_a_search_finds_by_kind_role_information_affair_and_words_of_items() -> None:
    rows = rows_on(TODAY)
    governor = InstitutionKind.PREFECTURE
    asks = found(rows, Search(institution=governor, role=Role.INQUIRER))
    gives = found(rows, Search(institution=governor, role=Role.PROVIDER))
    either = found(rows, Search(institution=governor))
    assert asks
    assert gives
    assert len(asks) < len(either) < len(asks) + len(gives) + 1
    assert all(governor in row.affair.inquirer_kinds for row in asks)
    assert all(governor in row.provision.provider_kinds for row in gives)
    tax = found(rows, Search(information=InformationKind.LOCAL_TAX, affair="81-1"))
    assert [row.affair.id for row in tax] == ["81-1"] * len(tax)
    assert tax
    item = law.legal_basis(TODAY).items_of("81-1-4")[0]
    assert "81-1-4" in [row.provision.id for row in found(rows, Search(words=item.words))]
    assert [row.provision.id for row in found(rows, Search(words="81-1-4"))] == ["81-1-4"]
    assert found(rows, Search(words="８１－１－４"))[0].provision.id == "81-1-4", "full-width as half-width"
    assert found(rows, Search(words="海賊")) == []
    assert found(rows, Search(words="local TAX")), "English labels, whatever the case"


def test_ids_and_numbers_are_found_as_people_write_them() -> None:
    rows = rows_on(TODAY)

    def ids(**search: Any) -> list[str]:
        return [row.provision.id for row in found(rows, Search(**search))]

    of_affair = [rule.id for rule in law.legal_basis(TODAY).affair("81-1").provisions]
    assert ids(words="81-1") == ids(affair="81") == ids(affair="８１項") == ids(affair="81-1") == of_affair
    assert ids(words="1-1-4") == ["1-1-4"], "not every id that ends so"
    assert ids(words="81-1-4-1") == ["81-1-4"]
    exact = law.legal_basis(TODAY).item("81-1-4-1")
    assert "81-1-4" in ids(words=exact.detail_id)
    assert ids(affair="81-1.3") == of_affair
    assert ids(affair="12の2") == [rule.id for rule in law.legal_basis(TODAY).affair("12_2-1").provisions]
    assert ids(affair="児童扶養手当法による児童扶養手当の支給") == of_affair
    assert ids(words="第83条") == ids(words="第八十三条")
    assert "81-1-4" in ids(words="第83条")
    assert "14-1-1" not in ids(words="第83条")
    row = row_of("81-1-4", TODAY)
    assert row is not None
    assert exact in items_with(row, Search(words="第83条第1号ヌ").needles)
    assert items_with(row, Search(words="81-1-4-1").needles) == (exact,)
    former = rows_on(date(2024, 5, 26))
    assert {row.affair.id for row in found(former, Search(affair="57"))} == {"former-57-1"}


def test_a_connected_institution_is_found_by_its_name(client: Client) -> None:
    text = text_of(client, "/table/?member=葛飾区&role=inquirer&affair=81-1")
    assert "/table/81-1-4" in text
    assert "見つかりません" in text_of(client, "/table/?member=葛城村&role=inquirer&affair=81-1"), (
        "a village without a welfare office"
    )
    assert "/table/81-1-4" in text_of(client, "/table/?member=pension_service&role=provider&affair=81-1")
    assert "つながっていません" in text_of(client, "/table/?member=どこにもない市", 422)
    assert "葛城村、葛飾区" in text_of(client, "/table/?member=葛", 422)


def test_a_row_not_yet_in_force_stands_visible_as_such_and_a_repealed_one_keeps_its_last_words() -> None:
    new = row_of("81-1-7", date(2025, 9, 30))
    assert new is not None
    assert (new.status, new.since) == (Status.NOT_YET, date(2025, 10, 1))
    old = row_of("former-1-1-1", TODAY)
    assert old is not None
    assert (old.status, old.until) == (Status.REPEALED, date(2024, 5, 27))
    assert row_of("81-1-99", TODAY) is None


def test_wordings_follow_each_other_without_a_gap() -> None:
    several = 0
    for provision in law.legal_basis(TODAY).provisions:
        said = wordings(provision.id)
        several += len(said) > 1
        assert said[0].until is None, provision.id
        for later, earlier in itertools.pairwise(said):
            assert earlier.until == later.since, provision.id
    assert several, "at least one rule was reworded"


def test_each_amendment_counts_what_the_law_says_changed() -> None:
    assert [one.on for one in amendments()] == sorted(text_days()[1:], reverse=True)
    newest = amendments()[0]
    assert newest.before == newest.on - timedelta(days=1)
    changes = law.changes(newest.before, newest.on)
    assert sum(newest.counts.values()) == len(changes)
    assert changes_between(TODAY, TODAY + timedelta(days=1)) == ()
    assert newest.of(What.NEW, table=True) == sum(
        1 for one in changes if one.before is None and Sort.of(one.id) in (Sort.AFFAIR, Sort.RULE)
    )


def test_the_page_shows_rows_with_their_words_status_and_days(client: Client) -> None:
    text = text_of(client, "/table/?affair=81-1&day=2026-06-14")
    assert "2026年6月14日" in text
    for rule in law.legal_basis(TODAY).affair("81-1").provisions:
        assert f'href="/table/{rule.id}?day=2026-06-14"' in text
    for words in ("第八十三条", "施行中", "詳細な項目", "公的年金"):
        assert words in text


def test_all_pages_of_the_list_are_small_and_show_each_row_once(client: Client) -> None:
    shown: list[str] = []
    for number in range(1, 99):
        text = text_of(client, f"/table/?day=2026-06-14&page={number}")
        new = [rule.id for rule in law.legal_basis(TODAY).provisions if f'"/table/{rule.id}?' in text]
        if new[0] in shown:
            break
        shown += new
    assert shown == [rule.id for rule in law.legal_basis(TODAY).provisions]


def test_a_past_day_answers_from_the_former_table(client: Client) -> None:
    text = text_of(client, "/table/?day=2024-05-26")
    assert "旧別表第二" in text
    assert "/table/former-1-1-1?" in text
    assert "旧別表第二" not in text_of(client, "/table/?day=2024-05-27")


@pytest.mark.parametrize("day", ["2017-05-29", "2026-02-30", "yesterday", "0000-00-00", "2026-06-14x"])
def test_a_day_that_has_no_table_is_said_in_words(client: Client, day: str) -> None:
    for address in ("/table/", "/table/81-1-4", "/table/special"):
        assert "日" in text_of(client, f"{address}?day={day}", 422)
    for address in ("/table.json", "/table/81-1-4.json"):
        assert client.get(f"{address}?day={day}").status_code == 422
    assert "2017年5月30日" in text_of(client, "/table/?day=2017-05-29", 422)


@pytest.mark.parametrize(
    "query",
    [
        "institution=king",
        "role=x",
        "information=%00",
        "status=maybe",
        "q=" + "x" * 101,
        "affair=" + "1" * 101,
        "member=" + "x" * 101,
    ],
)
def test_a_filter_that_does_not_exist_is_refused(client: Client, query: str) -> None:
    text_of(client, f"/table/?{query}", 422)


def test_what_is_typed_is_shown_as_text(client: Client) -> None:
    text = text_of(client, "/table/?q=%3Cscript%3Ealert(1)%3C/script%3E&page=x")
    assert "<script>alert" not in text
    assert "見つかりません" in text


def test_every_rule_and_item_of_every_text_has_its_page(client: Client) -> None:
    """A few of each text, the longest among them; all ids would take minutes."""
    for day in text_days():
        basis = law.legal_basis(day)
        longest = max(basis.provisions, key=lambda rule: len(basis.items_of(rule.id)))
        for rule in (*basis.provisions[::97], longest):
            text = text_of(client, f"/table/{rule.id}?day={day.isoformat()}")
            for item in basis.items_of(rule.id):
                assert f'href="/table/{item.id}?day={day.isoformat()}"' in text
        for item in basis.items[::401]:
            text = text_of(client, f"/table/{item.id}?day={day.isoformat()}")
            assert item.label in text
            assert "JSON Schema" in text


def test_ids_of_affairs_and_exact_affairs_lead_to_their_rules(client: Client) -> None:
    response = client.get("/table/81-1?day=2026-06-14")
    assert response["Location"] == "/table/?affair=81-1&day=2026-06-14&status=any"
    response = client.get("/table/81-1.3?day=2026-06-14")
    assert response.status_code == 302
    assert text_of(client, response["Location"])
    for unknown in ("81-1-99", "999-1", "x", "81-1-4-9999", "81-1.999", "former-", "-", "....", "%00"):
        assert client.get(f"/table/{unknown}").status_code == 404, unknown


def test_the_address_to_cite_carries_the_day(client: Client) -> None:
    assert "/table/81-1-4?day=2026-06-14" in text_of(client, "/table/81-1-4?day=2026-06-14")


def test_changes_show_before_and_after(client: Client) -> None:
    text = text_of(client, "/table/changes?since=2025-09-30&until=2025-10-01")
    assert "81-1-7" in "".join(
        text_of(client, f"/table/changes?since=2025-09-30&until=2025-10-01&page={n}") for n in (1, 2)
    )
    assert "新設" in text
    assert 'value="2025-09-30"' in text
    differing = changes_between(date(2025, 9, 30), date(2025, 10, 1))
    rule = next(one for one in differing if Sort.of(one.id) is Sort.RULE)
    affair_words = law.dated_rows()[affair_of(rule.id)].row.what
    assert affair_words[:60] in text, "a rule says nothing without its affair"
    assert "違いはありません" in text_of(client, "/table/changes?since=2025-10-01&until=2025-10-02")
    items = text_of(client, "/table/changes?since=2025-09-30&until=2025-10-01&level=items")
    assert "項目" in items
    text_of(client, "/table/changes?since=2024-05-26&until=2024-05-27&level=all")
    text_of(client, "/table/changes?since=2016-01-01", 422)


@pytest.mark.parametrize(
    ("row_id", "affair_id"),
    [
        ("81-1", "81-1"),
        ("81-1-4", "81-1"),
        ("81-1.3", "81-1"),
        ("12_2-1-4-37", "12_2-1"),
        ("former-81-1-4", "former-81-1"),
    ],
)
def test_every_id_names_its_affair(row_id: str, affair_id: str) -> None:
    assert affair_of(row_id) == affair_id


def test_uses_that_were_considered_stand_as_not_in_force_until_the_table_has_them(client: Client) -> None:
    text = text_of(client, "/table/special?day=2026-06-14")
    assert re.search(r"旅券事務</span>\s*<span[^>]*>.*?施行前", text, re.DOTALL)
    assert re.search(r"戸籍事務</span>\s*<span[^>]*>.*?施行中", text, re.DOTALL)
    assert "/table/?information=family_register" in text


def test_layouts_have_a_page_and_a_schema(client: Client) -> None:
    assert "市町村民税所得割額" in text_of(client, "/table/layouts/local_tax")
    assert decoded(client, "/table/layouts/local_tax.json")["$id"] == "urn:mynumber:fact:local_tax"
    assert client.get("/table/layouts/nothing").status_code == 404
    assert client.get("/table/layouts/nothing.json").status_code == 404


def test_programs_read_the_same_rows(client: Client) -> None:
    table = decoded(client, "/table.json?day=2026-06-14")
    in_force = [row for row in table["rows"] if row["status"] == "in_force"]
    basis = law.legal_basis(date(2026, 6, 14))
    assert [row["id"] for row in in_force] == [rule.id for rule in basis.provisions]
    assert sum(len(row["items"]) for row in in_force) == len(basis.items)
    assert all(item["layout"] for row in table["rows"] for item in row["items"])
    assert decoded(client, "/table/81-1-4.json?day=2026-06-14")["row"] in table["rows"]
    assert client.get("/table/81-1-99.json").status_code == 404


def test_who_has_the_table_already_gets_304_and_gzip_is_offered(client: Client) -> None:
    first = client.get("/table/81-1-4.json")
    again = client.get("/table/81-1-4.json", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    packed = client.get("/table.json", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) * 5 < len(client.get("/table.json").content)


def test_the_pages_speak_english(client: Client) -> None:
    english = Client(SERVER_NAME="localhost")
    english.post("/language", {"language": "en", "next": "/table/"})
    for address, words in (
        ("/table/", "Japan Pension Service"),
        ("/table/81-1-4", "In force from"),
        ("/table/layouts/local_tax", "yen, integer"),
        ("/table/changes", "What changed when"),
        ("/table/special", "Beside the table"),
    ):
        assert words in text_of(english, address)


@needs(CHROMIUM)
def test_the_pages_are_accessible_on_desk_and_phone(
    database: InstitutionDatabase, variables: dict[str, str]
) -> None:
    environment = {**variables, "DATABASE_URL": database.url, "MYNUMBER_PUBLIC_URLS": "{}"}
    pages = {
        "/table/?q=児童扶養手当&affair=81-1": "list",
        "/table/81-1-4": "row",
        "/table/81-1-4-1": "item",
        "/table/changes": "changes",
        "/table/own-use": "own-use",
        "/table/layouts/local_tax": "layout",
        "/table/special": "special",
        "/table/?day=2016-01-01": "no-day",
    }
    with (
        serving("mynumber.institutions.network.wsgi:application", **environment) as address,
        browsing() as browser,
    ):
        page = browser.new_page(viewport=PHONE)
        for path, name in pages.items():
            page.goto(address + path)
            look_at(page, f"table-{name}", PHONE, DESK)
        page = browser.new_context(viewport=DESK, java_script_enabled=False).new_page()
        page.goto(address + "/table/")
        page.get_by_label("ことば").focus()
        page.keyboard.type("81-1-4")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="81-1-4", exact=True).press("Enter")
        assert page.get_by_role("heading", level=1).inner_text() == "規定 81-1-4"


def test_own_use_affairs_stand_beside_the_table_with_ordinance_and_days(
    client: Client, database: InstitutionDatabase
) -> None:
    from mynumber.institutions.network.own_use.models import OwnUseRow

    assert "受理された独自利用事務はありません" in text_of(client, "/table/own-use")
    assert client.get("/table/own-131229-1").status_code == 404
    text = affair(number=1, valid_from=date(2026, 7, 1))
    OwnUseRow.objects.create(
        notice=uuid4(),
        kind="new",
        affair="own-131229-1",
        content=msgspec.json.encode(text).decode(),
        notified=date(2026, 5, 1),
        accepted=date(2026, 6, 1),
        received_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    listed = text_of(client, "/table/own-use?day=2026-08-01")
    for words in ("own-131229-1", "東京都葛飾区", text.ordinance, "施行中"):
        assert words in listed, words
    assert "施行前" in text_of(client, "/table/own-use?day=2026-06-30")
    for address in ("/table/own-131229-1", "/table/own-131229-1-1"):
        page = text_of(client, f"{address}?day=2026-08-01")
        for words in (text.reason, "own-131229-1-1", "/table/81-1-3", "地方税関係情報"):
            assert words in page, words
    assert client.get("/table/own-131229-2").status_code == 404
    assert client.get("/table/own-use?day=1999-01-01").status_code == 422
