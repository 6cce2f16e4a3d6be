"""Languages and readings: chosen by the reader alone, kept in a cookie, shown in the right order."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from mynumber.webkit.face import furigana
from tests.webkit import faces


@pytest.fixture
def visitor() -> Iterator[Client]:
    with faces.face("tests.webkit.face_gallery.settings", None):
        yield Client(headers={"host": "municipality.localhost"})


def test_easy_japanese_is_japanese_for_the_browser_and_brings_readings(visitor: Client) -> None:
    visitor.post("/language", {"language": "ja-x-easy", "next": "/face/fields"})
    html = visitor.get("/face/fields").content.decode()
    assert '<html lang="ja"' in html
    assert "※かならず" in html
    assert "<rt>あんしょうばんごう</rt>" not in html
    assert "<rt>じどうふようてあて</rt>" in visitor.get("/face/values").content.decode()


def test_readings_can_be_switched_on_and_off(visitor: Client) -> None:
    assert "<rt>しんせい</rt>" not in visitor.get("/face/words").content.decode()
    for choice, shown in (("on", True), ("off", False)):
        visitor.post("/language", {"furigana": choice, "next": "/face/words"})
        html = visitor.get("/face/words").content.decode()
        assert ("<ruby>申請<rp>（</rp><rt>しんせい</rt><rp>）</rp></ruby>" in html) is shown
        assert (f'name="furigana" value="{"off" if shown else "on"}"') in html


def test_english_pages_have_no_readings(visitor: Client) -> None:
    visitor.post("/language", {"furigana": "on"})
    visitor.post("/language", {"language": "en"})
    assert "<rt>しんせい" not in visitor.get("/face/words").content.decode()


def test_the_choice_stays_in_the_browser_and_is_hidden_from_scripts(visitor: Client) -> None:
    cookie = visitor.post("/language", {"furigana": "on"}).cookies["municipality_furigana"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""


@pytest.mark.parametrize("wish", [{"language": "xx"}, {"furigana": "<b>"}, {}])
def test_an_unknown_wish_is_forgotten(visitor: Client, wish: dict[str, str]) -> None:
    assert not visitor.post("/language", wish).cookies


@given(
    st.lists(
        st.sampled_from([*furigana.readings(), "の", "A&amp;B", "<b class='申請'>", "</b>", " "]), max_size=12
    )
)
def test_readings_change_no_word_and_no_tag(pieces: list[str]) -> None:
    html = "".join(pieces)
    marked = furigana.ruby(html)
    assert re.sub(r"<rp>（</rp><rt>[^<]*</rt><rp>）</rp>|</?ruby>", "", marked) == html


@pytest.mark.parametrize(
    "html",
    [
        "<textarea>申請</textarea>",
        "<option>申請</option>",
        "<button>申請</button>",
        "<svg><text>申請</text></svg>",
        "<code>申請</code>",
        "<ruby>申請<rt>しんせい</rt></ruby>",
        '<input value="申請">',
    ],
)
def test_controls_drawings_and_own_readings_are_left_alone(html: str) -> None:
    assert furigana.ruby(html) == html


def test_the_longest_word_wins() -> None:
    assert "<ruby>児童扶養手当<rp>" in furigana.ruby("児童扶養手当の申請")


def test_every_reading_is_hiragana_and_every_word_has_kanji() -> None:
    for word, reading in furigana.readings().items():
        assert re.search("[一-鿿]", word), word
        assert re.fullmatch("[ぁ-んァ-ヶー]+", reading), word
        assert unescape(word) == word
