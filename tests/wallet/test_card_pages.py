"""A card's own page: its name, its history, changing a PIN, removing it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from mynumber.foundation.smartcard import PinName
from mynumber.wallet.cards import HISTORY_LENGTH, CardFolder, Event
from mynumber.wallet.chip import PinRefused, verify_pin
from mynumber.wallet.pins import read_pin
from tests.wallet.conftest import PINS

NEW = {
    PinName.AUTHENTICATION: "2580",
    PinName.SIGNATURE: "newcard77",
    PinName.TEXT_SUPPORT: "2581",
    PinName.JUKI: "２５８２",
}


def change(browser: Client, name: PinName, old: str, new: str, again: str | None = None) -> tuple[int, str]:
    fields = {"old": old, "new": new, "again": new if again is None else again}
    answer = browser.post(f"/cards/hanako/pins/{name.value}", fields)
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def works(folder: CardFolder, name: PinName, typed: str) -> bool:
    with folder.insert("hanako") as card:
        try:
            verify_pin(card, name, read_pin(typed, name))
        except PinRefused:
            return False
    return True


@pytest.mark.parametrize("name", list(PINS))
def test_each_pin_can_be_changed_by_who_knows_it(browser: Client, folder: CardFolder, name: PinName) -> None:
    status, address = change(browser, name, PINS[name], NEW[name])
    assert status == 303
    assert "を変えました" in browser.get(address).content.decode()
    assert works(folder, name, NEW[name])
    assert not works(folder, name, PINS[name])
    others = [other for other in PINS if other is not name]
    assert all(works(folder, other, PINS[other]) for other in others)
    assert folder.history("hanako")[0].event is Event.PIN_CHANGED


def test_a_wrong_present_pin_costs_a_try_and_blocks_in_the_end(browser: Client, folder: CardFolder) -> None:
    for words in ("あと2回", "あと1回", "ロックされました"):
        status, page = change(browser, PinName.JUKI, "0000", "1357")
        assert status == 422
        assert words in page
    assert 'type="password"' not in page
    assert folder.card("hanako").stand(PinName.JUKI).blocked
    assert change(browser, PinName.JUKI, PINS[PinName.JUKI], "1357")[0] == 422
    assert "住民基本台帳用の暗証番号がロックされています" in browser.get("/").content.decode()


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("4649", "2580", "2581", "同じではありません"),
        ("4649", "4649", "4649", "いまと同じ"),
        ("4649", "258", "258", "形ではありません"),
        ("4649", "abcd", "abcd", "形ではありません"),
        ("", "2580", "2580", "入力してください"),
    ],
)
def test_what_cannot_be_costs_no_try(
    browser: Client, folder: CardFolder, old: str, new: str, again: str, words: str
) -> None:
    status, page = change(browser, PinName.AUTHENTICATION, old, new, again)
    assert status == 422
    assert words in page
    assert folder.card("hanako").stand(PinName.AUTHENTICATION).left == 3
    assert not re.search(r'name="(old|new|again)"[^>]*value=', page)
    assert works(folder, PinName.AUTHENTICATION, "4649")


def test_a_card_is_called_what_its_holder_likes(browser: Client, folder: CardFolder) -> None:
    assert browser.post("/cards/hanako", {"name": "しごと用 <b>"}).status_code == 303
    page = browser.get("/cards/hanako").content.decode()
    assert "しごと用 &lt;b&gt;" in page
    assert folder.card("hanako").name == "しごと用 <b>"
    for name in ("", "x" * 61, "a\nb\x07c"):
        assert browser.post("/cards/hanako", {"name": name}).status_code == 422
    assert folder.card("hanako").name == "しごと用 <b>"


def test_a_card_is_removed_only_by_who_is_sure(browser: Client, folder: CardFolder) -> None:
    assert browser.post("/cards/hanako/remove", {}).status_code == 422
    assert folder.ids() == ["hanako"]
    assert browser.post("/cards/hanako/remove", {"sure": "on"}).status_code == 303
    assert folder.ids() == []
    assert not list(folder.path.glob("hanako.card*"))
    assert "カードが入っていません" in browser.get("/").content.decode()


@pytest.mark.parametrize("path", ["", "/remove", "/pins/authentication"])
@pytest.mark.parametrize("card_id", ["nobody", "..", "HANAKO", "hanako.card", "a" * 200])
def test_an_unknown_card_has_no_page(browser: Client, folder: CardFolder, card_id: str, path: str) -> None:
    before = sorted(folder.path.iterdir())
    assert browser.get(f"/cards/{card_id}{path}").status_code == 404
    assert browser.post(f"/cards/{card_id}{path}", {"sure": "on"}).status_code == 404
    assert sorted(folder.path.iterdir()) == before


@pytest.mark.parametrize("pin", ["pin", "AUTHENTICATION", "number_a"])
def test_an_unknown_pin_has_no_page(browser: Client, pin: str) -> None:
    assert browser.get(f"/cards/hanako/pins/{pin}").status_code == 404


def test_the_history_keeps_the_last_lines(folder: CardFolder) -> None:
    at = folder.history("hanako")[0].at
    for number in range(HISTORY_LENGTH + 5):
        folder.note("hanako", Event.SIGNED_IN, at, str(number))
    history = folder.history("hanako")
    assert len(history) == HISTORY_LENGTH
    assert history[0].about == str(HISTORY_LENGTH + 4)


def test_a_damaged_history_or_label_harms_no_card(browser: Client, folder: CardFolder) -> None:
    (folder.path / "hanako.history").write_bytes(b"rubbish")
    (folder.path / "hanako.json").write_bytes(b"rubbish")
    assert "なまえのないカード" in browser.get("/cards/hanako").content.decode()
    folder.note("hanako", Event.SIGNED_IN, datetime.now(UTC))
    assert len(folder.history("hanako")) == 1
