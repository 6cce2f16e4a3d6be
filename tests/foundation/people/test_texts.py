"""Texts are kept as they are and folded for comparison only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.people import Flaw, MalformedPersonalData, fold, fold_address
from mynumber.foundation.people.texts import MAX_CHARACTERS, require_alphabet, require_kana, require_text

WRITABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("佐藤　花子", "佐藤花子"),
        ("佐藤 花子", "佐藤　花子"),
        ("ＳＭＩＴＨ　ＪＯＨＮ", "Smith John"),
        ("ｻﾄｳ ﾊﾅｺ", "サトウハナコ"),
        ("ﾀﾞﾃ", "ダテ"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_writings_of_one_name_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("高橋", "髙橋"), ("斎藤", "齋藤"), ("\ufa19田", "神田"), ("はな", "ハナ"), ("か", "が")],
)
def test_different_characters_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "text",
    [
        "亀有一丁目2番3号",
        "亀有1丁目2番地3",
        "亀有１丁目２番３号",
        "亀有1-2-3",
        "亀有１－２－３",
        "亀有 1‐2−3",
        "亀有1丁目2番地の3",
    ],
)
def test_writings_of_one_address_fold_together(text: str) -> None:
    assert fold_address(text) == "亀有1-2-3"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("旭町二十一丁目5番地", "旭町21-5"),
        ("旭町十丁目5番10号　みどり荘101号室", "旭町10-5-10みどり荘101"),
        ("三十三間堂1", "三十三間堂1"),
        ("番町1番地", "番町1"),
        ("丁目", "丁目"),
        ("三一丁目", "三1"),
        ("緑町5の町", "緑町5の町"),
    ],
)
def test_only_lot_numbers_are_rewritten(text: str, key: str) -> None:
    assert fold_address(text) == key


@given(WRITABLE)
def test_folding_a_name_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text("一二十丁目番地号の-ー１2 　町亀", max_size=20))
def test_folding_an_address_twice_changes_nothing(text: str) -> None:
    once = fold_address(text)
    assert fold_address(once) == once


@given(st.integers(1, 99))
def test_every_chome_is_read(chome: int) -> None:
    tens, ones = divmod(chome, 10)
    numerals = "〇一二三四五六七八九"
    written = (numerals[tens] if tens > 1 else "") + ("十" if tens else "") + (numerals[ones] if ones else "")
    assert fold_address(f"町{written}丁目2番") == f"町{chome}-2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Flaw.EMPTY),
        ("　 ", Flaw.EMPTY),
        ("あ" * (MAX_CHARACTERS + 1), Flaw.TOO_LONG),
        ("佐藤\n花子", Flaw.CHARACTER),
        ("佐藤\x00", Flaw.CHARACTER),
        ("佐藤\u202e", Flaw.CHARACTER),
        ("佐藤\u200b", Flaw.CHARACTER),
        ("佐藤\ud800", Flaw.CHARACTER),
        ("佐藤\u2028", Flaw.CHARACTER),
    ],
)
def test_a_text_that_cannot_be_written_is_refused(text: str, reason: Flaw) -> None:
    with pytest.raises(MalformedPersonalData) as refused:
        require_text(text, what="the name")
    assert refused.value.reason is reason
    assert "佐藤" not in str(refused.value)


@pytest.mark.parametrize("text", ["𠮷田", "\ue000", "葛\U000e0100", "\U0003134f", "髙﨑", "\ufa19"])
def test_characters_outside_jis_pass(text: str) -> None:
    require_text(text, what="the name")


@pytest.mark.parametrize("text", ["さとう", "ｻﾄｳ", "佐藤", "Sato", "サトウ1"])
def test_a_reading_is_full_width_katakana(text: str) -> None:
    with pytest.raises(MalformedPersonalData, match="katakana"):
        require_kana(text, what="the reading")


@pytest.mark.parametrize("text", ["ＳＡＴＯ", "佐藤", "Иван", "A1"])
def test_an_alphabet_name_is_latin(text: str) -> None:
    with pytest.raises(MalformedPersonalData, match="Latin"):
        require_alphabet(text, what="the name")


def test_latin_names_with_marks_pass() -> None:
    require_alphabet("NGUYỄN THỊ LAN", what="the name")
    require_alphabet("O'Brien-Núñez, Jr.", what="the name")
