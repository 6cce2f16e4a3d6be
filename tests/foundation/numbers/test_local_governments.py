"""The official list: every code of it is valid, and it says what is a municipality."""

from collections import Counter

import pytest

from mynumber.foundation.numbers import (
    LocalGovernmentCode,
    LocalGovernmentKind,
    MalformedNumber,
    UnknownLocalGovernment,
    find,
    local_governments,
)


def test_all_official_codes_have_the_check_digit_of_the_rule() -> None:
    assert len(local_governments()) == 1965
    for government in local_governments():
        assert LocalGovernmentCode.from_jisx0402(government.code.jisx0402) == government.code


def test_the_list_counts_what_japan_has() -> None:
    kinds = Counter(government.kind for government in local_governments())
    assert kinds[LocalGovernmentKind.PREFECTURE] == 47
    assert kinds[LocalGovernmentKind.SPECIAL_WARD] == 23
    assert kinds[LocalGovernmentKind.CITY] == 792
    assert kinds[LocalGovernmentKind.CITY_WARD] == 171
    # 1,741 municipalities and the six villages of the Northern Territories.
    assert sum(government.is_municipality for government in local_governments()) == 1741 + 6
    assert sum(government.designated_city for government in local_governments()) == 20


def test_codes_are_unique_and_sorted() -> None:
    codes = [government.code for government in local_governments()]
    assert codes == sorted(set(codes))


def test_a_city_is_found_by_its_code() -> None:
    city = find("131229")
    assert (city.full_name, city.kana, city.code.prefecture) == ("東京都葛飾区", "カツシカク", "13")
    assert find(LocalGovernmentCode.parse("131229")) is city


def test_a_prefecture_is_named_once() -> None:
    assert find("010006").full_name == "北海道"


def test_a_well_formed_code_outside_the_list_is_unknown() -> None:
    with pytest.raises(UnknownLocalGovernment):
        find(LocalGovernmentCode.from_jisx0402("13999"))


def test_a_malformed_code_is_malformed() -> None:
    with pytest.raises(MalformedNumber):
        find("13122")
