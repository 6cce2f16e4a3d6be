"""Picking a bank and an address: look, choose, finish; nothing that was typed is lost or trusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from mynumber.webkit.face import banks, postal
from mynumber.webkit.face.address_field import AddressField
from mynumber.webkit.face.bank_field import BankBranch, BankBranchField
from mynumber.webkit.face.forms import PlainForm
from tests.webkit import faces


class Asked(PlainForm):
    """Both pickers."""

    address = AddressField(label="住所", required=False)


class Account(PlainForm):
    """A bank."""

    bank = BankBranchField(label="金融機関")


@pytest.fixture(scope="module", autouse=True)
def gallery() -> Iterator[None]:
    with faces.face("tests.webkit.face_gallery.settings", None):
        yield


def address(**parts: str) -> Asked:
    return Asked({f"address_{name}": value for name, value in parts.items()})


def account(**parts: str) -> Account:
    return Account({f"bank_{name}": value for name, value in parts.items()})


def code_of(form: PlainForm, name: str) -> str:
    (error,) = form.errors.as_data()[name]
    return str(error.code)


@pytest.mark.parametrize("typed", ["124-0012", "1240012", "〒124-0012", "１２４ー００１２", " 124 0012 "])
def test_a_postal_code_in_any_form_finds_its_town(typed: str) -> None:
    form = address(code=typed, street="5-13-1")
    assert form.is_valid()
    given = form.cleaned_data["address"]
    assert given.text == "東京都葛飾区立石5-13-1"
    assert (given.postal_code, given.municipality) == ("1240012", "13122")


def test_looking_up_finishes_nothing_and_shows_what_was_found() -> None:
    form = address(code="124-0012", find="1", area="どこか")
    assert not form.is_valid()
    assert not form.errors
    assert 'value="東京都葛飾区立石"' in str(form["address"])


def test_several_towns_are_offered_and_one_is_taken() -> None:
    towns = [area.text for area in postal.areas("0791571")]
    assert len(towns) > 1
    assert code_of(address(code="0791571", street="1"), "address") == "town"
    chosen = address(code="0791571", street="1", town=towns[1])
    assert chosen.is_valid()
    assert chosen.cleaned_data["address"].area == towns[1]
    assert code_of(address(code="0791571", street="1", town="東京都葛飾区立石"), "address") == "town"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"code": "12-34", "street": "1"}, "code"),
        ({"code": "' or 1=1", "street": "1"}, "code"),
        ({"code": "0000000", "street": "1"}, "not_found"),
        ({"street": "1"}, "area"),
        ({"code": "1240012"}, "street"),
        ({"area": "東京都", "street": "1\u202e"}, "character"),
    ],
)
def test_an_address_that_is_not_whole_says_what_is_missing(parts: dict[str, str], code: str) -> None:
    form = address(**parts)
    assert code_of(form, "address") == code
    assert "てください。" in form.errors["address"][0]


def test_an_address_may_be_written_without_a_code() -> None:
    form = address(area="東京都葛飾区立石", street="番地なし", building="架空荘 1号室")
    assert form.is_valid()
    given = form.cleaned_data["address"]
    assert (given.municipality, given.text) == ("", "東京都葛飾区立石番地なし 架空荘 1号室")
    assert "葛飾" not in repr(given)


def test_what_was_not_found_is_said_while_looking() -> None:
    assert code_of(address(code="0000000", find="1"), "address") == "not_found"


def test_an_error_of_a_part_leads_to_that_part() -> None:
    visitor = Client(headers={"host": "municipality.localhost"})
    html = visitor.post(
        "/face/pickers", {"a-address_code": "1240012", "a-address_street": ""}
    ).content.decode()
    assert 'href="#id_a-address_street"' in html
    assert 'id="id_a-address_street" aria-invalid="true"' in html


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("みずほ", "0001"),
        ("みずほ銀行", "0001"),
        ("0001", "0001"),
        ("ゆうちょ銀行", "9900"),
        ("paypay銀行", "0033"),
        ("川口信用金庫", "1251"),
    ],
)
def test_a_bank_is_found_as_people_call_it(words: str, code: str) -> None:
    assert [bank.code for bank in banks.find_banks(words)] == [code]


def test_a_reading_that_others_begin_with_is_not_taken_for_granted() -> None:
    found = banks.find_branches("0001", "まるのうち")
    assert len(found) > 1
    assert "004" in {branch.code for branch in found}


@pytest.mark.parametrize("words", ["", "   ", "・", "まぼろし", "99999", "%", "../../banks"])
def test_what_is_no_bank_finds_none(words: str) -> None:
    assert banks.find_banks(words) == ()


def test_every_bank_and_branch_is_found_by_its_code() -> None:
    for code in list(banks.banks())[::100]:
        assert [bank.code for bank in banks.find_banks(code)] == [code]
        for branch in list(banks.branches(code))[:3]:
            assert [found.code for found in banks.find_branches(code, branch)] == [branch]


def test_a_bank_is_looked_up_chosen_and_finished() -> None:
    first = account(bank="三菱", find="bank")
    assert not first.is_valid()
    assert not first.errors
    assert 'value="0005"' in str(first["bank"])
    second = account(bank="三菱", bank_code="0005", find="chosen")
    assert "三菱UFJ銀行" in str(second["bank"])
    assert not second.is_valid()
    done = account(bank_code="0005", branch_code="001")
    assert done.is_valid()
    picked: Any = done.cleaned_data["bank"]
    assert isinstance(picked, BankBranch)
    assert (picked.bank.code, picked.branch.code) == ("0005", "001")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, "bank"),
        ({"bank": "三菱"}, "bank_choice"),
        ({"bank": "まぼろし"}, "not_found"),
        ({"bank_code": "0001"}, "branch"),
        ({"bank_code": "0001", "branch": "東京"}, "branch_choice"),
        ({"bank_code": "0001", "branch": "まぼろし"}, "not_found"),
        ({"bank_code": "9999", "branch_code": "001"}, "bank"),
        ({"bank_code": "0001", "branch_code": "zzz"}, "branch"),
        ({"bank_code": "../0001"}, "bank"),
    ],
)
def test_what_is_not_chosen_is_asked_for(parts: dict[str, str], code: str) -> None:
    form = account(**parts)
    assert not form.is_valid()
    assert code_of(form, "bank") == code


def test_a_choice_can_be_taken_back() -> None:
    again = str(account(bank_code="0005", branch_code="001", other_bank="1")["bank"])
    assert "三菱" not in again
    branch = str(account(bank_code="0005", branch_code="001", other_branch="1")["bank"])
    assert "三菱UFJ銀行" in branch
    assert 'name="bank_branch"' in branch
