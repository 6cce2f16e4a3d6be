"""Names of municipalities in certificates: one for each, and the way back."""

from __future__ import annotations

import pytest

from mynumber.foundation.numbers import MalformedNumber
from mynumber.foundation.numbers.local_government import (
    LocalGovernmentKind,
    UnknownLocalGovernment,
    local_governments,
)
from mynumber.foundation.pki import Municipality, NotAMunicipality
from mynumber.foundation.pki.municipality import romanise


@pytest.mark.parametrize(
    ("code", "prefecture", "city"),
    [
        ("131229", "Tokyo-to", "Katsushika-ku"),
        ("13122", "Tokyo-to", "Katsushika-ku"),
        ("011002", "Hokkaido", "Sapporo-shi"),
        ("011011", "Hokkaido", "Sapporo-shi Chuo-ku"),
        ("271004", "Osaka-fu", "Osaka-shi"),
        ("122025", "Chiba-ken", "Choshi-shi"),
        ("402052", "Fukuoka-ken", "Iizuka-shi"),
        ("131016", "Tokyo-to", "Chiyoda-ku"),
    ],
)
def test_a_municipality_has_a_name_in_latin_letters(code: str, prefecture: str, city: str) -> None:
    municipality = Municipality.of(code)
    assert (municipality.prefecture, municipality.city) == (prefecture, city)


def test_every_municipality_has_a_name_of_its_own_and_is_found_by_it() -> None:
    codes = [body.code for body in local_governments() if body.kind is not LocalGovernmentKind.PREFECTURE]
    names = {(one.prefecture, one.city) for one in map(Municipality.of, codes)}
    assert len(names) == len(codes) > 1700
    for code in codes:
        municipality = Municipality.of(code)
        assert Municipality.named(municipality.prefecture, municipality.city) == municipality
        text = f"{municipality.city} CRLDP"
        assert len(text) <= 64  # ub-common-name
        assert text.isascii()


def test_two_villages_of_one_name_are_told_apart() -> None:
    assert Municipality.of("014036").city == "Tomari-mura"
    assert Municipality.of("016969").city == "Tomari-mura 01696"


def test_what_is_no_municipality_is_refused() -> None:
    with pytest.raises(NotAMunicipality):
        Municipality.of("130001")
    with pytest.raises(UnknownLocalGovernment):
        Municipality.of("13199")
    with pytest.raises(MalformedNumber):
        Municipality.of("131220")
    assert Municipality.named("Tokyo-to", "Nowhere-shi") is None


@pytest.mark.parametrize(
    ("kana", "latin"),
    [("コウトウ", "Koto"), ("チュウオウ", "Chuo"), ("オオタ", "Ota"), ("サッポロ", "Sapporo"), ("ボッチ", "Botchi"), ("ジョウエツ", "Joetsu"), ("リョウケ", "Ryoke")],
)  # fmt: skip
def test_kana_become_hepburn(kana: str, latin: str) -> None:
    assert romanise(kana) == latin
