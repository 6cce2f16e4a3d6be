"""Names, addresses and the basic four attributes: strict, masked, compared by a documented folding."""

import io
from datetime import date

import msgspec
import pytest
from rich.console import Console

from mynumber.foundation.numbers import MalformedNumber
from mynumber.foundation.people import (
    Address,
    BasicFourAttributes,
    Flaw,
    MalformedPersonalData,
    PartialDate,
    PersonName,
    Sex,
    Wareki,
)

NAME = PersonName(
    family="𠮷田",
    given="花子",
    family_kana="ヨシダ",
    given_kana="ハナコ",
    former_family="鈴木",
    former_family_kana="スズキ",
)
ADDRESS = Address(municipality="131229", postal_code="1250061", town="亀有", rest="一丁目2番3号")
FOUR = BasicFourAttributes.of(NAME, ADDRESS, date(1990, 4, 1), Sex.FEMALE)


def test_a_name_reads_as_a_register_shows_it() -> None:
    assert NAME.registered == "𠮷田　花子"
    assert NAME.kana == "ヨシダ　ハナコ"
    assert (
        PersonName(alphabet="NGUYEN THI LAN", family_kana="グエン", given_kana="ティ ラン").registered
        == "NGUYEN THI LAN"
    )


def test_an_address_reads_from_the_prefecture_on() -> None:
    assert ADDRESS.text == "東京都葛飾区亀有一丁目2番3号"


@pytest.mark.parametrize("value", [NAME, ADDRESS, FOUR, PartialDate(1945, 3), Wareki.of(date(2000, 1, 2))])
def test_nothing_of_a_person_is_printed(value: object) -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(value)
    assert isinstance(console.file, io.StringIO)
    for shown in (repr(value), str(value), f"{value}", repr([value]), console.file.getvalue().strip()):
        assert "****" in shown
        assert not any(part in shown for part in ("花子", "ハナコ", "亀有", "1250061", "1945", "2000", "12"))


@pytest.mark.parametrize("value", [NAME, ADDRESS, FOUR, PartialDate(1945, 3)])
def test_values_survive_a_message(value: object) -> None:
    assert msgspec.json.decode(msgspec.json.encode(value), type=type(value)) == value


def test_a_message_with_a_malformed_name_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="reading of the family name"):
        msgspec.json.decode('{"family":"佐藤","family_kana":"さとう"}', type=PersonName)


def test_a_person_has_a_name() -> None:
    with pytest.raises(MalformedPersonalData) as refused:
        PersonName(family_kana="サトウ")
    assert refused.value.reason is Flaw.EMPTY


@pytest.mark.parametrize("code", ["", "13122", "131220", "480001"])
def test_an_address_has_a_real_form_of_code(code: str) -> None:
    with pytest.raises(MalformedNumber):
        Address(municipality=code, postal_code="", town="", rest="")


@pytest.mark.parametrize("postal_code", ["125-0061", "125006", "１２５００６１", "12500611"])
def test_a_postal_code_has_seven_digits(postal_code: str) -> None:
    with pytest.raises(MalformedPersonalData) as refused:
        Address(municipality="131229", postal_code=postal_code, town="", rest="")
    assert refused.value.reason is Flaw.FORM


def test_the_same_person_written_differently_matches() -> None:
    typed = BasicFourAttributes(
        name="𠮷田 花子", address="東京都葛飾区亀有１－２－３", birth=date(1990, 4, 1), sex=Sex.FEMALE
    )
    assert FOUR.matches(typed)
    assert typed != FOUR


@pytest.mark.parametrize(
    "other",
    [
        msgspec.structs.replace(FOUR, name="吉田　花子"),
        msgspec.structs.replace(FOUR, address="東京都葛飾区亀有一丁目2番4号"),
        msgspec.structs.replace(FOUR, birth=date(1990, 4, 2)),
        msgspec.structs.replace(FOUR, sex=Sex.UNSTATED),
    ],
)
def test_one_attribute_apart_is_another_person(other: BasicFourAttributes) -> None:
    assert not FOUR.matches(other)
