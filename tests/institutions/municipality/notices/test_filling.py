"""Words with places for values: filled once, nothing in a value is a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.institutions.municipality.notices.filling import OWN, BadWords, check, clean, fill, places


def test_each_place_is_filled_with_its_value() -> None:
    assert places("{氏名}様\n{期限}までに。{氏名}") == ("氏名", "期限")
    assert fill("{氏名}様、{額}円です。{氏名}", {"氏名": "架空　一郎", "額": "100"}) == (
        "架空　一郎様、100円です。架空　一郎"
    )


@given(st.dictionaries(st.sampled_from(["氏名", "額"]), st.text(), min_size=2))
def test_a_value_is_never_read_as_a_place(values: dict[str, str]) -> None:
    """{額} in a name stays {額}, whatever the order of the places."""
    assert fill("a{氏名}b{額}c", values) == f"a{values['氏名']}b{values['額']}c"


@pytest.mark.parametrize(
    "words", ["{", "}", "{}", "{{氏名}}", "{氏\n名}", "{%load x%}{", "{" + "長" * 31 + "}", "{氏名}}"]
)
def test_a_brace_that_belongs_to_no_place_is_refused(words: str) -> None:
    with pytest.raises(BadWords, match="組にして"):
        places(words)


@pytest.mark.parametrize(
    "words", ["{個人番号}", "{氏名.__class__}", "{氏名!r}", "{0}", "{%debug%}", "{ 氏名 }", "{氏名:>10}"]
)
def test_an_unknown_place_is_refused_and_named(words: str) -> None:
    with pytest.raises(BadWords, match="使えない差し込み項目"):
        check(words, OWN)


def test_a_place_without_a_value_is_never_left_empty() -> None:
    with pytest.raises(BadWords, match="値のない"):
        fill("{額}", {"氏名": "架空"})


@given(st.text())
def test_a_value_is_one_bounded_line(value: str) -> None:
    cleaned = clean(value)
    assert len(cleaned) <= 200
    assert not any(ord(one) < 0x20 or one == "\x7f" for one in cleaned)
