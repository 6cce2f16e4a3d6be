import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.law.basis import committed_history
from mynumber.foundation.law.differences import LaterTexts, Row, differing, renewed, rows_on
from mynumber.foundation.law.errors import BadData
from mynumber.foundation.law.history import OrderHistory, decode, encode, history_of
from mynumber.foundation.law.table import TextAffair, TextProvision, TextTable

DAYS = [date(2030, month, 1) for month in range(1, 8)]


def _affair(item: str, *rows: tuple[str, str], words: str = "事務", inquirer: str = "市長") -> TextAffair:
    return TextAffair(item, inquirer, words, "3", tuple(TextProvision(who, what, "3") for who, what in rows))


def _table(*affairs: TextAffair, deleted: tuple[str, ...] = ()) -> TextTable:
    return TextTable(affairs, deleted)


def _history(*tables: TextTable) -> OrderHistory:
    return history_of(dict(zip(DAYS, tables, strict=False)))


def _ids(history: OrderHistory, on: date) -> list[str]:
    return list(rows_on(history, on))


def test_ordinals_follow_the_first_text() -> None:
    history = _history(_table(_affair("1", ("甲", "a"), ("乙", "b")), _affair("2", ("甲", "a"))))
    assert _ids(history, DAYS[0]) == ["1-1", "1-1-1", "1-1-2", "2-1", "2-1-1"]


def test_an_inserted_row_gets_a_new_ordinal_and_stands_in_its_place() -> None:
    history = _history(
        _table(_affair("1", ("甲", "a"), ("乙", "b"))),
        _table(_affair("1", ("丙", "c"), ("甲", "a"), ("丁", "d"), ("乙", "b"))),
    )
    assert _ids(history, DAYS[0]) == ["1-1", "1-1-1", "1-1-2"]
    assert _ids(history, DAYS[1]) == ["1-1", "1-1-3", "1-1-1", "1-1-4", "1-1-2"]


def test_a_row_keeps_its_id_while_its_provider_or_its_information_stays() -> None:
    history = _history(
        _table(_affair("1", ("甲", "a"), ("乙", "b"))),
        _table(_affair("1", ("甲", "a又はc"), ("乙又は丙", "b"))),
    )
    assert _ids(history, DAYS[1]) == ["1-1", "1-1-1", "1-1-2"]
    assert rows_on(history, DAYS[0])["1-1-1"] == Row("甲", "a", "3")
    assert rows_on(history, DAYS[1])["1-1-1"] == Row("甲", "a又はc", "3")
    assert rows_on(history, DAYS[1])["1-1-2"] == Row("乙又は丙", "b", "3")


def test_an_ordinal_is_never_given_twice() -> None:
    history = _history(
        _table(_affair("1", ("甲", "a"), ("乙", "b"))),
        _table(_affair("1", ("甲", "a"))),
        _table(_affair("1", ("甲", "a"), ("乙", "b"))),
    )
    assert [_ids(history, day) for day in DAYS[:3]] == [
        ["1-1", "1-1-1", "1-1-2"],
        ["1-1", "1-1-1"],
        ["1-1", "1-1-1", "1-1-3"],
    ]


def test_an_inserted_item_shifts_nothing() -> None:
    history = _history(
        _table(_affair("1", ("甲", "a")), _affair("2", ("甲", "a"))),
        _table(_affair("1", ("甲", "a")), _affair("1_2", ("乙", "b")), _affair("2", ("甲", "a"))),
    )
    assert _ids(history, DAYS[1]) == ["1-1", "1-1-1", "1_2-1", "1_2-1-1", "2-1", "2-1-1"]


def test_a_deleted_item_ends_and_its_number_stays_taken() -> None:
    history = _history(
        _table(_affair("1", ("甲", "a")), _affair("2", ("甲", "a"))),
        _table(_affair("1", ("甲", "a")), deleted=("2",)),
        _table(_affair("1", ("甲", "a")), _affair("2", ("乙", "b"), words="別の事務")),
    )
    assert _ids(history, DAYS[1]) == ["1-1", "1-1-1"]
    assert [history.deleted_on(day) for day in DAYS[:3]] == [(), ("2",), ()]
    assert _ids(history, DAYS[2]) == ["1-1", "1-1-1", "2-2", "2-2-1"]


def test_a_second_affair_of_an_item_is_told_apart_by_its_words() -> None:
    history = _history(
        _table(_affair("1", ("甲", "a"), words="い")),
        _table(_affair("1", ("乙", "b"), words="ろ"), _affair("1", ("甲", "a"), words="い")),
    )
    rows = rows_on(history, DAYS[1])
    assert rows["1-1"].what == "い"
    assert rows["1-2"].what == "ろ"
    assert rows["1-2-1"].who == "乙"


def test_reworded_affair_is_the_same_affair() -> None:
    history = _history(
        _table(_affair("1", ("甲", "a"), words="い")), _table(_affair("1", ("甲", "a"), words="い又はろ"))
    )
    (change,) = differing(rows_on(history, DAYS[0]), rows_on(history, DAYS[1]))
    assert (change.id, change.before, change.after) == (
        "1-1",
        Row("市長", "い", "3"),
        Row("市長", "い又はろ", "3"),
    )
    assert len(history.affairs[0].provisions[0].versions) == 1


ROWS = st.lists(
    st.tuples(st.sampled_from("甲乙丙丁"), st.sampled_from("abc")),
    unique_by=lambda row: row[0],
    min_size=1,
    max_size=4,
)
TABLES = st.lists(
    st.dictionaries(
        st.sampled_from(["1", "2", "2_2", "3"]), st.tuples(st.sampled_from("いろ"), ROWS), min_size=1
    ),
    min_size=1,
    max_size=5,
)


def _tables(drawn: list[dict[str, tuple[str, list[tuple[str, str]]]]]) -> list[TextTable]:
    return [
        _table(*(_affair(item, *rows, words=words) for item, (words, rows) in sorted(table.items())))
        for table in drawn
    ]


@given(TABLES)
def test_the_history_gives_back_the_rows_of_every_text(
    drawn: list[dict[str, tuple[str, list[tuple[str, str]]]]],
) -> None:
    tables = _tables(drawn)
    history = _history(*tables)
    for day, table in zip(DAYS, tables, strict=False):
        found = {
            (affair.item, version.words): {
                (row.provider, row.information)
                for rule in affair.provisions
                for row in rule.versions
                if row.applies(day)
            }
            for affair, version in history.affairs_on(day)
        }
        assert found == {
            (affair.item, affair.words): {(row.provider, row.information) for row in affair.provisions}
            for affair in table.affairs
        }


@given(TABLES, st.integers(0, 4))
def test_a_renewal_from_any_text_on_gives_the_same_history(
    drawn: list[dict[str, tuple[str, list[tuple[str, str]]]]], start: int
) -> None:
    texts = dict(zip(DAYS, _tables(drawn), strict=False))
    history = history_of(texts)
    days = sorted(texts)
    later = {day: texts[day] for day in days[min(start, len(days) - 1) :]}
    assert renewed(history, later) == history


@given(TABLES)
def test_the_committed_form_reads_back(drawn: list[dict[str, tuple[str, list[tuple[str, str]]]]]) -> None:
    history = _history(*_tables(drawn))
    assert decode(encode(history)) == history


def test_a_renewal_asks_for_the_later_texts() -> None:
    table = _table(_affair("1", ("甲", "a")))
    history = _history(table, table, table)
    with pytest.raises(LaterTexts) as raised:
        renewed(history, {DAYS[0]: table})
    assert raised.value.missing == (DAYS[1], DAYS[2])
    assert renewed(history, {}) is history


def test_a_text_is_adopted_only_after_the_known_ones() -> None:
    table = _table(_affair("1", ("甲", "a")))
    with pytest.raises(ValueError, match="not later"):
        _history(table, table).adopt(table, DAYS[1])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}x",
        b"[]",
        b'{"law_id": 3}',
        b'{"unknown": 1}',
        b'{"texts": ["2026-13-01"]}',
        b'{"affairs": [{"id": "1-1", "item": "1", "versions": [{"from": "2026-01-01"}], "provisions": []}]}',
        b"\xff\xfe",
    ],
)
def test_damaged_data_is_refused(data: bytes) -> None:
    with pytest.raises(BadData):
        decode(data)


def test_the_committed_table_is_in_its_own_form() -> None:
    """Versions do not overlap, each id is unique and stands below its affair, and some text has each boundary."""
    history = committed_history()
    assert decode(encode(history)) == history
    seen: set[str] = set()
    for affair in history.affairs:
        assert affair.id.startswith(f"{affair.item}-")
        for key, versions in (
            (affair.id, affair.versions),
            *((rule.id, rule.versions) for rule in affair.provisions),
        ):
            assert key not in seen
            seen.add(key)
            assert key == affair.id or key.rpartition("-")[0] == affair.id
            for version in versions:
                assert version.since in history.texts
                assert version.until is None or (
                    version.until in history.texts and version.since < version.until
                )
            for earlier, later in itertools.pairwise(versions):
                assert earlier.until is not None
                assert earlier.until <= later.since
