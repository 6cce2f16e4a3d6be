"""Blind conversion of codes (research; off by default): the network turns A's code into B's without seeing either.

The inquirer encrypts its code for the provider's gateway with ElGamal on ristretto255; the network multiplies both halves by ``x_B / x_A`` and
re-randomises them; the provider decrypts exactly the code that ``codes.CodeKeys.convert`` would have given. The network's own record of the person is such a
ciphertext too, under a key whose halves two keepers hold: whether two records are of one person is found by both together, and neither alone.

Camenisch & Lehmann, CCS 2015 and EuroS&P 2017; the test of equality: Jakobsson & Juels, ASIACRYPT 2000. What the law would need for it: docs/protocols/blind.md.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

from rbcl import rbcl as group

from mynumber.foundation.codes import POINT_BYTES, BadCode, Code, CodeKeys, CodeReason, check_element

_ZERO: Final = bytes(POINT_BYTES)


@dataclass(frozen=True, slots=True)
class BlindKey:
    """A secret that opens blinded codes (32 bytes, a scalar)."""

    scalar: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> "BlindKey":
        return cls(group.crypto_core_ristretto255_scalar_random())

    @property
    def public(self) -> bytes:
        """The key that others encrypt to (32 bytes, a point)."""
        point: bytes = group.crypto_scalarmult_ristretto255_base(self.scalar)
        return point


@dataclass(frozen=True, slots=True)
class BlindCode:
    """A code that only the holder of one key can read: two points of 32 bytes, and the version of the code inside."""

    version: int
    hint: bytes
    """r * G."""
    masked: bytes
    """code + r * Y."""

    def __post_init__(self) -> None:
        for point in (self.hint, self.masked):
            check_element(point)

    def to_bytes(self) -> bytes:
        """64 bytes; the version travels beside it."""
        return self.hint + self.masked

    @classmethod
    def from_bytes(cls, version: int, data: bytes) -> "BlindCode":
        """Raises BadCode: MALFORMED, NOT_A_POINT."""
        if len(data) != 2 * POINT_BYTES:
            raise BadCode(CodeReason.MALFORMED, "a blinded code is two points")
        return cls(version, data[:POINT_BYTES], data[POINT_BYTES:])


def encrypt(code: Code, to: bytes) -> BlindCode:
    """Blind a code for the holder of a public key. Two blindings of one code look alike to nobody. Raises BadCode(NOT_A_POINT)."""
    check_element(to)
    random = _random_scalar()
    return BlindCode(code.version, _base(random), _add(code.point, _times(random, to)))


@dataclass(frozen=True, slots=True)
class BlindRequest:
    """One code blinded for two keys, the provider's and that of the records, with a proof that it is one code.

    Without the proof an inquirer could ask about one person and have another's record written.
    """

    version: int
    hint: bytes
    for_provider: bytes
    for_records: bytes
    challenge: bytes
    response: bytes

    @property
    def provider_code(self) -> BlindCode:
        return BlindCode(self.version, self.hint, self.for_provider)

    @property
    def record_code(self) -> BlindCode:
        return BlindCode(self.version, self.hint, self.for_records)


def request(code: Code, provider_key: bytes, record_key: bytes, *, context: bytes) -> BlindRequest:
    """Blind a code for an inquiry. context: what the proof is bound to, such as request id and parties.

    One random number serves both ciphertexts, so a Chaum-Pedersen proof of equal logarithms is all that is needed.
    """
    check_element(provider_key)
    check_element(record_key)
    random, nonce = _random_scalar(), _random_scalar()
    between = _subtract(provider_key, record_key)
    hint = _base(random)
    masked = _add(code.point, _times(random, provider_key)), _add(code.point, _times(random, record_key))
    challenge = _challenge(context, between, hint, *masked, _base(nonce), _times(nonce, between))
    answer = group.crypto_core_ristretto255_scalar_mul(challenge, random)
    response = bytes(group.crypto_core_ristretto255_scalar_add(nonce, answer))
    return BlindRequest(code.version, hint, *masked, challenge, response)


def is_one_code(asked: BlindRequest, provider_key: bytes, record_key: bytes, *, context: bytes) -> bool:
    """Whether both ciphertexts hold the same code: the network checks it before it converts."""
    try:
        for point in (asked.hint, asked.for_provider, asked.for_records, provider_key, record_key):
            check_element(point)
        between = _subtract(provider_key, record_key)
        difference = _subtract(asked.for_provider, asked.for_records)
        first = _subtract(_base(asked.response), _times(asked.challenge, asked.hint))
        second = _subtract(_times(asked.response, between), _times(asked.challenge, difference))
    except (BadCode, RuntimeError, ValueError):
        return False
    expected = _challenge(context, between, asked.hint, asked.for_provider, asked.for_records, first, second)
    return hmac.compare_digest(expected, asked.challenge)


def convert(blinded: BlindCode, keys: CodeKeys, source: str, to: str, *, key: bytes) -> BlindCode:
    """What the network does: the code of the same person at ``to``, still blinded for ``key``, and unlinkable to what came in.

    Raises BadCode: NOT_A_POINT, UNKNOWN_VERSION, BAD_DOMAIN.
    """
    check_element(key)
    ratio, random = keys.ratio(blinded.version, source, to), _random_scalar()
    return BlindCode(
        blinded.version,
        _add(_times(ratio, blinded.hint), _base(random)),
        _add(_times(ratio, blinded.masked), _times(random, key)),
    )


def decrypt(blinded: BlindCode, key: BlindKey) -> Code:
    """What the provider does. A ciphertext for another key gives a code that nobody holds. Raises BadCode(NOT_A_POINT)."""
    return Code(blinded.version, _subtract(blinded.masked, _times(key.scalar, blinded.hint)))


# --- whether two records are of one person ------------------------------------------------------------------------------


def joint_public(first: bytes, second: bytes) -> bytes:
    """The key of records: what one keeper alone cannot open. first, second: the keepers' public keys."""
    check_element(first)
    check_element(second)
    return _add(first, second)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The quotient of two record ciphertexts, raised by each keeper to a random power: it opens to nothing but yes or no."""

    hint: bytes
    masked: bytes


def compare(one: BlindCode, other: BlindCode) -> Comparison:
    """Begin a comparison. Raises BadCode(UNKNOWN_VERSION) when the versions differ: rotate first."""
    if one.version != other.version:
        raise BadCode(CodeReason.UNKNOWN_VERSION, "records of different versions cannot be compared")
    return Comparison(_subtract_any(one.hint, other.hint), _subtract_any(one.masked, other.masked))


def blur(comparison: Comparison) -> Comparison:
    """Each keeper does this once, so that the difference of two people says nothing about either."""
    random = _random_scalar()
    return Comparison(_times_any(random, comparison.hint), _times_any(random, comparison.masked))


def share(comparison: Comparison, keeper: BlindKey) -> bytes:
    """A keeper's part of the opening (32 bytes)."""
    return _times_any(keeper.scalar, comparison.hint)


def is_same_person(comparison: Comparison, first_share: bytes, second_share: bytes) -> bool:
    """Open a comparison with both parts, after both keepers blurred it."""
    together = group.crypto_core_ristretto255_add(first_share, second_share)
    return hmac.compare_digest(_subtract_any(comparison.masked, together), _ZERO)


def _challenge(context: bytes, *points: bytes) -> bytes:
    spoken = hashlib.sha512(
        b"mynumber blind request v1\0" + hashlib.sha512(context).digest() + b"".join(points)
    )
    return bytes(group.crypto_core_ristretto255_scalar_reduce(spoken.digest()))


# --- the group ----------------------------------------------------------------------------------------------------------


def _random_scalar() -> bytes:
    while (scalar := bytes(group.crypto_core_ristretto255_scalar_reduce(secrets.token_bytes(64)))) == _ZERO:
        pass
    return scalar


def _base(scalar: bytes) -> bytes:
    return bytes(group.crypto_scalarmult_ristretto255_base(scalar))


def _times(scalar: bytes, point: bytes) -> bytes:
    try:
        return bytes(group.crypto_scalarmult_ristretto255(scalar, point))
    except (RuntimeError, ValueError):
        raise BadCode(CodeReason.NOT_A_POINT, "a blinded code is not made of elements of the group") from None


def _times_any(scalar: bytes, point: bytes) -> bytes:
    """As `_times`; the identity, which libsodium refuses, stays what it is: it is what two records of one person give."""
    return _ZERO if point == _ZERO else _times(scalar, point)


def _add(one: bytes, other: bytes) -> bytes:
    return _element(group.crypto_core_ristretto255_add(one, other))


def _subtract(one: bytes, other: bytes) -> bytes:
    return _element(group.crypto_core_ristretto255_sub(one, other))


def _subtract_any(one: bytes, other: bytes) -> bytes:
    return bytes(group.crypto_core_ristretto255_sub(one, other))


def _element(point: bytes) -> bytes:
    check_element(point)
    return bytes(point)
