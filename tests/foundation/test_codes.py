"""Codes: the four properties of Cabinet Order 27(5), conversion, rotation, and what is no code."""

from fractions import Fraction
from itertools import count

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mynumber.foundation.codes import BadCode, Code, CodeKeys, CodeReason
from mynumber.foundation.numbers import ResidentCode
from mynumber.foundation.ristretto import group

KEYS = CodeKeys.generate(1).with_new_domains().with_new_domains()
V1 = CodeKeys.generate(1)

people = st.integers(0, 10**11 - 1).map(lambda number: f"{number:011d}")
domains = st.text("abcdefghijklmnopqrstuvwxyz_.0123456789", min_size=1, max_size=40)


def refusal(call: object, *arguments: object) -> CodeReason:
    assert callable(call)
    with pytest.raises(BadCode) as caught:
        call(*arguments)
    return caught.value.reason


@given(person=people, source=domains, to=domains)
def test_a_converted_code_is_the_code_that_would_have_been_issued(person: str, source: str, to: str) -> None:
    assert KEYS.convert(KEYS.issue(source, person), source, to) == KEYS.issue(to, person)


@given(person=people, a=domains, b=domains, c=domains)
def test_conversions_compose_and_lead_back(person: str, a: str, b: str, c: str) -> None:
    code = KEYS.issue(a, person)
    assert KEYS.convert(KEYS.convert(code, a, b), b, c) == KEYS.convert(code, a, c)
    assert KEYS.convert(KEYS.convert(code, a, b), b, a) == code
    assert KEYS.convert(code, a, a) == code


@given(
    persons=st.lists(people, min_size=2, max_size=6, unique=True),
    institutions=st.sets(domains, min_size=2, max_size=4),
)
def test_codes_differ_between_persons_and_between_institutions(
    persons: list[str], institutions: set[str]
) -> None:
    points = {KEYS.issue(domain, person).point for person in persons for domain in institutions}
    assert len(points) == len(persons) * len(institutions)


@given(person=people, domain=domains)
def test_a_code_is_always_the_same_and_says_nothing_of_its_resident_code(person: str, domain: str) -> None:
    code = KEYS.issue(domain, person)
    assert code == KEYS.issue(domain, person) == KEYS.issue(domain, ResidentCode(person))
    assert person.encode() not in code.point
    assert person not in code.to_text()
    # without the keys there is nothing to compute it with: other keys give other codes
    assert CodeKeys.generate(3).issue(domain, person).point != code.point


@given(person=people, other=people, a=domains, b=domains)
def test_sameness_is_told_across_institutions(person: str, other: str, a: str, b: str) -> None:
    assume(person != other)
    assert KEYS.same_person(KEYS.issue(a, person), a, KEYS.issue(b, person), b)
    assert not KEYS.same_person(KEYS.issue(a, person), a, KEYS.issue(b, other), b)


@given(person=people, a=domains, b=domains)
def test_a_code_of_another_institution_converts_to_nobodys(person: str, a: str, b: str) -> None:
    assume(a != b)
    assert KEYS.convert(KEYS.issue(a, person), b, "network") != KEYS.issue("network", person)


@given(person=people, a=domains, b=domains, versions=st.permutations([1, 2, 3]))
def test_codes_rotate_in_place_in_any_order(person: str, a: str, b: str, versions: list[int]) -> None:
    code = KEYS.issue(a, person)
    for version in versions:
        code = KEYS.rotate(code, a, version)
        assert code.version == version
        assert KEYS.same_person(code, a, KEYS.issue(b, person), b)
        assert KEYS.convert(code, a, b) == KEYS.rotate(KEYS.issue(b, person), b, version)
        assert KEYS.convert_to(code, a, b, KEYS.current) == KEYS.issue(b, person)
    assert KEYS.rotate(code, a, KEYS.current) == KEYS.issue(a, person)


def test_a_rotated_code_is_the_code_that_the_old_keys_had_issued() -> None:
    older = CodeKeys.generate(4)
    newer = older.with_new_domains()
    old, new = older.issue("jlis", "12345678901"), newer.issue("jlis", "12345678901")
    assert (old.version, new.version) == (4, 5)
    assert old.point != new.point
    assert newer.rotate(old, "jlis", 5) == new
    assert newer.rotate(new, "jlis", 4) == old


def test_codes_cannot_follow_a_new_root_and_are_acquired_anew() -> None:
    keys = V1.with_new_root()
    code = V1.issue("jlis", "12345678901")
    assert refusal(keys.rotate, code, "jlis", 2) is CodeReason.OTHER_ROOT
    assert refusal(keys.convert_to, code, "jlis", "network", 2) is CodeReason.OTHER_ROOT
    assert (
        refusal(keys.same_person, code, "jlis", keys.issue("jlis", "12345678901"), "jlis")
        is CodeReason.OTHER_ROOT
    )
    # while both versions are held, the old codes still work among themselves
    assert keys.convert(code, "jlis", "network") == V1.issue("network", "12345678901")


def test_a_version_is_forgotten_when_no_code_uses_it() -> None:
    keys = V1.with_new_domains()
    code = V1.issue("jlis", "12345678901")
    assert refusal(keys.without(1).rotate, code, "jlis", 2) is CodeReason.UNKNOWN_VERSION
    assert refusal(keys.without, 2) is CodeReason.UNKNOWN_VERSION
    assert refusal(keys.without, 9) is CodeReason.UNKNOWN_VERSION


@given(person=people, domain=domains)
@settings(max_examples=20)
def test_keys_come_back_from_bytes(person: str, domain: str) -> None:
    keys = KEYS.with_new_root()
    again = CodeKeys.from_bytes(keys.to_bytes())
    assert again.versions == (1, 2, 3, 4)
    assert again.current == 4
    assert again.issue(domain, person) == keys.issue(domain, person)
    assert again.rotate(KEYS.issue(domain, person), domain, 1) == KEYS.rotate(
        KEYS.issue(domain, person), domain, 1
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"mynumber code keys 1\n",
        b"mynumber code keys 2\n" + V1.to_bytes()[21:],
        V1.to_bytes()[:-1],
        V1.to_bytes() + b"\0",
        V1.to_bytes() + V1.to_bytes()[25:],  # a version twice
        V1.to_bytes()[:21] + b"\0\0\0\2" + V1.to_bytes()[25:],  # a current version that is not there
        V1.to_bytes()[:21] + bytes(8) + V1.to_bytes()[29:],  # version 0
        V1.to_bytes()[:21] + b"\xff" * 8 + V1.to_bytes()[29:],
    ],
    ids=count(),  # keys are random, and workers must agree on the names
)
def test_damaged_keys_are_refused(data: bytes) -> None:
    assert refusal(CodeKeys.from_bytes, data) is CodeReason.BAD_KEYS


@pytest.mark.parametrize("version", [0, -1, 1_000_000])
def test_versions_have_a_range(version: int) -> None:
    assert refusal(CodeKeys.generate, version) is CodeReason.UNKNOWN_VERSION


# --- the text form ---------------------------------------------------------------------------------------------------------


@given(person=people, domain=domains)
def test_a_code_comes_back_from_its_text(person: str, domain: str) -> None:
    code = KEYS.issue(domain, person)
    assert Code.parse(code.to_text()) == code


GOOD = KEYS.issue("jlis", "12345678901").to_text()
BARE = GOOD.partition(".")[2]
FIELD_PRIME = 2**255 - 19


def text_of(number: int) -> str:
    return Code(1, number.to_bytes(32, "little")).to_text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", CodeReason.MALFORMED),
        (".", CodeReason.MALFORMED),
        (BARE, CodeReason.MALFORMED),
        ("." + BARE, CodeReason.MALFORMED),
        ("0." + BARE, CodeReason.MALFORMED),
        ("01." + BARE, CodeReason.MALFORMED),
        ("1000000." + BARE, CodeReason.MALFORMED),
        ("+1." + BARE, CodeReason.MALFORMED),
        ("-1." + BARE, CodeReason.MALFORMED),
        ("1_0." + BARE, CodeReason.MALFORMED),
        ("1e0." + BARE, CodeReason.MALFORMED),
        ("１." + BARE, CodeReason.MALFORMED),
        ("²." + BARE, CodeReason.MALFORMED),
        ("1:" + BARE, CodeReason.MALFORMED),
        (" " + GOOD, CodeReason.MALFORMED),
        (GOOD + "\n", CodeReason.MALFORMED),
        (GOOD + "=", CodeReason.MALFORMED),
        (GOOD[:-1], CodeReason.MALFORMED),
        (GOOD[:-1] + "\n", CodeReason.MALFORMED),
        (GOOD[:-1] + "=", CodeReason.MALFORMED),
        (GOOD + "A", CodeReason.MALFORMED),
        ("3." + "A" * 42 + "B", CodeReason.MALFORMED),  # stray bits
        ("3." + "+" * 43, CodeReason.MALFORMED),  # standard base64
        ("3." + "/" * 43, CodeReason.MALFORMED),
        ("3." + "é" * 43, CodeReason.MALFORMED),
        ("3." + "A" * 20 + "." + "A" * 22, CodeReason.MALFORMED),
        ("3." + "A" * 20 + "\0" + "A" * 22, CodeReason.MALFORMED),
        ("3." + "A" * 43, CodeReason.NOT_A_POINT),  # the identity
        (text_of(1), CodeReason.NOT_A_POINT),  # odd: negative
        (text_of(FIELD_PRIME), CodeReason.NOT_A_POINT),  # zero, not reduced
        (text_of(FIELD_PRIME - 1), CodeReason.NOT_A_POINT),
        (text_of(FIELD_PRIME + 2), CodeReason.NOT_A_POINT),
        (text_of(2**256 - 1), CodeReason.NOT_A_POINT),
        (text_of(2**255), CodeReason.NOT_A_POINT),
    ],
    ids=count(),  # keys are random, and workers must agree on the names
)
def test_what_is_no_code_is_refused_with_its_reason(text: str, reason: CodeReason) -> None:
    assert refusal(Code.parse, text) is reason


# RFC 9496, appendix A.2: encodings that a ristretto255 decoder refuses (non-canonical, negative, no square root, negative xy, s = -1, y = 0).
BAD_ENCODINGS = [
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
    "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
    "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
    "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
    "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
    "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
    "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
    "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
    "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
    "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
    "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
    "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
    "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
    "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
    "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
    "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
    "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("encoding", BAD_ENCODINGS)
def test_bad_encodings_of_the_standard_are_refused_everywhere(encoding: str) -> None:
    code = Code(1, bytes.fromhex(encoding))
    assert refusal(Code.parse, code.to_text()) is CodeReason.NOT_A_POINT
    assert refusal(KEYS.convert, code, "a", "b") is CodeReason.NOT_A_POINT
    assert refusal(KEYS.rotate, code, "a", 2) is CodeReason.NOT_A_POINT
    assert (
        refusal(KEYS.same_person, KEYS.rotate(KEYS.issue("a", "12345678901"), "a", 1), "a", code, "b")
        is CodeReason.NOT_A_POINT
    )


def test_the_identity_is_nobodys_code() -> None:
    identity = Code(1, bytes(32))
    assert refusal(KEYS.convert, identity, "a", "b") is CodeReason.NOT_A_POINT
    assert refusal(KEYS.rotate, identity, "a", 2) is CodeReason.NOT_A_POINT


@given(st.binary(min_size=32, max_size=32), st.integers(1, 3))
def test_noise_is_converted_or_refused_as_no_point(noise: bytes, version: int) -> None:
    code = Code(version, noise)
    outcome: Code | CodeReason
    try:
        outcome = KEYS.convert(code, "a", "b")
    except BadCode as error:
        outcome = error.reason
    if isinstance(outcome, Code):
        assert Code.parse(code.to_text()) == code
        assert KEYS.convert(outcome, "b", "a") == code
    else:
        assert outcome is CodeReason.NOT_A_POINT
        assert refusal(Code.parse, code.to_text()) is CodeReason.NOT_A_POINT


@given(person=people)
def test_a_code_has_one_encoding(person: str) -> None:
    """The library under it ignores the highest bit; a code with that bit is refused, not read as the code without it."""
    point = bytearray(KEYS.issue("a", person).point)
    point[31] |= 0x80
    code = Code(3, bytes(point))
    assert refusal(Code.parse, code.to_text()) is CodeReason.NOT_A_POINT
    assert refusal(KEYS.convert, code, "a", "b") is CodeReason.NOT_A_POINT


@given(st.text(max_size=60))
def test_noise_is_no_code(noise: str) -> None:
    assert refusal(Code.parse, noise) is CodeReason.MALFORMED


@pytest.mark.parametrize(
    ("version", "point"), [(0, bytes(32)), (-1, bytes(32)), (1, bytes(31)), (1, b""), (1_000_000, bytes(32))]
)
def test_a_code_has_a_version_and_32_bytes(version: int, point: bytes) -> None:
    assert refusal(Code, version, point) is CodeReason.MALFORMED


def test_unknown_versions_and_bad_names_are_refused() -> None:
    code = KEYS.issue("a", "12345678901")
    assert refusal(KEYS.convert, Code(9, code.point), "a", "b") is CodeReason.UNKNOWN_VERSION
    assert refusal(KEYS.rotate, code, "a", 9) is CodeReason.UNKNOWN_VERSION
    for domain in ("", "a" * 129, "é", "a\n", "\0"):
        assert refusal(KEYS.issue, domain, "12345678901") is CodeReason.BAD_DOMAIN
        assert refusal(KEYS.convert, code, domain, "b") is CodeReason.BAD_DOMAIN
        assert refusal(KEYS.convert, code, "a", domain) is CodeReason.BAD_DOMAIN


@pytest.mark.parametrize(
    "person", ["", "1234567890", "123456789012", "1234567890a", "１２３４５６７８９０１", " 2345678901"]
)
def test_a_code_is_made_of_a_resident_code_only(person: str) -> None:
    with pytest.raises(BadCode) as caught:
        KEYS.issue("a", person)
    assert caught.value.reason is CodeReason.BAD_RESIDENT_CODE
    assert not person.strip() or person not in str(caught.value)


def test_codes_and_keys_do_not_print_themselves() -> None:
    code = KEYS.issue("jlis", "12345678901")
    for text in (repr(code), str(code), f"{code}", repr([code])):
        assert code.to_text().partition(".")[2][:6] not in text
        assert code.point.hex()[:8] not in text
    assert repr(code) == "Code(version=3, ***)"
    assert repr(KEYS) == "CodeKeys(versions=[1, 2, 3], current=3, ***)"


def test_a_conversion_is_one_multiplication_of_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost that the design promises: no table, no second multiplication."""
    calls: list[bytes] = []
    multiply = group.crypto_scalarmult_ristretto255

    def counting(scalar: bytes, point: bytes) -> bytes:
        calls.append(point)
        product: bytes = multiply(scalar, point)
        return product

    code = KEYS.issue("a", "12345678901")
    monkeypatch.setattr(group, "crypto_scalarmult_ristretto255", counting)
    KEYS.convert(code, "a", "b")
    assert calls == [code.point]


def test_first_bytes_of_codes_are_spread_evenly() -> None:
    """No regularity (Cabinet Order 27(5)(ii)): codes of consecutive resident codes share their first byte no more than chance lets them."""
    counts = [0] * 64
    for number in range(3200):
        counts[V1.issue("jlis", f"{number:011d}").point[0] >> 2] += 1
    chi_squared = sum(Fraction((count - 50) ** 2, 50) for count in counts)
    assert chi_squared < 150  # 63 degrees of freedom: exceeded by chance once in 10^8
