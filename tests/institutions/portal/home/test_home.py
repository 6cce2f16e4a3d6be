"""Where a resident starts: what to do, what is under way, what is new; the menu; the languages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.home.collecting import MOST, collect, contributors
from mynumber.institutions.portal.home.items import Item, Place
from mynumber.protocols.applications import MarkedField, Step
from tests.institutions.portal.applications.body import City
from tests.institutions.portal.applications.people import CLAIM, Person
from tests.institutions.portal.house import Browser, House

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def at(days: int) -> datetime:
    return NOW + timedelta(days=days)


def sorted_titles(items: list[Item], place: Place) -> list[str]:
    collected = collect(Account(), now=NOW, parts=(("部分", lambda _account, _now: items),))
    return [item.title for item in getattr(collected, place.value).shown]


def test_deadlines_come_first_and_then_the_newest(house: House) -> None:
    items = [
        Item(Place.TO_DO, "old without a deadline", "/", at=at(-9)),
        Item(Place.TO_DO, "later", "/", due=date(2026, 12, 1)),
        Item(Place.TO_DO, "past", "/", due=date(2026, 11, 1)),
        Item(Place.TO_DO, "new without a deadline", "/", at=at(-1)),
        Item(Place.NEW, "read last", "/", at=at(-3)),
        Item(Place.NEW, "read first", "/", at=at(-2), due=date(2026, 11, 1)),
    ]
    assert sorted_titles(items, Place.TO_DO) == [
        "past",
        "later",
        "new without a deadline",
        "old without a deadline",
    ]
    assert sorted_titles(items, Place.NEW) == ["read first", "read last"]


def test_a_part_that_fails_leaves_a_gap_and_not_an_empty_page(house: House) -> None:
    def broken(_account: Account, _now: datetime) -> list[Item]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
        raise AssertionError

    def sound(_account: Account, _now: datetime) -> list[Item]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return [Item(Place.NEW, "sound", "/", at=NOW)]

    collected = collect(Account(), now=NOW, parts=(("こわれた部分", broken), ("よい部分", sound)))
    assert collected.gaps == ("こわれた部分",)
    assert [item.title for item in collected.new.shown] == ["sound"]
    with pytest.raises(DatabaseError):
        broken(Account(), NOW)


def test_a_long_list_says_how_much_more_there_is(house: House) -> None:
    many = [Item(Place.NEW, str(number), "/", at=at(-number)) for number in range(MOST + 3)]
    new = collect(Account(), now=NOW, parts=(("部分", lambda _account, _now: many),)).new
    assert (len(new.shown), new.more) == (MOST, 3)


def test_every_function_with_something_for_the_first_page_is_asked(house: House) -> None:
    assert "手続と申請" in {name for name, _ in contributors()}


def section(page: str, which: str) -> str:
    """One of the three lists of the page."""
    return page.split(f'<h2 id="{which}">')[1].split("<h2", 1)[0]


def test_home_follows_an_application_from_draft_to_decision(person: Person, city: City) -> None:
    person.sign_in()
    home = person.browser.text("/")
    assert "いますることはありません" in section(home, "to-do")
    assert "進んでいる手続はありません" in section(home, "under-way")
    person.begin()
    person.agree()
    person.browser.text(person.at())
    person.fill_all()
    draft = section(person.browser.text("/"), "to-do")
    assert "下書きの続き" in draft
    assert person.at() in draft
    assert "2026年11月25日" in draft, "fifteen days after the birth"
    person.send()
    person.browser.text(person.at())
    home = person.browser.text("/")
    assert "葛飾区" in section(home, "under-way")
    assert "いますることはありません" in section(home, "to-do")
    due = City.in_days(14)
    city.tell(
        city.step(person.ident, Step.ARRIVED),
        city.step(
            person.ident,
            Step.CORRECTION_ASKED,
            words="電話がつながりません。",
            fields=(MarkedField(path="phone", words="番号を確かめてください。"),),
            expected_by=due,
        ),
    )
    to_do = section(person.browser.text("/"), "to-do")
    assert "直して、もう一度送ってください。" in to_do
    assert f"{due.month}月{due.day}日" in to_do
    city.tell(city.step(person.ident, Step.GRANTED, words="認定しました。", amount=15_000))
    home = person.browser.text("/")
    assert "決定が届きました。" in section(home, "new")
    assert person.at() not in section(home, "to-do")


def test_nobody_sees_anothers_lines(person: Person, house: House, city: City) -> None:
    person.sign_in()
    person.begin()
    other = Person(house, house.holder())
    other.sign_in()
    assert person.at() not in other.browser.text("/")


def test_home_is_of_use_without_the_network(person: Person, house: House) -> None:
    person.sign_in()
    person.begin()
    with house.away("network"):
        home = person.browser.text("/")
    assert person.at() in home
    assert "記録を取り寄せられません" in home


# --- menu ---------------------------------------------------------------------------------------------------------


def test_a_stranger_sees_what_is_for_everybody(browser: Browser) -> None:
    landing = browser.text("/")
    navigation = landing.split('<nav class="house-nav"')[1].split("</nav>")[0]
    assert 'href="/procedures/"' in navigation
    assert 'href="/menu"' in navigation
    assert "/records/" not in browser.text("/menu")
    assert 'href="/procedures/fit"' in browser.text("/menu")


def test_the_menu_of_a_resident_leads_to_pages_that_open(person: Person, city: City) -> None:
    person.sign_in()
    main = person.browser.text("/menu").split("<main")[1].split("</main>")[0]
    paths = re.findall(r'class="card card-link" href="([^"]+)"', main)
    assert {"/procedures/", "/applications/", "/records/", "/card/", "/account/history"} <= set(paths)
    for path in paths:
        assert person.browser.get(path).status_code == 200, path


# --- languages ----------------------------------------------------------------------------------------------------


def speak(browser: Browser, language: str) -> None:
    browser.post_form("/menu", "/language", language=language, next="/menu")
    assert browser.cookies["portal_language"].value == language


def main_of(page: str) -> str:
    """The words of the page itself, without what is marked as Japanese."""
    main = page.split("<main")[1].split("</main>")[0]
    main = re.sub(r'<(\w+)[^>]* lang="ja".*?</\1>', "", main, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", main)


@pytest.mark.parametrize(
    "path",
    ["/", "/menu", "/procedures/", f"/procedures/{CLAIM}/", "/procedures/fit", "/sign-in/?next=/records/"],
)
def test_pages_for_everybody_speak_english(browser: Browser, path: str) -> None:
    speak(browser, "en")
    page = browser.text(path)
    assert '<html lang="en"' in page
    assert not JAPANESE.findall(main_of(page)), main_of(page)


def test_a_resident_goes_on_in_english(person: Person, city: City) -> None:
    speak(person.browser, "en")
    person.sign_in()
    home = person.browser.text("/")
    assert "What you have to do" in home
    assert "Signed in by card" in home
    assert not JAPANESE.findall(main_of(home)), main_of(home)
    person.begin()
    person.agree()
    tasks = person.browser.text(person.at())
    assert "Filled in with what the office knows" in tasks
    assert "Make a code to go on at the counter" in tasks
    assert "Check your answers" in person.browser.text(person.at("check"))
    assert "Cannot be sent yet" in person.browser.text(person.at("check"))


def test_easy_japanese_is_offered_with_readings(browser: Browser) -> None:
    speak(browser, "ja-x-easy")
    page = browser.text("/")
    assert "手つづきを さがす" in page
    assert "<ruby>" in page
    assert '<html lang="ja"' in page


def test_errors_speak_the_chosen_language(browser: Browser) -> None:
    assert "ページが見つかりません" in browser.text("/nothing", status=404)
    speak(browser, "en")
    page = browser.text("/nothing", status=404)
    assert "<h1>Page not found</h1>" in page
    assert not JAPANESE.findall(main_of(page)), main_of(page)
    refused: Any = browser.post("/language", {"language": "ja"})
    assert refused.status_code == 403
    assert "The page has expired" in refused.content.decode()
