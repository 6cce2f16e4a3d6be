"""Every number against published vectors, the independent python-stdnum, and hostile texts."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import cn, in_

from mynumber.foundation.numbers import (
    CorporateNumber,
    Fault,
    IndividualNumber,
    InsurerNumber,
    LocalGovernmentCode,
    MalformedNumber,
    MedicalInstitutionCode,
    ResidentCode,
)
from mynumber.foundation.numbers.vectorised import individual_numbers

INDIVIDUAL = ("621498320257", "123456789018")
CORPORATE = (
    "5835678256246",
    "1180301018771",
    "5111101000006",
    "8040001999013",
    "3040001999901",
    "9380001010002",
)


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@pytest.mark.parametrize("text", INDIVIDUAL)
def test_published_individual_numbers_parse(text: str) -> None:
    assert IndividualNumber.parse(text).digits == text


@pytest.mark.parametrize("text", CORPORATE)
def test_published_corporate_numbers_parse(text: str) -> None:
    assert str(CorporateNumber.parse(text)) == text


def test_a_published_insurer_number_tells_its_parts() -> None:
    number = InsurerNumber.parse("33120015")
    assert (number.law, number.prefecture) == ("33", "12")
    municipal = InsurerNumber.from_base("12001")
    assert (municipal.law, municipal.prefecture) == (None, "12")


@pytest.mark.parametrize(
    ("text", "table"),
    [("010112489", "1"), ("120101980", "1"), ("140100065", "1"), ("270100153", "1"), ("279900021", "3")],
)
def test_listed_medical_institutions_parse_under_their_fee_table(text: str, table: str) -> None:
    code = MedicalInstitutionCode.parse_without_table(text, table=table)
    assert code == MedicalInstitutionCode.parse(text[:2] + table + text[2:])
    assert (code.prefecture, code.table) == (text[:2], table)


def test_a_dental_institution_is_not_a_medical_one() -> None:
    with pytest.raises(MalformedNumber) as refused:
        MedicalInstitutionCode.parse_without_table("279900021", table="1")
    assert refused.value.reason is Fault.CHECK_DIGIT


@given(digits(12))
def test_individual_numbers_agree_with_stdnum(text: str) -> None:
    assert accepts(IndividualNumber.parse, text) == in_.is_valid(text)


@given(digits(11))
def test_a_completed_individual_number_is_valid_and_the_only_one_of_its_base(base: str) -> None:
    number = IndividualNumber.from_base(base)
    assert in_.is_valid(number.digits)
    assert [d for d in "0123456789" if accepts(IndividualNumber.parse, base + d)] == [number.digits[11]]


@given(digits(13))
def test_corporate_numbers_agree_with_stdnum(text: str) -> None:
    assert accepts(CorporateNumber.parse, text) == cn.is_valid(text)


@given(digits(12))
def test_a_completed_corporate_number_is_valid(base: str) -> None:
    number = CorporateNumber.from_base(base)
    assert cn.is_valid(number.digits)
    assert number.digits[0] != "0"


@given(digits(7), st.integers(0, 6), st.integers(1, 9))
def test_a_wrong_digit_of_an_insurer_number_is_found(base: str, position: int, change: int) -> None:
    base = base[:2] + "13" + base[4:]
    number = InsurerNumber.from_base(base).digits
    wrong = number[:position] + str((int(number[position]) + change) % 10) + number[position + 1 :]
    with pytest.raises(MalformedNumber):
        InsurerNumber.parse(wrong)


@given(st.lists(digits(11), min_size=1, max_size=50))
def test_numbers_in_bulk_are_the_numbers_one_by_one(bases: list[str]) -> None:
    bulk = individual_numbers(np.array([int(base) for base in bases], dtype=np.int64))
    assert [f"{number:012d}" for number in bulk.tolist()] == [
        IndividualNumber.from_base(base).digits for base in bases
    ]


@pytest.mark.parametrize("base", [-1, 10**11])
def test_bulk_refuses_a_base_out_of_range(base: int) -> None:
    with pytest.raises(ValueError, match="at most 11 digits"):
        individual_numbers(np.array([base], dtype=np.int64))


VALID: list[tuple[Callable[[str], object], str]] = [
    (IndividualNumber.parse, "621498320257"),
    (CorporateNumber.parse, "5835678256246"),
    (ResidentCode.parse, "12345678901"),
    (LocalGovernmentCode.parse, "131016"),
    (InsurerNumber.parse, "33120015"),
    (MedicalInstitutionCode.parse, "0110112489"),
]


@pytest.mark.parametrize(("parse", "text"), VALID)
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: " " + text[1:],
        lambda text: text + "\n",
        lambda text: text[:-1] + "\n",
        lambda text: text[:4] + "-" + text[5:],
        lambda text: "+" + text[1:],
        lambda text: text[:-1] + "x",
        lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        lambda text: text[:-1] + "²",
        lambda text: text[:-1] + "\x00",
        lambda text: text * 100_000,
    ],
)
def test_nothing_is_normalised(
    parse: Callable[[str], object], text: str, damage: Callable[[str], str]
) -> None:
    parse(text)
    with pytest.raises(MalformedNumber) as refused:
        parse(damage(text))
    assert refused.value.reason is Fault.FORM


@pytest.mark.parametrize(("parse", "text"), [case for case in VALID if case[0] != ResidentCode.parse])
def test_a_wrong_check_digit_is_refused_without_naming_the_number(
    parse: Callable[[str], object], text: str
) -> None:
    at = 0 if parse == CorporateNumber.parse else len(text) - 1
    wrong = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
    with pytest.raises(MalformedNumber) as refused:
        parse(wrong)
    assert refused.value.reason is Fault.CHECK_DIGIT
    assert not any(character.isdigit() for character in str(refused.value))


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (LocalGovernmentCode.parse, "000000"),
        (LocalGovernmentCode.from_jisx0402, "48001"),
        (InsurerNumber.from_base, "00001"),
        (InsurerNumber.from_base, "3348001"),
        (MedicalInstitutionCode.parse, "4810112489"),
        (MedicalInstitutionCode.parse, "0120112489"),
    ],
)
def test_a_part_that_is_never_assigned_is_refused(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(MalformedNumber) as refused:
        parse(text)
    assert refused.value.reason is Fault.RANGE


@given(digits(11))
def test_personal_numbers_never_print_themselves(base: str) -> None:
    for number, mask in (
        (IndividualNumber.from_base(base), "IndividualNumber(************)"),
        (ResidentCode.parse(base), "ResidentCode(***********)"),
    ):
        assert repr(number) == str(number) == f"{number}" == f"{[number]}"[1:-1] == mask


def test_equal_numbers_are_one_key() -> None:
    assert len({IndividualNumber.parse("621498320257"), IndividualNumber.from_base("62149832025")}) == 1


def accepts(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except MalformedNumber:
        return False
    return True
