"""What travels in a blind exchange is read strictly, and keys are used only when their owner proved to know them."""

from __future__ import annotations

import contextlib
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation import blind
from mynumber.foundation.blind import BlindKey, encrypt
from mynumber.foundation.codes import BadCode, Code, CodeKeys, CodeReason
from mynumber.protocols.blind import (
    ComparedExchange,
    ComparedHolder,
    SamenessQuestion,
    Tag,
    cipher_text,
    is_sheet_code,
    key_id,
    listed_key,
    mark_of,
    open_sheet_code,
    open_tags,
    public_key,
    read_cipher,
    records_key,
    sheet_code,
)
from mynumber.protocols.directory import Directory, System, UnknownSystem
from mynumber.protocols.message import CodeText

KEYS = CodeKeys.generate()
CODE = KEYS.issue("pension_service", "12345678901")
KEY = BlindKey.generate()
BLINDED = encrypt(CODE, KEY.public)
TEXT = cipher_text(BLINDED)


def test_a_blinded_code_has_one_spelling() -> None:
    assert read_cipher(TEXT) == BLINDED
    number, _, data = TEXT.partition(".")
    for text in (
        f"0{number}.{data}",
        f"+{number}.{data}",
        f"0.{data}",
        f"1000000.{data}",
        f"{number}.{data}=",
        f"{number}.{data}==",
        f"{number}.{data[:-1]}B",  # bits that stand for nothing
        f"{number}.{data} ",
        f" {TEXT}",
        f"{number}.",
        data,
        "",
        TEXT.replace(".", ".\n", 1),
        f"{number}.{data[:40]}+{data[41:]}",
    ):
        with pytest.raises(BadCode) as refused:
            read_cipher(text)
        assert refused.value.reason in (CodeReason.MALFORMED, CodeReason.NOT_A_POINT), text


@settings(deadline=None)
@given(text=st.text(max_size=120))
def test_any_text_is_a_blinded_code_or_a_bad_one(text: str) -> None:
    with contextlib.suppress(BadCode):
        assert cipher_text(read_cipher(text)) == text


def test_a_code_in_a_sheet_names_its_key() -> None:
    text = sheet_code(BLINDED, KEY.public)
    assert is_sheet_code(text)
    assert not is_sheet_code(CODE.to_text())
    assert open_sheet_code(text, {key_id(KEY.public): KEY}) == CODE
    other = BlindKey.generate()
    for keys, sent, reason in (
        ({key_id(other.public): other}, text, CodeReason.BAD_KEYS),
        ({}, text, CodeReason.BAD_KEYS),
        ({key_id(KEY.public): KEY}, text[:-1], CodeReason.MALFORMED),
        ({key_id(KEY.public): KEY}, f"blind.{key_id(KEY.public)}.1." + "A" * 86, CodeReason.NOT_A_POINT),
        ({key_id(KEY.public): KEY}, "blind.", CodeReason.BAD_KEYS),
    ):
        with pytest.raises(BadCode) as refused:
            open_sheet_code(sent, keys)
        assert refused.value.reason is reason


def test_what_is_no_code_of_anybody_hides_no_other_persons_tags() -> None:
    """The identity passes every proof; it is read as a code that nobody holds, and its tag is passed over."""
    none = Code(CODE.version, bytes(32))
    keys = (KEY.public, BlindKey.generate().public)
    asked = blind.request(none, keys, context=b"")
    assert blind.is_one_code(asked, keys, context=b"")
    converted = blind.convert(asked.for_key(0), KEYS, "a", "b", key=KEY.public)
    text = sheet_code(converted, KEY.public)
    assert open_sheet_code(text, {key_id(KEY.public): KEY}) == none
    tags = [Tag(mark=mark_of(text), blinded=text) for text in (cipher_text(converted), TEXT)]
    assert open_tags(tags, KEY) == ({CODE.to_text(): [mark_of(TEXT)]}, 1)


def test_a_mark_fits_where_a_code_stands_and_is_none() -> None:
    mark = mark_of(TEXT, TEXT)
    assert msgspec.convert(mark, CodeText) == mark
    assert mark != mark_of(TEXT + "\n" + TEXT, "")
    with pytest.raises(BadCode):
        type(CODE).parse(mark)


def listing(*systems: tuple[str, str | None]) -> Directory:
    return Directory(
        tuple(System(name, name, "http://127.0.0.1:9", (), (), blind_key=key) for name, key in systems)
    )


def test_a_key_that_its_owner_did_not_prove_is_as_none() -> None:
    first, second = BlindKey.generate(), BlindKey.generate()
    good = listed_key(first, "network")
    directory = listing(
        ("network", good),
        ("commission", listed_key(second, "commission")),
        ("portal", good),  # somebody else's
        ("gateway.a", None),
        ("gateway.b", "not base64!"),
        ("gateway.c", good[:-4]),
    )
    assert public_key(directory, "network") == first.public
    for system in ("portal", "gateway.a", "gateway.b", "gateway.c", "gateway.d"):
        with pytest.raises(UnknownSystem):
            public_key(directory, system)
    joint = records_key(directory, "network")
    assert joint not in (first.public, second.public)
    with pytest.raises(UnknownSystem):
        records_key(listing(("network", good)), "network")


def test_a_test_of_sameness_has_two_sides() -> None:
    side = ComparedExchange(inquirer="pension_service", request_id=uuid4(), blinded=TEXT)
    values = {"test": uuid4(), "purpose": "x", "one": side, "blurred": "A" * 171}
    for other in ({}, {"other": None}, {"other": {"type": "nobody"}}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(msgspec.json.encode(values | other), type=SamenessQuestion)
    holder = {"other": {"type": "holder", "member": "portal", "blinded": TEXT}}
    read = msgspec.json.decode(msgspec.json.encode(values | holder), type=SamenessQuestion)
    assert read.other == ComparedHolder(member="portal", blinded=TEXT)
