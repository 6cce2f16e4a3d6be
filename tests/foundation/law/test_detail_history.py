"""The ids of exact affairs and items: what outlives an amendment, and what the files refuse."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation.law.basis import committed_details, committed_history
from mynumber.foundation.law.clauses import Place
from mynumber.foundation.law.detail_history import (
    DetailHistory,
    adopt_articles,
    decode_details,
    encode_details,
    until_day,
)
from mynumber.foundation.law.details import Statement, TextArticle, TextDetail
from mynumber.foundation.law.errors import BadData, BadMapping, DetailFault, MalformedDetail
from mynumber.foundation.law.history import OrderHistory, history_of
from mynumber.foundation.law.mapping import phrase_mapping
from mynumber.foundation.law.successors import read_successors, successors
from mynumber.foundation.law.table import TextAffair, TextProvision, TextTable
from mynumber.foundation.law.vocabulary import read_vocabulary, vocabulary

FIRST = date(2024, 5, 27)
FAMILY, TAX, ACCOUNT = "戸籍関係情報", "市町村民税に関する情報", "公的給付支給等口座登録簿関係情報"
TABLE = TextTable(
    (
        TextAffair(
            "1",
            "厚生労働大臣",
            "甲に関する事務",
            "3",
            (
                TextProvision("法務大臣", FAMILY, "3"),
                TextProvision("市町村長（特別区の区長を含む。）", "地方税関係情報", "3"),
                TextProvision("内閣総理大臣", ACCOUNT, "3"),
            ),
        ),
    ),
    (),
)
ACTS = (
    "登録の申請",
    "変更の届出",
    "死亡の届出",
    "再交付の申請",
    "還付の請求",
    "資格の確認",
    "費用の徴収",
    "措置の解除",
)


def _text(*affairs: tuple[str, tuple[tuple[str, str], ...]]) -> tuple[TextArticle, ...]:
    """Article 3 with these exact affairs, numbered in order, each with (subject, information)."""
    details = tuple(
        TextDetail(
            Place("3", 1, str(number)),
            words,
            "",
            tuple(
                Statement(Place("3", 1, str(number), "イロハニホヘト"[at]), subject, information)
                for at, (subject, information) in enumerate(said)
            ),
        )
        for number, (words, said) in enumerate(affairs, start=1)
    )
    return (TextArticle("3", "1", details),)


def _adopted(
    *texts: tuple[TextArticle, ...], decided: dict[str, str] | None = None
) -> tuple[DetailHistory, list[date]]:
    days = [FIRST + timedelta(days=at) for at in range(len(texts))]
    table = history_of({FIRST: TABLE})
    history = DetailHistory()
    for day, text in zip(days, texts, strict=True):
        named = decided if decided and day == days[-1] else {}
        history = adopt_articles(history, text, table, day, phrase_mapping(), vocabulary(), named)
    return history, days


def _ids(history: DetailHistory, on: date) -> dict[tuple[str, str, str], tuple[str, str]]:
    """(affair, subject, information) -> (id of the exact affair, id of the item)."""
    return {
        (version.words, said.subject, said.information): (detail.id, item.id)
        for detail, version in history.on(on)
        for item in detail.items
        for said in item.versions
        if said.applies(on)
    }


ALL = (("甲", FAMILY), ("甲", TAX), ("乙", ACCOUNT))


def test_what_an_amendment_moves_keeps_its_id() -> None:
    before = _text(("登録に関する事務", ALL), ("還付に関する事務", (("丙", FAMILY),)))
    after = _text(
        ("抹消に関する事務", (("丁", TAX),)),
        ("還付に関する事務", (("丙", FAMILY),)),
        ("登録に関する事務", ALL[::-1]),
    )
    history, days = _adopted(before, after)
    first, second = _ids(history, days[0]), _ids(history, days[1])
    assert {key: second[key] for key in first} == first
    assert set(second) - set(first) == {("抹消に関する事務", "丁", TAX)}


def test_a_reference_that_is_renumbered_and_a_definition_that_moves_change_no_id() -> None:
    before = _text(
        ("登録に関する事務（第二号に掲げる事務を除く。）", ALL), ("第五条第一項の届出に関する事務", ALL)
    )
    after = _text(
        ("登録に関する事務（第三号に掲げる事務を除く。）", ALL), ("第六条第二項の届出に関する事務", ALL)
    )
    history, days = _adopted(before, after)
    assert list(_ids(history, days[0]).values()) == list(_ids(history, days[1]).values())


def test_what_a_person_decided_prevails() -> None:
    before = _text(("登録に関する事務", ALL))
    after = _text(("登録に関する事務", ALL), ("なお従前の例による登録に関する事務", ALL))
    history, days = _adopted(before, after, decided={"第三条第二号": "1-1.1"})
    places = {version.place.label: detail.id for detail, version in history.on(days[1])}
    assert places == {"第三条第一号": "1-1.2", "第三条第二号": "1-1.1"}


@pytest.mark.parametrize("decided", [{"第三条第九号": "1-1.1"}, {"第三条第一号": "1-1.9"}])
def test_a_successor_that_is_not_there_is_refused(decided: dict[str, str]) -> None:
    text = _text(("登録に関する事務", ALL))
    with pytest.raises(BadMapping):
        _adopted(text, text, decided=decided)


def test_information_outside_the_rows_and_rows_without_information_are_errors() -> None:
    outside = _text(("登録に関する事務", (*ALL, ("甲", "年金給付関係情報"))))
    with pytest.raises(MalformedDetail) as raised:
        _adopted(outside)
    assert raised.value.fault is DetailFault.OUTSIDE_TABLE
    assert (raised.value.where, raised.value.words) == ("第三条第一号ニ", "年金給付関係情報")
    with pytest.raises(MalformedDetail) as raised:
        _adopted(_text(("登録に関する事務", ALL[:2])))
    assert (raised.value.fault, raised.value.where, raised.value.words) == (
        DetailFault.EMPTY_PROVISION,
        "第三条",
        "1-1-3",
    )


@pytest.mark.parametrize(
    ("articles", "fault"),
    [
        ((), DetailFault.NO_ARTICLE),
        ((replace(_text(("登録に関する事務", ALL))[0], item="2"),), DetailFault.WRONG_AFFAIR),
        ((*_text(("登録に関する事務", ALL)), TextArticle("4", "2", ())), DetailFault.NO_AFFAIR),
    ],
)
def test_articles_and_table_must_meet(articles: tuple[TextArticle, ...], fault: DetailFault) -> None:
    with pytest.raises(MalformedDetail) as raised:
        _adopted(articles)
    assert raised.value.fault is fault
    assert raised.value.where


_SAID = st.lists(
    st.tuples(st.sampled_from("甲乙丙"), st.sampled_from((FAMILY, TAX, ACCOUNT))), max_size=3, unique=True
)
_TEXTS = st.lists(
    st.lists(st.tuples(st.sampled_from(ACTS), _SAID), max_size=5, unique_by=lambda affair: affair[0]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(_TEXTS)
def test_no_id_is_given_twice_and_same_words_keep_theirs(
    texts: list[list[tuple[str, list[tuple[str, str]]]]],
) -> None:
    written = [
        _text(
            ("全件に関する事務", ALL),
            *((f"{act}に関する事務", tuple(said) or ALL) for act, said in text),
        )
        for text in texts
    ]
    history, days = _adopted(*written)
    details = [detail.id for detail in history.details]
    items = [item.id for detail in history.details for item in detail.items]
    assert len(set(details)) == len(details)
    assert len(set(items)) == len(items)
    for before, after in itertools.pairwise(days):
        first, second = _ids(history, before), _ids(history, after)
        for key in first.keys() & second.keys():
            assert first[key] == second[key]
    assert decode_details(encode_details(history)) == history
    for at in range(1, len(days)):
        again, _ = _adopted(*written[:at])
        assert encode_details(_sorted(until_day(history, days[at]))) == encode_details(_sorted(again))


def _sorted(history: DetailHistory) -> DetailHistory:
    """Without the order in which later texts put what stands."""
    details = sorted(history.details, key=lambda detail: detail.ordinal)
    return DetailHistory(
        texts=history.texts,
        details=tuple(
            type(detail)(
                id=detail.id,
                versions=detail.versions,
                items=tuple(sorted(detail.items, key=lambda item: (item.provision, item.ordinal))),
            )
            for detail in details
        ),
    )


def test_every_item_belongs_to_a_rule_of_its_affair() -> None:
    table: OrderHistory = committed_history()
    rules = {rule.id: affair.id for affair in table.affairs for rule in affair.provisions}
    for detail in committed_details().details:
        for item in detail.items:
            assert rules[item.provision] == detail.affair


@pytest.mark.parametrize("data", [b"", b"[]", b'{"law_id":"x","texts":[],"details":[],"more":1}', b"\xff"])
def test_a_damaged_file_of_details_is_refused(data: bytes) -> None:
    with pytest.raises(BadData):
        decode_details(data)


@pytest.mark.parametrize(
    "text",
    [
        "=",
        "[information]\n",
        "[information]\n'甲' = []\n[articles]\n[rows]\n",
        "[information]\n'甲' = ['MARS']\n[articles]\n[rows]\n",
        "[information]\n'甲' = ['LOCAL_TAX', 'LOCAL_TAX']\n[articles]\n[rows]\n",
        "[information]\n[articles.'三条']\n'甲' = ['LOCAL_TAX']\n[rows]\n",
        "[information]\n'甲' = ['LOCAL_TAX']\n[articles.'第三条']\n'甲' = ['LOCAL_TAX']\n[rows]\n",
        "[information]\n[articles]\n[rows.MARS]\ninformation = []\n",
        "[information]\n[articles]\n[rows.ANY_LAW_PENSION]\ninformation = ['甲']\n",
    ],
)
def test_a_damaged_vocabulary_is_refused(text: str) -> None:
    with pytest.raises(BadMapping):
        read_vocabulary(text)


def test_a_row_of_another_law_opens_only_its_exact_affairs() -> None:
    kinds = vocabulary().rows
    row = next(
        row for kind, row in kinds.items() if row.affairs == ("難病の患者に対する医療等に関する法律第十二条",)
    )
    words = min(row.information)
    assert row.covers(
        words, "難病の患者に対する医療等に関する法律第十二条の特定医療費の支給の調整に関する事務"
    )
    assert not row.covers(words, "難病の患者に対する医療等に関する法律第十二条の二の調整に関する事務")
    assert not row.covers(words, "難病の患者に対する医療等に関する法律第六条第一項の支給認定に関する事務")
    assert not row.covers("火星関係情報", "難病の患者に対する医療等に関する法律第十二条の調整に関する事務")


@pytest.mark.parametrize(
    "text",
    [
        "=",
        "",
        "[[successor]]\non = 2026-06-14\nid = 'a'\n",
        "[[successor]]\non = 2026-06-14\nid = 'a'\nplace = 'b'\n" * 2,
        "[[successor]]\non = 2026-06-14\nid = 'a'\nplace = 'b'\n[[successor]]\non = 2026-06-14\nid = 'a'\nplace = 'c'\n",
    ],
)
def test_a_damaged_table_of_successors_is_refused(text: str) -> None:
    with pytest.raises(BadMapping):
        read_successors(text)


def test_the_committed_successors_are_in_the_history() -> None:
    places = {
        (version.since, version.place.label): detail.id
        for detail in committed_details().details
        for version in detail.versions
    }
    decided = {
        (on, place): detail_id for on, named in successors().items() for place, detail_id in named.items()
    }
    assert decided
    assert decided.items() <= places.items()
