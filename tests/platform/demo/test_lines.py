"""How Japanese breaks into lines."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from mynumber.platform.demo.lines import Text


def wrapped(words: str, width: int) -> list[str]:
    return [line.plain for line in Text(words).wrap(Console(file=io.StringIO(), width=200), width)]


def test_a_sentence_fills_its_lines() -> None:
    assert wrapped("命令 第二条の表にないことは、聞けません。", 12) == [
        "命令 第二条",
        "の表にないこ",
        "とは、聞けま",
        "せん。",
    ]


def test_no_line_begins_with_a_comma_or_ends_with_an_opening_bracket() -> None:
    assert wrapped("あいうえお、かき", 10) == ["あいうえ", "お、かき"]
    assert wrapped("あいうえ「か」", 10) == ["あいうえ", "「か」"]


def test_words_of_latin_letters_stay_whole_unless_they_are_longer_than_a_line() -> None:
    assert wrapped("記録 mynumber network", 14) == ["記録 mynumber", "network"]
    assert wrapped("abcdefghij", 4) == ["abcd", "efgh", "ij"]


@given(st.text(st.sampled_from("あ漢、。「」ab1- ー"), max_size=60), st.integers(2, 20))
def test_nothing_is_lost_and_nothing_is_too_wide(words: str, width: int) -> None:
    lines = wrapped(words, width)
    assert "".join("".join(lines).split()) == "".join(words.split())
    assert all(cell_len(line) <= width for line in lines)
