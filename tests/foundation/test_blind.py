"""Blind conversion gives the values of open conversion; nobody learns more than their own code; two keepers compare together only."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynumber.foundation import blind
from mynumber.foundation.blind import BlindCode, BlindKey
from mynumber.foundation.codes import BadCode, Code, CodeKeys, CodeReason

KEYS = CodeKeys.generate()
ASKS, ANSWERS, RECORDS = "municipality.131229", "pension_service", "network.records"
people = st.integers(0, 10**11 - 1).map(lambda number: f"{number:011d}")
domains = st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(person=people, source=domains, to=domains)
def test_the_provider_finds_its_own_code(person: str, source: str, to: str) -> None:
    key = BlindKey.generate()
    asked = blind.encrypt(KEYS.issue(source, person), key.public)
    converted = blind.convert(asked, KEYS, source, to, key=key.public)
    assert blind.decrypt(converted, key) == KEYS.issue(to, person)


@given(person=people)
def test_nothing_repeats_from_what_the_inquirer_sent(person: str) -> None:
    key, code = BlindKey.generate(), KEYS.issue(ASKS, person)
    one, other = blind.encrypt(code, key.public), blind.encrypt(code, key.public)
    points = [one.hint, one.masked, other.hint, other.masked]
    for each in (one, other):
        converted = blind.convert(each, KEYS, ASKS, ANSWERS, key=key.public)
        points += [converted.hint, converted.masked]
    assert len(set(points)) == 8
    assert not {code.point, KEYS.issue(ANSWERS, person).point} & set(points)


@given(person=people)
def test_another_key_opens_to_a_code_that_nobody_holds(person: str) -> None:
    key, other = BlindKey.generate(), BlindKey.generate()
    blinded = blind.encrypt(KEYS.issue(ASKS, person), key.public)
    assert blind.decrypt(blinded, other) != KEYS.issue(ASKS, person)


@given(person=people)
def test_a_code_taken_from_another_institution_leads_nowhere(person: str) -> None:
    key = BlindKey.generate()
    stolen = blind.encrypt(KEYS.issue("thief.from", person), key.public)
    converted = blind.convert(stolen, KEYS, ASKS, ANSWERS, key=key.public)
    assert blind.decrypt(converted, key) != KEYS.issue(ANSWERS, person)


@given(person=people, other=people, context=st.binary(max_size=40))
def test_both_halves_of_a_request_hold_one_code(person: str, other: str, context: bytes) -> None:
    provider, records = BlindKey.generate(), BlindKey.generate()
    keys = provider.public, records.public
    asked = blind.request(KEYS.issue(ASKS, person), *keys, context=context)
    assert blind.is_one_code(asked, *keys, context=context)
    assert blind.decrypt(asked.provider_code, provider) == blind.decrypt(asked.record_code, records)
    assert not blind.is_one_code(asked, *keys, context=context + b"!")
    assert not blind.is_one_code(asked, *reversed(keys), context=context)
    if person != other:
        elsewhere = blind.request(KEYS.issue(ASKS, other), *keys, context=context)
        mixed = dataclasses.replace(asked, for_records=elsewhere.for_records)
        assert not blind.is_one_code(mixed, *keys, context=context)
    for part in ("hint", "for_provider", "for_records", "challenge", "response"):
        for damaged in (bytes(32), b"\xff" * 32, b"", getattr(asked, part)[::-1]):
            if damaged != getattr(asked, part):
                values: dict[str, Any] = {part: damaged}
                changed = dataclasses.replace(asked, **values)
                assert not blind.is_one_code(changed, *keys, context=context)


def record_of(person: str, source: str, key: bytes) -> BlindCode:
    return blind.convert(blind.encrypt(KEYS.issue(source, person), key), KEYS, source, RECORDS, key=key)


@given(one=people, other=people)
def test_two_keepers_together_tell_whether_records_are_of_one_person(one: str, other: str) -> None:
    first, second = BlindKey.generate(), BlindKey.generate()
    key = blind.joint_public(first.public, second.public)
    for left, right, same in ((one, other, one == other), (one, one, True)):
        comparison = blind.compare(record_of(left, ASKS, key), record_of(right, ANSWERS, key))
        comparison = blind.blur(blind.blur(comparison))
        shares = blind.share(comparison, first), blind.share(comparison, second)
        assert blind.is_same_person(comparison, *shares) is same
        assert not blind.is_same_person(comparison, shares[0], shares[0])


def test_versions_are_not_mixed() -> None:
    rotated = KEYS.with_new_domains()
    key = BlindKey.generate()
    old = blind.encrypt(KEYS.issue(ASKS, "00000000001"), key.public)
    new = blind.encrypt(rotated.issue(ASKS, "00000000001"), key.public)
    with pytest.raises(BadCode, match="different versions"):
        blind.compare(old, new)
    with pytest.raises(BadCode) as refused:
        blind.convert(new, KEYS, ASKS, ANSWERS, key=key.public)
    assert refused.value.reason is CodeReason.UNKNOWN_VERSION


@given(data=st.binary(min_size=0, max_size=80))
def test_what_is_no_pair_of_elements_is_refused(data: bytes) -> None:
    if len(data) != 64:
        with pytest.raises(BadCode) as refused:
            BlindCode.from_bytes(1, data)
        assert refused.value.reason is CodeReason.MALFORMED
        return
    with pytest.raises(BadCode) as refused:
        BlindCode.from_bytes(1, data[:63] + b"\xff")
    assert refused.value.reason is CodeReason.NOT_A_POINT


@pytest.mark.parametrize("point", [bytes(32), b"\xff" * 32, bytes(31)])
def test_a_key_that_is_none_is_refused(point: bytes) -> None:
    code = Code(1, KEYS.issue(ASKS, "00000000001").point)
    with pytest.raises(BadCode):
        blind.encrypt(code, point)
    with pytest.raises(BadCode):
        blind.joint_public(point, BlindKey.generate().public)


def test_a_secret_does_not_show_itself() -> None:
    key = BlindKey.generate()
    assert key.scalar.hex() not in repr(key)
    assert repr(key.scalar) not in repr(key)
