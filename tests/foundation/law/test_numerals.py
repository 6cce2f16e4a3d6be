import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law.numerals import article_label, label_of, order_of, parse_number, to_int, to_kanji


@given(st.lists(st.integers(1, 999), min_size=1, max_size=3))
def test_a_number_reads_back_as_written(parts: list[int]) -> None:
    number = "_".join(map(str, parts))
    assert parse_number(label_of(number)) == number


@pytest.mark.parametrize(
    ("kanji", "number"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("八十一", 81),
        ("百", 100),
        ("百五", 105),
        ("百七十三", 173),
    ],
)
def test_numbers_as_statutes_write_them(kanji: str, number: int) -> None:
    assert to_int(kanji) == number
    assert to_kanji(number) == kanji


@pytest.mark.parametrize(
    "kanji", ["", "〇", "一一", "十百", "一十", "12", "百千", "一百", "十〇", "八十一の"]
)
def test_what_is_no_number_is_refused(kanji: str) -> None:
    with pytest.raises(ValueError, match="not a kanji number"):
        to_int(kanji)


@pytest.mark.parametrize("number", [0, 1000, -1])
def test_numbers_outside_the_range_are_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="not within"):
        to_kanji(number)


def test_branches_stand_after_their_stem() -> None:
    assert sorted(["13", "12_2", "12", "2", "12_10", "12_3"], key=order_of) == [
        "2",
        "12",
        "12_2",
        "12_3",
        "12_10",
        "13",
    ]
    assert article_label("14_2") == "第十四条の二"
    assert article_label("83") == "第八十三条"
