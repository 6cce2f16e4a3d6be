"""Blind conversion of codes (research; off by default): the network turns A's code into B's without seeing either.

The inquirer encrypts its code with ElGamal on ristretto255 for everybody who is to read it: the provider's gateway, the two keepers of the records, the portal. The network
multiplies both halves of a ciphertext by ``x_B / x_A`` and re-randomises them; the provider decrypts exactly the code that ``codes.CodeKeys.convert`` would have given. The
network's own record of the person is such a ciphertext too, under a key whose halves two keepers hold: whether two records are of one person is found by both
together, and neither alone.

Camenisch & Lehmann, CCS 2015 and EuroS&P 2017; the test of equality: Jakobsson & Juels, ASIACRYPT 2000; the proofs: Chaum & Pedersen, CRYPTO 1992.
How exchanges use it, and what the law would need for it: docs/protocols/blind.md.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mynumber.foundation.codes import POINT_BYTES, BadCode, Code, CodeKeys, CodeReason, check_element
from mynumber.foundation.ristretto import group

SCALAR_BYTES: Final = 32
PROOF_BYTES: Final = 2 * SCALAR_BYTES
KEY_BYTES: Final = POINT_BYTES + PROOF_BYTES
CIPHER_BYTES: Final = 2 * POINT_BYTES
_ZERO: Final = bytes(POINT_BYTES)
_ONE: Final = b"\1" + bytes(SCALAR_BYTES - 1)


# --- proofs: one number stands behind several products -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proof:
    """That somebody knows the one number by which several points were multiplied (Chaum-Pedersen, made non-interactive): two scalars."""

    challenge: bytes
    response: bytes

    def __post_init__(self) -> None:
        _check_scalar(self.challenge)
        _check_scalar(self.response)

    def to_bytes(self) -> bytes:
        """64 bytes."""
        return self.challenge + self.response

    @classmethod
    def from_bytes(cls, data: bytes) -> "Proof":
        """Raises BadCode(MALFORMED)."""
        if len(data) != PROOF_BYTES:
            raise BadCode(CodeReason.MALFORMED, "a proof is two scalars")
        return cls(data[:SCALAR_BYTES], data[SCALAR_BYTES:])


def _prove(secret: bytes, bases: Sequence[bytes], products: Sequence[bytes], context: bytes) -> Proof:
    nonce = _random_scalar()
    challenge = _challenge(context, bases, products, [_times(nonce, base) for base in bases])
    answer = group.crypto_core_ristretto255_scalar_mul(challenge, secret)
    return Proof(challenge, bytes(group.crypto_core_ristretto255_scalar_add(nonce, answer)))


def _is_proven(proof: Proof, bases: Sequence[bytes], products: Sequence[bytes], context: bytes) -> bool:
    try:
        for point in (*bases, *products):
            check_element(point)
        promised = [
            _subtract(_times(proof.response, base), _times(proof.challenge, product))
            for base, product in zip(bases, products, strict=True)
        ]
    except BadCode:
        return False
    return hmac.compare_digest(_challenge(context, bases, products, promised), proof.challenge)


def _challenge(
    context: bytes, bases: Sequence[bytes], products: Sequence[bytes], promised: Sequence[bytes]
) -> bytes:
    spoken = hashlib.sha512(b"mynumber blind proof v2\0" + hashlib.sha512(context).digest())
    spoken.update(bytes([len(bases)]) + b"".join((*bases, *products, *promised)))
    return bytes(group.crypto_core_ristretto255_scalar_reduce(spoken.digest()))


# --- keys ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BlindKey:
    """A secret that opens blinded codes (32 bytes, a scalar)."""

    scalar: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_scalar(self.scalar)
        if self.scalar == _ZERO:
            raise BadCode(CodeReason.BAD_KEYS, "a key is not zero")

    @classmethod
    def generate(cls) -> "BlindKey":
        """A new random key."""
        return cls(_random_scalar())

    @property
    def public(self) -> bytes:
        """The key that others encrypt to (32 bytes, a point)."""
        return _base(self.scalar)

    def listed(self, owner: str) -> bytes:
        """The public key with a proof that its owner knows the secret (96 bytes), as a directory lists it.

        Without the proof the second keeper of the records could choose its key as the difference to the first one's and hold the joint key alone.
        """
        public = self.public
        return public + _prove(self.scalar, [_BASE], [public], _owner(owner)).to_bytes()


def read_listed(listed: bytes, owner: str) -> bytes:
    """The public key of a listing. Raises BadCode: MALFORMED, NOT_A_POINT, BAD_KEYS when the proof is not of this owner."""
    if len(listed) != KEY_BYTES:
        raise BadCode(CodeReason.MALFORMED, "a listed key is a point and a proof")
    public, proof = listed[:POINT_BYTES], Proof.from_bytes(listed[POINT_BYTES:])
    check_element(public)
    if not _is_proven(proof, [_BASE], [public], _owner(owner)):
        raise BadCode(CodeReason.BAD_KEYS, "the owner did not prove that it knows this key")
    return public


def _owner(owner: str) -> bytes:
    return b"mynumber blind key of\0" + owner.encode()


def joint_public(first: bytes, second: bytes) -> bytes:
    """The key of records: what one keeper alone cannot open. first, second: the keepers' public keys, each read from its listing."""
    check_element(first)
    check_element(second)
    return _add(first, second)


# --- codes, blinded ------------------------------------------------------------------------------------------------------


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
        if len(data) != CIPHER_BYTES:
            raise BadCode(CodeReason.MALFORMED, "a blinded code is two points")
        return cls(version, data[:POINT_BYTES], data[POINT_BYTES:])


def encrypt(code: Code, to: bytes) -> BlindCode:
    """Blind a code for the holder of a public key. Two blindings of one code look alike to nobody. Raises BadCode(NOT_A_POINT)."""
    check_element(to)
    random = _random_scalar()
    return BlindCode(code.version, _base(random), _add(code.point, _times(random, to)))


@dataclass(frozen=True, slots=True)
class BlindRequest:
    """One code blinded for several keys, with a proof that it is one code.

    Without the proof an inquirer could ask about one person and have another's record written.
    """

    version: int
    hint: bytes
    """r * G, the same for all keys."""
    masked: tuple[bytes, ...]
    """code + r * Y for each key."""
    proof: Proof

    def __post_init__(self) -> None:
        for point in (self.hint, *self.masked):
            check_element(point)

    def for_key(self, place: int) -> BlindCode:
        """The ciphertext for one of the keys, in the order in which they were given."""
        return BlindCode(self.version, self.hint, self.masked[place])

    def to_bytes(self) -> bytes:
        """The points, then the proof; the version travels beside them."""
        return self.hint + b"".join(self.masked) + self.proof.to_bytes()

    @classmethod
    def from_bytes(cls, version: int, data: bytes, *, keys: int) -> "BlindRequest":
        """Read what ``to_bytes`` wrote for so many keys. Raises BadCode: MALFORMED, NOT_A_POINT."""
        if len(data) != (1 + keys) * POINT_BYTES + PROOF_BYTES:
            raise BadCode(CodeReason.MALFORMED, "a blind request has one point more than keys, and a proof")
        points = [
            data[start : start + POINT_BYTES] for start in range(0, (1 + keys) * POINT_BYTES, POINT_BYTES)
        ]
        return cls(version, points[0], tuple(points[1:]), Proof.from_bytes(data[-PROOF_BYTES:]))


def request(code: Code, keys: Sequence[bytes], *, context: bytes) -> BlindRequest:
    """Blind a code for an inquiry, for two keys or more. context: what the proof is bound to, such as request id and parties.

    One random number serves all ciphertexts, so a proof of equal logarithms is all that is needed. Raises BadCode(NOT_A_POINT).
    """
    for key in keys:
        check_element(key)
    random = _random_scalar()
    hint = _base(random)
    masks = [_times(random, key) for key in keys]
    masked = tuple(_add(code.point, mask) for mask in masks)
    products = [hint, *(_subtract(masks[0], mask) for mask in masks[1:])]
    return BlindRequest(code.version, hint, masked, _prove(random, _between(keys), products, context))


def is_one_code(asked: BlindRequest, keys: Sequence[bytes], *, context: bytes) -> bool:
    """Whether all ciphertexts hold the same code for these keys: the network checks it before it converts."""
    if len(keys) != len(asked.masked):
        return False
    try:
        products = [asked.hint, *(_subtract(asked.masked[0], masked) for masked in asked.masked[1:])]
        return _is_proven(asked.proof, _between(keys), products, context)
    except BadCode:
        return False


def _between(keys: Sequence[bytes]) -> list[bytes]:
    """What the random number was multiplied with: G, and the difference of the first key to each other one."""
    return [_BASE, *(_subtract(keys[0], key) for key in keys[1:])]


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


# --- whether two records are of one person -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """The quotient of two record ciphertexts; each keeper raises it to a random power, so that it opens to nothing but yes or no."""

    hint: bytes
    masked: bytes

    def __post_init__(self) -> None:
        for point in (self.hint, self.masked):
            check_element(point)


@dataclass(frozen=True, slots=True)
class Blurred:
    """A comparison after one keeper, with the proof that it is still the same one."""

    comparison: Comparison
    proof: Proof

    def to_bytes(self) -> bytes:
        """128 bytes."""
        return self.comparison.hint + self.comparison.masked + self.proof.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Blurred":
        """Raises BadCode: MALFORMED, NOT_A_POINT."""
        if len(data) != CIPHER_BYTES + PROOF_BYTES:
            raise BadCode(CodeReason.MALFORMED, "a blurred comparison is two points and a proof")
        return cls(
            Comparison(data[:POINT_BYTES], data[POINT_BYTES:CIPHER_BYTES]),
            Proof.from_bytes(data[CIPHER_BYTES:]),
        )


@dataclass(frozen=True, slots=True)
class Share:
    """A keeper's part of the opening, with the proof that it was made with its key."""

    point: bytes
    proof: Proof

    def __post_init__(self) -> None:
        check_element(self.point)

    def to_bytes(self) -> bytes:
        """96 bytes."""
        return self.point + self.proof.to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Share":
        """Raises BadCode: MALFORMED, NOT_A_POINT."""
        if len(data) != POINT_BYTES + PROOF_BYTES:
            raise BadCode(CodeReason.MALFORMED, "a share is a point and a proof")
        return cls(data[:POINT_BYTES], Proof.from_bytes(data[POINT_BYTES:]))


def compare(one: BlindCode, other: BlindCode) -> Comparison:
    """Begin a comparison. Raises BadCode: UNKNOWN_VERSION when the versions differ (rotate first), NOT_A_POINT when it is one ciphertext twice."""
    if one.version != other.version:
        raise BadCode(CodeReason.UNKNOWN_VERSION, "records of different versions cannot be compared")
    return Comparison(_subtract(one.hint, other.hint), _subtract(one.masked, other.masked))


def blur(comparison: Comparison, *, context: bytes) -> Blurred:
    """Each keeper does this once, so that the difference of two people says nothing about either."""
    random = _random_scalar()
    blurred = Comparison(_times(random, comparison.hint), _times(random, comparison.masked))
    before, after = (comparison.hint, comparison.masked), (blurred.hint, blurred.masked)
    return Blurred(blurred, _prove(random, before, after, context))


def is_blurred(blurred: Blurred, comparison: Comparison, *, context: bytes) -> bool:
    """Whether a keeper blurred this comparison and put no other in its place."""
    after = blurred.comparison
    return _is_proven(
        blurred.proof, (comparison.hint, comparison.masked), (after.hint, after.masked), context
    )


def share(comparison: Comparison, keeper: BlindKey, *, context: bytes) -> Share:
    """A keeper's part of the opening of what both have blurred."""
    point = _times(keeper.scalar, comparison.hint)
    return Share(point, _prove(keeper.scalar, (_BASE, comparison.hint), (keeper.public, point), context))


def is_share(part: Share, comparison: Comparison, public: bytes, *, context: bytes) -> bool:
    """Whether a part was made with the key of this keeper."""
    return _is_proven(part.proof, (_BASE, comparison.hint), (public, part.point), context)


def is_same_person(comparison: Comparison, first: Share, second: Share) -> bool:
    """Open a comparison with both parts, after both keepers blurred it."""
    together = group.crypto_core_ristretto255_add(first.point, second.point)
    return hmac.compare_digest(group.crypto_core_ristretto255_sub(comparison.masked, together), _ZERO)


# --- the group -----------------------------------------------------------------------------------------------------------


def _random_scalar() -> bytes:
    while (scalar := bytes(group.crypto_core_ristretto255_scalar_reduce(secrets.token_bytes(64)))) == _ZERO:
        pass
    return scalar


def _check_scalar(scalar: bytes) -> None:
    if (
        len(scalar) != SCALAR_BYTES
        or group.crypto_core_ristretto255_scalar_reduce(scalar + bytes(SCALAR_BYTES)) != scalar
    ):
        raise BadCode(CodeReason.MALFORMED, "not the one spelling of a scalar")


def _base(scalar: bytes) -> bytes:
    return bytes(group.crypto_scalarmult_ristretto255_base(scalar))


_BASE: Final = _base(_ONE)


def _times(scalar: bytes, point: bytes) -> bytes:
    try:
        return bytes(group.crypto_scalarmult_ristretto255(scalar, point))
    except (RuntimeError, ValueError):
        raise BadCode(CodeReason.NOT_A_POINT, "a blinded code is not made of elements of the group") from None


def _add(one: bytes, other: bytes) -> bytes:
    return _element(group.crypto_core_ristretto255_add(one, other))


def _subtract(one: bytes, other: bytes) -> bytes:
    return _element(group.crypto_core_ristretto255_sub(one, other))


def _element(point: bytes) -> bytes:
    """What the library made of two elements is one; only the identity is not to be."""
    if point == _ZERO:
        raise BadCode(CodeReason.NOT_A_POINT, "the code is not an element of the group")
    return bytes(point)
