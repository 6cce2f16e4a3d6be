import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law.numerals import (
    article_label,
    label_of,
    order_of,
    parse_articles,
    parse_joint,
    parse_number,
    to_int,
    to_kanji,
)


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


@pytest.mark.parametrize(
    ("label", "numbers"),
    [
        ("三", ("3",)),
        ("三の二", ("3_2",)),
        ("三及び四", ("3", "4")),
        ("三及び三の二", ("3", "3_2")),
        ("三から五まで", ("3", "4", "5")),
        ("三の二から三の四まで", ("3_2", "3_3", "3_4")),
    ],
)
def test_joint_deletions(label: str, numbers: tuple[str, ...]) -> None:
    assert parse_joint(label) == numbers


@pytest.mark.parametrize(
    "label",
    [
        "",
        "三から",
        "三から五",
        "五から三まで",
        "三から三まで",
        "三から四の二まで",
        "三及び",
        "一から九百まで",
        "三、四",
    ],
)
def test_what_is_no_joint_deletion(label: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse_joint(label)


def test_articles_of_a_joint_deletion() -> None:
    assert parse_articles("第五条の二から第五条の四まで") == ("5_2", "5_3", "5_4")
    assert parse_articles("第五条及び第六条") == ("5", "6")
    for label in ("五", "五及び六", "第五条、第六条", "第五条及び六", "第五条及び第六条及び第七条"):
        with pytest.raises(ValueError, match="not a"):
            parse_articles(label)
