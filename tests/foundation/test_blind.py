"""Blind conversion gives the values of open conversion; nobody learns more than their own code; two keepers compare together only."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.foundation import blind
from mynumber.foundation.blind import BlindCode, BlindKey, BlindRequest, Blurred, Share
from mynumber.foundation.codes import BadCode, Code, CodeKeys, CodeReason
from mynumber.foundation.ristretto import group

KEYS = CodeKeys.generate()
ASKS, ANSWERS, RECORDS = "municipality.131229", "pension_service", "network.records"
patient = settings(deadline=None)  # a machine that is busy makes no algebra wrong
people = st.integers(0, 10**11 - 1).map(lambda number: f"{number:011d}")
domains = st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@patient
@given(person=people, source=domains, to=domains)
def test_the_provider_finds_its_own_code(person: str, source: str, to: str) -> None:
    key = BlindKey.generate()
    asked = blind.encrypt(KEYS.issue(source, person), key.public)
    converted = blind.convert(asked, KEYS, source, to, key=key.public)
    assert blind.decrypt(converted, key) == KEYS.issue(to, person)


@patient
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


@patient
@given(person=people)
def test_another_key_opens_to_a_code_that_nobody_holds(person: str) -> None:
    key, other = BlindKey.generate(), BlindKey.generate()
    blinded = blind.encrypt(KEYS.issue(ASKS, person), key.public)
    assert blind.decrypt(blinded, other) != KEYS.issue(ASKS, person)


@patient
@given(person=people)
def test_a_code_taken_from_another_institution_leads_nowhere(person: str) -> None:
    key = BlindKey.generate()
    stolen = blind.encrypt(KEYS.issue("thief.from", person), key.public)
    converted = blind.convert(stolen, KEYS, ASKS, ANSWERS, key=key.public)
    assert blind.decrypt(converted, key) != KEYS.issue(ANSWERS, person)


@patient
@given(person=people, other=people, context=st.binary(max_size=40))
def test_all_ciphertexts_of_a_request_hold_one_code(person: str, other: str, context: bytes) -> None:
    readers = [BlindKey.generate() for _ in range(3)]
    keys = [reader.public for reader in readers]
    asked = blind.request(KEYS.issue(ASKS, person), keys, context=context)
    assert blind.is_one_code(asked, keys, context=context)
    read = {blind.decrypt(asked.for_key(place), reader) for place, reader in enumerate(readers)}
    assert read == {KEYS.issue(ASKS, person)}
    assert not blind.is_one_code(asked, keys, context=context + b"!")
    assert not blind.is_one_code(asked, keys[::-1], context=context)
    assert not blind.is_one_code(asked, keys[:2], context=context)
    if person != other:
        elsewhere = blind.request(KEYS.issue(ASKS, other), keys, context=context)
        for place in range(3):
            masked = list(asked.masked)
            masked[place] = elsewhere.masked[place]
            mixed = dataclasses.replace(asked, masked=tuple(masked))
            assert not blind.is_one_code(mixed, keys, context=context)
    assert BlindRequest.from_bytes(asked.version, asked.to_bytes(), keys=3) == asked


@patient
@given(place=st.integers(0, 5), damage=st.sampled_from([bytes(32), b"\xff" * 32, b"\1" + bytes(31)]))
def test_every_damaged_part_of_a_request_is_refused_or_proves_nothing(place: int, damage: bytes) -> None:
    keys = [BlindKey.generate().public for _ in range(3)]
    data = blind.request(KEYS.issue(ASKS, "12345678901"), keys, context=b"").to_bytes()
    damaged = data[: 32 * place] + damage + data[32 * (place + 1) :]
    if place >= 4 and damage != b"\xff" * 32:  # a scalar of its one spelling
        read = BlindRequest.from_bytes(1, damaged, keys=3)
        assert not blind.is_one_code(read, keys, context=b"")
        return
    with pytest.raises(BadCode) as refused:
        BlindRequest.from_bytes(1, damaged, keys=3)
    assert refused.value.reason is (CodeReason.MALFORMED if place >= 4 else CodeReason.NOT_A_POINT)


@patient
@given(data=st.binary(max_size=260).filter(lambda data: len(data) != 192))
def test_a_request_of_another_length_is_malformed(data: bytes) -> None:
    with pytest.raises(BadCode) as refused:
        BlindRequest.from_bytes(1, data, keys=3)
    assert refused.value.reason is CodeReason.MALFORMED


def test_a_listed_key_proves_that_its_owner_knows_it() -> None:
    first = BlindKey.generate()
    listed = first.listed("network")
    assert blind.read_listed(listed, "network") == first.public
    # the second keeper would like to know the joint key alone: it lists the difference to a key that it knows
    alone = BlindKey.generate()
    stolen = bytes(group.crypto_core_ristretto255_sub(alone.public, first.public))
    assert blind.joint_public(first.public, stolen) == alone.public
    for forged, owner, reason in (
        (listed, "commission", CodeReason.BAD_KEYS),
        (stolen + listed[32:], "network", CodeReason.BAD_KEYS),
        (stolen + alone.listed("commission")[32:], "commission", CodeReason.BAD_KEYS),
        (bytes(32) + listed[32:], "network", CodeReason.NOT_A_POINT),
        (listed[:-1], "network", CodeReason.MALFORMED),
        (listed[:-32] + b"\xff" * 32, "network", CodeReason.MALFORMED),
    ):
        with pytest.raises(BadCode) as refused:
            blind.read_listed(forged, owner)
        assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("scalar", "reason"),
    [
        (bytes(32), CodeReason.BAD_KEYS),
        (b"\xff" * 32, CodeReason.MALFORMED),
        (b"\1", CodeReason.MALFORMED),
    ],
)
def test_a_secret_key_that_is_none_is_refused(scalar: bytes, reason: CodeReason) -> None:
    with pytest.raises(BadCode) as refused:
        BlindKey(scalar)
    assert refused.value.reason is reason


def record_of(person: str, source: str, key: bytes) -> BlindCode:
    return blind.convert(blind.encrypt(KEYS.issue(source, person), key), KEYS, source, RECORDS, key=key)


@patient
@given(one=people, other=people)
def test_two_keepers_together_tell_whether_records_are_of_one_person(one: str, other: str) -> None:
    first, second = BlindKey.generate(), BlindKey.generate()
    key = blind.joint_public(first.public, second.public)
    for left, right, same in ((one, other, one == other), (one, one, True)):
        comparison = blind.compare(record_of(left, ASKS, key), record_of(right, ANSWERS, key))
        once = blind.blur(comparison, context=b"1")
        assert blind.is_blurred(once, comparison, context=b"1")
        assert not blind.is_blurred(once, comparison, context=b"2")
        twice = blind.blur(once.comparison, context=b"2")
        assert blind.is_blurred(twice, once.comparison, context=b"2")
        assert not blind.is_blurred(twice, comparison, context=b"2")
        assert Blurred.from_bytes(twice.to_bytes()) == twice
        shares = [blind.share(twice.comparison, keeper, context=b"3") for keeper in (first, second)]
        for part, keeper, stranger in ((shares[0], first, second), (shares[1], second, first)):
            assert blind.is_share(part, twice.comparison, keeper.public, context=b"3")
            assert not blind.is_share(part, twice.comparison, stranger.public, context=b"3")
            assert not blind.is_share(part, once.comparison, keeper.public, context=b"3")
            assert Share.from_bytes(part.to_bytes()) == part
        assert blind.is_same_person(twice.comparison, *shares) is same
        # neither keeper gets the answer with its own part alone, even if it uses it twice
        assert not any(blind.is_same_person(twice.comparison, part, part) for part in shares)


def test_one_ciphertext_is_not_compared_with_itself() -> None:
    record = record_of("12345678901", ASKS, BlindKey.generate().public)
    with pytest.raises(BadCode) as refused:
        blind.compare(record, record)
    assert refused.value.reason is CodeReason.NOT_A_POINT


@pytest.mark.parametrize(
    ("read", "size", "points"), [(Blurred.from_bytes, 128, 2), (Share.from_bytes, 96, 1)]
)
def test_what_keepers_send_is_read_strictly(read: Callable[[bytes], object], size: int, points: int) -> None:
    good = BlindKey.generate().public
    for data, reason in (
        (bytes(size - 1), CodeReason.MALFORMED),
        (bytes(size), CodeReason.NOT_A_POINT),
        (good * points + b"\xff" * 64, CodeReason.MALFORMED),
        (b"\xff" * 32 * points + bytes(64), CodeReason.NOT_A_POINT),
    ):
        with pytest.raises(BadCode) as refused:
            read(data)
        assert refused.value.reason is reason


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


@patient
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
