"""What is an e-mail address here, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.institutions.portal.contacts.addresses import MalformedAddress, parse


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hana@example.jp", "hana@example.jp"),
        (" Hana.Ko+a@EXAMPLE.Co.JP ", "Hana.Ko+a@example.co.jp"),
        ("ｈａｎａ＠ｅｘａｍｐｌｅ．ｊｐ", "hana@example.jp"),
        ("a@xn--wgv71a.jp", "a@xn--wgv71a.jp"),
        ("x" * 64 + "@example.jp", "x" * 64 + "@example.jp"),
    ],
)
def test_an_address_is_read(typed: str, kept: str) -> None:
    assert parse(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "hana",
        "@example.jp",
        "hana@",
        "hana@localhost",
        "hana@127.0.0.1",
        "hana@[127.0.0.1]",
        "hana@-a.jp",
        "hana@a-.jp",
        "hana@a..jp",
        "hana@a.jp.",
        ".hana@a.jp",
        "hana.@a.jp",
        "ha..na@a.jp",
        "ha na@a.jp",
        '"ha na"@a.jp',
        "hana@a.jp\n",
        "hana@a.jp\r\nBcc: b@b.jp",
        "hana\r\n@a.jp",
        "hana@a.jp,b@b.jp",
        "hana@a.jp;b@b.jp",
        "<hana@a.jp>",
        "hana@a.jp\u2028",
        "花子@a.jp",
        "hana@花.jp",
        "x" * 65 + "@a.jp",
        "x@" + "a" * 64 + ".jp",
        "x@" + "a." * 130 + "jp",
        "hana@a.jp\x00",
    ],
)
def test_anything_else_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(MalformedAddress) as refused:
        parse(typed)
    assert str(refused.value) == "not an e-mail address"


@given(st.text(max_size=60))
def test_what_is_read_is_one_word_of_plain_signs(text: str) -> None:
    try:
        address = parse(text)
    except MalformedAddress:
        return
    assert address.isascii()
    assert address.isprintable()
    assert not set(address) & set(' ",;:<>()[]\\')
    assert parse(address) == address


@given(st.from_regex(r"[a-z0-9]{1,10}(\.[a-z0-9]{1,10}){0,2}@[a-z][a-z0-9]{0,8}\.[a-z]{2,4}", fullmatch=True))
def test_ordinary_addresses_stay_as_they_are(text: str) -> None:
    assert parse(text) == text
