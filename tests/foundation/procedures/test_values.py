"""One answer at a time: what people type is understood, what cannot be is answered with what to do."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation.people import Wareki
from mynumber.foundation.procedures.definition import AskReason, Bounds, Choice, Field, FieldType, How, Person
from mynumber.foundation.procedures.values import (
    SENTENCES,
    Fault,
    Flawed,
    day_bound,
    dialled,
    normalise,
    read_day,
)
from mynumber.foundation.procedures.words import Words

TODAY = date(2026, 5, 1)
LABEL = Words(ja="項目", easy="項目", en="field")


def field(kind: FieldType, **more: Any) -> Field:
    return Field(
        id="field", type=kind, label=LABEL, how=How.ASK, source=Person(because=AskReason.LIFE), **more
    )


CHOICES = (Choice(value="a", label=LABEL), Choice(value="b", label=LABEL))
ACCOUNT = {
    "bank": "０００１",
    "branch": "001",
    "kind": "ordinary",
    "number": "１２３４５６",
    "holder": "やまだ ﾊﾅｺ",
}
ADDRESS = {"postal_code": "〒100-0001", "municipality": "131016", "town": "千代田", "rest": "1-1"}


@pytest.mark.parametrize(
    ("asked", "raw", "value"),
    [
        (field(FieldType.DATE), "令和８年４月１日", "2026-04-01"),
        (field(FieldType.DATE), "R8.4.1", "2026-04-01"),
        (field(FieldType.DATE), "2026/4/1", "2026-04-01"),
        (field(FieldType.DATE), "２０２６年 ４月 １日", "2026-04-01"),
        (field(FieldType.DATE), "20260401", "2026-04-01"),
        (field(FieldType.DATE), "平成元年1月8日", "1989-01-08"),
        (field(FieldType.DATE), {"era": "昭和", "year": "64", "month": "1", "day": "7"}, "1989-01-07"),
        (field(FieldType.DATE), {"era": "", "year": "2026", "month": "4", "day": "1"}, "2026-04-01"),
        (field(FieldType.DATE), {"era": "令和", "year": "", "month": "", "day": ""}, None),
        (field(FieldType.MONTH), "令和8年4月", "2026-04"),
        (field(FieldType.MONTH), "2026-4", "2026-04"),
        (field(FieldType.TIME), "９時３０分", "09:30"),
        (field(FieldType.TIME), "18:00", "18:00"),
        (field(FieldType.YEN), "１，２３４，０００円", 1_234_000),
        (field(FieldType.COUNT, bounds=Bounds(unit="人")), "3人", 3),
        (field(FieldType.KANA), "やまだ　ﾊﾅｺ", "ヤマダ\u3000ハナコ"),
        (field(FieldType.NAME), " 髙橋  \u8fbb\U000e0100 ", "髙橋\u3000\u8fbb\U000e0100"),
        (field(FieldType.PHONE), "０３－１２３４－５６７８", "0312345678"),
        (field(FieldType.PHONE), "+81 90 1234 5678", "09012345678"),
        (field(FieldType.EMAIL), "ｎａｍｅ@example.jp", "name@example.jp"),
        (field(FieldType.YES_NO), "はい", True),
        (field(FieldType.YES_NO), "no", False),
        (field(FieldType.CONFIRM), "on", True),
        (field(FieldType.CHOICE, choices=CHOICES), "b", "b"),
        (field(FieldType.CHOICES, choices=CHOICES), ["b", "a", "b"], ["a", "b"]),
        (field(FieldType.LONG_TEXT), "一行目\r\n二行目", "一行目\n二行目"),
        (field(FieldType.FILE), "upload-1", "upload-1"),
        (
            field(FieldType.BANK_ACCOUNT),
            ACCOUNT,
            {
                "bank": "0001",
                "branch": "001",
                "holder": "ヤマダ\u3000ハナコ",
                "kind": "ordinary",
                "number": "0123456",
            },
        ),
        (
            field(FieldType.ADDRESS),
            ADDRESS,
            {"municipality": "131016", "postal_code": "1000001", "rest": "1-1", "town": "千代田"},
        ),
        (field(FieldType.TEXT), "", None),
        (field(FieldType.TEXT), "   ", None),
    ],
)
def test_what_people_type_becomes_the_value(asked: Field, raw: object, value: object) -> None:
    assert normalise(asked, raw, today=TODAY) == value


@pytest.mark.parametrize(
    ("asked", "raw", "fault"),
    [
        (field(FieldType.DATE), "あした", Fault.NOT_A_DATE),
        (field(FieldType.DATE), "2026-02-30", Fault.NO_SUCH_DAY),
        (field(FieldType.DATE), "昭和64年1月8日", Fault.NO_SUCH_DAY),
        (field(FieldType.DATE, bounds=Bounds(latest="today")), "2026-05-02", Fault.TOO_LATE),
        (field(FieldType.DATE, bounds=Bounds(earliest="today-14")), "2026-04-16", Fault.TOO_EARLY),
        (field(FieldType.MONTH), "2026-13", Fault.NO_SUCH_DAY),
        (field(FieldType.MONTH), "April", Fault.NOT_A_MONTH),
        (field(FieldType.TIME), "25:00", Fault.NOT_A_TIME),
        (field(FieldType.YEN), "12万", Fault.NOT_A_NUMBER),
        (field(FieldType.YEN), "1.5", Fault.NOT_A_NUMBER),
        (field(FieldType.YEN), "-1", Fault.TOO_SMALL),
        (field(FieldType.COUNT, bounds=Bounds(most=3)), "4", Fault.TOO_LARGE),
        (field(FieldType.KANA), "山田", Fault.NOT_KANA),
        (field(FieldType.NAME), "山田\x00花子", Fault.CHARACTER),
        (field(FieldType.TEXT), "a\nSubject: b", Fault.CHARACTER),
        (field(FieldType.TEXT), "\u202etxt.exe", Fault.CHARACTER),
        (field(FieldType.TEXT, bounds=Bounds(longest=3)), "四文字だ", Fault.TOO_LONG),
        (field(FieldType.LONG_TEXT), "字" * 2001, Fault.TOO_LONG),
        (field(FieldType.PHONE), "12345", Fault.PHONE),
        (field(FieldType.EMAIL), "a@b", Fault.EMAIL),
        (field(FieldType.EMAIL), "a@example.jp\r\nBcc: c@example.jp", Fault.EMAIL),
        (field(FieldType.YES_NO), "たぶん", Fault.NOT_YES_OR_NO),
        (field(FieldType.CONFIRM), "no", Fault.NOT_CONFIRMED),
        (field(FieldType.CHOICE, choices=CHOICES), "c", Fault.NOT_IN_LIST),
        (field(FieldType.CHOICES, choices=CHOICES), ["a", "c"], Fault.NOT_IN_LIST),
        (field(FieldType.FILE), "../../etc/passwd", Fault.REFERENCE),
        (field(FieldType.BANK_ACCOUNT), {**ACCOUNT, "bank": "1"}, Fault.BANK),
        (field(FieldType.BANK_ACCOUNT), {**ACCOUNT, "branch": "1"}, Fault.BRANCH),
        (field(FieldType.BANK_ACCOUNT), {**ACCOUNT, "kind": "普通"}, Fault.ACCOUNT_KIND),
        (field(FieldType.BANK_ACCOUNT), {**ACCOUNT, "number": "12345678"}, Fault.ACCOUNT_NUMBER),
        (field(FieldType.BANK_ACCOUNT), {**ACCOUNT, "holder": "山田"}, Fault.HOLDER),
        (field(FieldType.ADDRESS), {**ADDRESS, "postal_code": "12"}, Fault.POSTAL_CODE),
        (field(FieldType.ADDRESS), {**ADDRESS, "municipality": "131017"}, Fault.MUNICIPALITY),
        (field(FieldType.ADDRESS), {**ADDRESS, "town": "", "rest": ""}, Fault.LOTS),
        (field(FieldType.BANK_ACCOUNT), "0001", Fault.SHAPE),
        (field(FieldType.TEXT), {"a": "b"}, Fault.SHAPE),
    ],
)
def test_what_cannot_be_understood_is_refused_with_what_to_do(
    asked: Field, raw: object, fault: Fault
) -> None:
    with pytest.raises(Flawed) as caught:
        normalise(asked, raw, today=TODAY)
    assert caught.value.fault is fault
    sentence = caught.value.sentence
    assert all(text and "{" not in text for text in (sentence.ja, sentence.easy, sentence.en))


def test_every_fault_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Fault)


@given(st.dates(date(1873, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_alike_in_every_writing(day: date) -> None:
    wareki = Wareki.of(day)
    writings = (
        day.isoformat(),
        wareki.text,
        wareki.short,
        f"{day.year}年{day.month}月{day.day}日",
        day.strftime("%Y%m%d"),
    )
    assert {read_day(text) for text in writings} == {day}


@given(
    st.sampled_from(list(FieldType)),
    st.one_of(
        st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text()), st.integers(), st.none()
    ),
)
def test_anything_typed_is_a_value_or_a_fault(kind: FieldType, raw: object) -> None:
    try:
        value = normalise(field(kind, choices=CHOICES), raw, today=TODAY)
    except Flawed:
        return
    assert value is None or isinstance(value, str | int | list | dict)


@given(
    st.sampled_from(
        [
            FieldType.DATE,
            FieldType.MONTH,
            FieldType.TIME,
            FieldType.KANA,
            FieldType.PHONE,
            FieldType.NAME,
            FieldType.TEXT,
        ]
    ),
    st.text(max_size=30),
)
def test_a_value_read_again_is_the_same(kind: FieldType, raw: str) -> None:
    try:
        value = normalise(field(kind), raw, today=TODAY)
    except Flawed:
        return
    assert value is None or normalise(field(kind), value, today=TODAY) == value


def test_a_bound_counts_from_today() -> None:
    assert day_bound("today-14", TODAY) == date(2026, 4, 17)
    assert day_bound("today+1", TODAY) == date(2026, 5, 2)
    with pytest.raises(ValueError, match="Invalid isoformat"):
        day_bound("yesterday", TODAY)


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("0312345678", "03-1234-5678"),
        ("0111234567", "011-123-4567"),
        ("0120123456", "0120-123-456"),
        ("08001234567", "0800-123-4567"),
        ("08012345678", "080-1234-5678"),
        ("0421234567", "0421234567"),  # 042 or 0421: the digits do not tell
        ("031234567", "031234567"),
        ("", ""),
    ],
)
def test_a_telephone_number_is_shown_as_people_write_it(digits: str, said: str) -> None:
    assert dialled(digits) == said
