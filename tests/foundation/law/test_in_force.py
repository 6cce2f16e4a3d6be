"""Rows with dates: the table, the items, and the special cases beside them."""

from datetime import date

import pytest

from mynumber.foundation.law import (
    Occasion,
    SpecialKind,
    Status,
    UnknownItem,
    changes,
    dated_rows,
    legal_basis,
    not_yet,
    special_basis,
    special_cases,
    status,
)
from mynumber.foundation.law.errors import BadData
from mynumber.foundation.law.special import read_special_cases
from mynumber.foundation.numbers.local_government import LocalGovernmentCode

DAYS = [date(2023, 1, 1), date(2024, 5, 27), date(2025, 10, 1), date(2026, 6, 14), date(2030, 1, 1)]
WARD = LocalGovernmentCode.parse("131229")
TOKYO = LocalGovernmentCode.parse("130001")
OSAKA = LocalGovernmentCode.parse("270008")


@pytest.mark.parametrize("day", DAYS)
def test_what_is_in_force_is_what_the_table_of_the_day_has(day: date) -> None:
    basis = legal_basis(day)
    in_force = {row.id for row in dated_rows().values() if row.status(day) is Status.IN_FORCE}
    if basis.is_former:
        # Its rows are known from 2024-04-01 on; what they were before is not.
        assert in_force == set()
        in_force = {row.id for row in dated_rows().values() if row.status(basis.text_of) is Status.IN_FORCE}
    assert in_force == {
        *(affair.id for affair in basis.affairs),
        *(rule.id for rule in basis.provisions),
        *(detail.id for detail in basis.details),
        *(item.id for item in basis.items),
    }


def test_a_row_has_three_states() -> None:
    assert status("55_4-1", date(2026, 6, 13)) is Status.NOT_YET
    assert status("55_4-1", date(2026, 6, 14)) is Status.IN_FORCE
    assert status("157-1-1", date(2025, 9, 30)) is Status.IN_FORCE
    assert status("157-1-1", date(2025, 10, 1)) is Status.REPEALED
    assert status("former-27-1-5", date(2024, 5, 27)) is Status.REPEALED
    assert [state.label_ja for state in Status] == ["施行前", "施行中", "廃止"]
    with pytest.raises(UnknownItem):
        status("81-1-99", date(2026, 6, 14))


def test_rows_to_come_are_visible_with_their_words() -> None:
    coming = {row.id: row for row in not_yet(date(2026, 6, 13))}
    assert coming["55_4-1"].since == date(2026, 6, 14)
    assert "国土交通大臣" in coming["55_4-1"].row.who
    assert any(row.row.place == "第五十七条の四第二号" for row in coming.values())
    assert not_yet(date(2026, 6, 14)) == ()


def test_changes_go_down_to_items() -> None:
    found = {change.id: change for change in changes(date(2024, 5, 27), date(2024, 10, 1))}
    new = found["95-1.9"]
    assert new.before is None
    assert new.after is not None
    assert new.after.place == "第九十七条第七号"
    moved = [change for change in found.values() if change.moved]
    assert moved
    assert all(change.before and change.after and change.before.what == change.after.what for change in moved)
    assert changes(date(2026, 6, 14), date(2026, 12, 31)) == ()


def test_the_words_of_an_id_change_only_where_a_version_says_so() -> None:
    """Renumbered items keep their ids: 第三条第一号ニ became ト when three new ones came before it."""
    before, after = (
        legal_basis(date(2024, 5, 27)).item("1-1-3-1"),
        legal_basis(date(2026, 6, 14)).item("1-1-3-1"),
    )
    assert (before.label, after.label) == ("第三条第一号ニ", "第三条第一号ト")
    assert before.words == after.words


def test_the_cases_of_the_act() -> None:
    cases = special_cases()
    assert [case.id for case in cases.values() if case.id.startswith("19-")] == [
        f"19-{n}" for n in range(1, 18)
    ]
    assert {case.id for case in cases.values() if case.network} == {"19-8", "19-9"}
    assert cases["19-16"].label == "第十九条第十六号"
    assert cases["9-5"].label == "第九条第五項"
    assert cases["19-16"].kind is SpecialKind.LIFE_AND_PROPERTY
    assert cases["19-16"].conditions


def test_a_case_applies_from_its_day() -> None:
    assert special_basis("19-8", date(2017, 5, 29)) is None
    assert special_basis("19-8", date(2017, 5, 30)) is special_cases()["19-8"]
    assert special_basis("19-16", date(2026, 6, 14)) is not None
    with pytest.raises(UnknownItem):
        special_basis("19-18", date(2026, 6, 14))


def test_a_disaster_opens_its_case_where_and_while_it_lasts() -> None:
    quake = Occasion(
        case="9-5",
        name="地震",
        declared_under="激甚災害に対処するための特別の財政援助等に関する法律第二条第一項",
        areas=frozenset({TOKYO}),
        valid_from=date(2026, 8, 1),
        valid_until=date(2027, 8, 1),
    )
    on = date(2026, 9, 1)
    assert special_basis("9-5", on, WARD, [quake]) is special_cases()["9-5"]
    assert special_basis("9-5", on, OSAKA, [quake]) is None
    assert special_basis("9-5", on, None, [quake]) is None
    assert special_basis("9-5", on, WARD) is None
    assert special_basis("9-5", date(2026, 7, 31), WARD, [quake]) is None
    assert special_basis("9-5", date(2027, 8, 1), WARD, [quake]) is None
    nationwide = Occasion("9-5", "全国", "災害対策基本法第六十三条第一項", frozenset(), on)
    assert special_basis("9-5", on, OSAKA, [nationwide]) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[case]]\n",
        "[[case]]\nid='1-1'\nkind='mars'\nfrom=2020-01-01\nwords='x'\n",
        "[[case]]\nid='1-1'\nkind='tax'\nfrom=2020-01-01\nwords='x'\nsecret=true\n",
        "[[case]]\nid='1-1'\nkind='tax'\nfrom=2020-01-01\nwords='x'\n" * 2,
        "=",
    ],
)
def test_a_damaged_file_of_cases_is_refused(text: str) -> None:
    with pytest.raises(BadData):
        read_special_cases(text)
