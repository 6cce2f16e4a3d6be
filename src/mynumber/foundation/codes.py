"""Institution-specific codes (符号, Cabinet Order art. 27): made, converted and compared on ristretto255.

A person is the point ``P = H(k_root, resident code)``; the code of institution *i* is ``x_i * P``. The network alone holds ``k_root`` and the
scalars. From a code nobody without them computes the person's code elsewhere or the resident code (Cabinet Order 27(5)(ii)), and the four properties
that the order demands follow: the code is made from the resident code, does not lead back, differs between persons, differs between
institutions. To convert A's code for B is one multiplication by ``x_B / x_A``: there is no table of persons to keep or lose.

Key versions, rotation and what a blind mode would need: docs/protocols/codes.md.
"""

import base64
import binascii
import hmac
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from mynumber.foundation.ristretto import group

POINT_BYTES: Final = 32
LARGEST_VERSION: Final = 999_999
LONGEST_DOMAIN: Final = 128
_TEXT_LENGTH: Final = 43  # base64url of 32 bytes without padding
_SECRET_BYTES: Final = 32
_CACHED_DOMAINS: Final = 16_384


class CodeReason(StrEnum):
    """Why a code was refused."""

    MALFORMED = "malformed"
    NOT_A_POINT = "not_a_point"
    UNKNOWN_VERSION = "unknown_version"
    OTHER_ROOT = "other_root"
    BAD_DOMAIN = "bad_domain"
    BAD_RESIDENT_CODE = "bad_resident_code"
    BAD_KEYS = "bad_keys"
    BAD_PROOF = "bad_proof"
    """Of :mod:`.blind`: what is proven is not what was said."""


class BadCode(ValueError):
    """A code, or what a code is made of, that cannot be used. The message never repeats it."""

    def __init__(self, reason: CodeReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


class HasDigits(Protocol):
    """Anything like ``numbers.ResidentCode``."""

    @property
    def digits(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Code:
    """符号: the number of one person at one institution. ``version`` is the key version, ``point`` 32 bytes.

    A code is personal: it prints itself masked. ``to_text`` is for messages and protected columns alone.
    """

    version: int
    point: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.point) != POINT_BYTES or not 1 <= self.version <= LARGEST_VERSION:
            raise BadCode(CodeReason.MALFORMED, "a code is a version of 1 to 999,999 and 32 bytes")

    def to_text(self) -> str:
        """``VERSION.BASE64URL``, such as ``1.`` and 43 characters; the one spelling of a code."""
        return f"{self.version}.{base64.urlsafe_b64encode(self.point)[:_TEXT_LENGTH].decode()}"

    @classmethod
    def parse(cls, text: str) -> "Code":
        """Read the one spelling. Raises BadCode: MALFORMED, or NOT_A_POINT for what no institution can have been given."""
        code = cls.read(text)
        check_element(code.point)
        return code

    @classmethod
    def read(cls, text: str) -> "Code":
        """Read the one spelling of what is converted or rotated next, which raises NOT_A_POINT by itself. Raises BadCode(MALFORMED)."""
        number, dot, encoded = text.partition(".")
        if not (
            dot and text.isascii() and number.isdigit() and len(number) <= 6 and len(encoded) == _TEXT_LENGTH
        ):
            raise BadCode(CodeReason.MALFORMED, "a code is a version, a full stop and 43 characters")
        try:
            point = binascii.a2b_base64(encoded.translate(_FROM_URL_ALPHABET) + "=")
        except binascii.Error:
            raise BadCode(CodeReason.MALFORMED, "the code is not base64url") from None
        code = cls(int(number), point)
        if code.to_text() != text:
            raise BadCode(CodeReason.MALFORMED, "the code is not in its one spelling")
        return code

    def __repr__(self) -> str:
        return f"Code(version={self.version}, ***)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class _Version:
    """The two secrets of one key version: ``root`` keys the hash of persons, ``domains`` the scalars of institutions."""

    root: bytes = field(repr=False)
    domains: bytes = field(repr=False)


class CodeKeys:
    """The network's secrets, several versions side by side. Immutable: a rotation returns a new object."""

    __slots__ = ("_ratios", "_scalars", "_versions", "current")

    def __init__(self, versions: Mapping[int, _Version], current: int) -> None:
        self._versions = dict(versions)
        self.current: Final = current
        """The version that new codes are made with."""
        self._scalars: dict[tuple[int, str], tuple[bytes, bytes]] = {}
        self._ratios: dict[tuple[int, str, str], bytes] = {}

    def __repr__(self) -> str:
        return f"CodeKeys(versions={sorted(self._versions)}, current={self.current}, ***)"

    # keys -------------------------------------------------------------------------------------------------------------

    @classmethod
    def generate(cls, version: int = 1) -> "CodeKeys":
        """New random secrets with one version (1 to 999,999)."""
        _check_version(version)
        return cls({version: _Version(_new_secret(), _new_secret())}, version)

    @property
    def versions(self) -> tuple[int, ...]:
        """All versions held, ascending."""
        return tuple(sorted(self._versions))

    def with_new_domains(self) -> "CodeKeys":
        """Add a version with new scalars for every institution, and make it current. Old codes rotate in place (``rotate``)."""
        return self._with(_Version(self._versions[self.current].root, _new_secret()))

    def with_new_root(self) -> "CodeKeys":
        """Add a version with a new root key as well. Codes of older versions cannot follow: their institutions acquire new ones."""
        return self._with(_Version(_new_secret(), _new_secret()))

    def without(self, version: int) -> "CodeKeys":
        """Forget a version that no code uses any more. The current one stays."""
        if version == self.current or version not in self._versions:
            raise BadCode(
                CodeReason.UNKNOWN_VERSION, "only a held version that is not current can be forgotten"
            )
        return CodeKeys({v: s for v, s in self._versions.items() if v != version}, self.current)

    def to_bytes(self) -> bytes:
        """For the key ring: magic, current version, then version, root and domain secret of each, ascending."""
        parts = [_MAGIC, struct.pack(">I", self.current)]
        parts += [
            struct.pack(">I", v) + self._versions[v].root + self._versions[v].domains for v in self.versions
        ]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> "CodeKeys":
        """Read what ``to_bytes`` wrote. Raises BadCode(BAD_KEYS)."""
        size = 4 + 2 * _SECRET_BYTES
        body = data[len(_MAGIC) + 4 :]
        if not data.startswith(_MAGIC) or not body or len(body) % size:
            raise BadCode(CodeReason.BAD_KEYS, "not the keys of codes")
        versions = {}
        for start in range(0, len(body), size):
            (version,) = struct.unpack_from(">I", body, start)
            secret = body[start + 4 : start + size]
            versions[version] = _Version(secret[:_SECRET_BYTES], secret[_SECRET_BYTES:])
        (current,) = struct.unpack_from(">I", data, len(_MAGIC))
        keys = cls(versions, current)
        if (
            current not in versions
            or not 1 <= min(versions) <= max(versions) <= LARGEST_VERSION
            or keys.to_bytes() != data
        ):
            raise BadCode(CodeReason.BAD_KEYS, "the keys of codes are damaged")
        return keys

    # codes ------------------------------------------------------------------------------------------------------------

    def issue(self, domain: str, resident_code: HasDigits | str) -> Code:
        """Make the code of a person for an institution with the current version (Cabinet Order 27(5)).

        ``resident_code`` is 11 digits (or has them as ``.digits``). The same person and institution always give the same code.
        """
        digits = resident_code if isinstance(resident_code, str) else resident_code.digits
        if not (len(digits) == 11 and digits.isascii() and digits.isdigit()):
            raise BadCode(CodeReason.BAD_RESIDENT_CODE, "a resident code has 11 digits")
        root = self._versions[self.current].root
        person = group.crypto_core_ristretto255_from_hash(
            hmac.digest(root, _PERSON + digits.encode(), "sha512")
        )
        scalar, _ = self._scalar(self.current, domain)
        return Code(self.current, _multiply(scalar, person))

    def convert(self, code: Code, source: str, to: str) -> Code:
        """The code of the same person at institution ``to``, in the version of ``code``: one scalar multiplication.

        A code that was not made for ``source`` gives a code that nobody holds.
        Raises BadCode: NOT_A_POINT, UNKNOWN_VERSION, BAD_DOMAIN.
        """
        return Code(code.version, _multiply(self.ratio(code.version, source, to), code.point))

    def convert_to(self, code: Code, source: str, to: str, version: int) -> Code:
        """The code of the same person at institution ``to`` in another version: one scalar multiplication as well.

        Raises BadCode as ``convert`` does, and OTHER_ROOT as ``rotate`` does.
        """
        if version == code.version:
            return self.convert(code, source, to)
        _, inverse = self._scalar(code.version, source)
        scalar, _ = self._scalar(version, to)
        if self._versions[code.version].root != self._versions[version].root:
            raise BadCode(
                CodeReason.OTHER_ROOT, "the versions have different root keys: acquire the code anew"
            )
        ratio = group.crypto_core_ristretto255_scalar_mul(scalar, inverse)
        return Code(version, _multiply(ratio, code.point))

    def ratio(self, version: int, source: str, to: str) -> bytes:
        """``x_to / x_source``: what turns a code of one institution into that of another. Raises BadCode: UNKNOWN_VERSION, BAD_DOMAIN."""
        known = self._ratios.get((version, source, to))
        if known is not None:
            return known
        _, inverse = self._scalar(version, source)
        scalar, _ = self._scalar(version, to)
        product: bytes = group.crypto_core_ristretto255_scalar_mul(scalar, inverse)
        if len(self._ratios) >= _CACHED_DOMAINS:
            self._ratios.clear()
        self._ratios[version, source, to] = product
        return product

    def same_person(self, code_a: Code, domain_a: str, code_b: Code, domain_b: str) -> bool:
        """Whether two codes denote one person (Cabinet Order 26(6)); the comparison takes constant time.

        Raises BadCode as ``convert`` and ``rotate`` do.
        """
        if code_b.version != code_a.version:
            code_b = self.rotate(code_b, domain_b, code_a.version)
        converted = self.convert(code_b, domain_b, domain_a)
        return hmac.compare_digest(converted.point, code_a.point)

    def rotate(self, code: Code, domain: str, to_version: int) -> Code:
        """The code of the same person at the same institution in another version: one scalar multiplication, no person looked up.

        Raises BadCode(OTHER_ROOT) when the two versions have different root keys: then the institution acquires the code anew (Act 21-2).
        """
        _, inverse = self._scalar(code.version, domain)
        scalar, _ = self._scalar(to_version, domain)
        if self._versions[code.version].root != self._versions[to_version].root:
            raise BadCode(
                CodeReason.OTHER_ROOT, "the versions have different root keys: acquire the code anew"
            )
        ratio = group.crypto_core_ristretto255_scalar_mul(scalar, inverse)
        return Code(to_version, _multiply(ratio, code.point))

    # inside -----------------------------------------------------------------------------------------------------------

    def _with(self, secrets_of_version: _Version) -> "CodeKeys":
        version = max(self._versions) + 1
        _check_version(version)
        return CodeKeys({**self._versions, version: secrets_of_version}, version)

    def _scalar(self, version: int, domain: str) -> tuple[bytes, bytes]:
        """x_i of an institution and its inverse; derived, so that no table of them need be kept."""
        known = self._scalars.get((version, domain))
        if known is not None:
            return known
        if version not in self._versions:
            raise BadCode(CodeReason.UNKNOWN_VERSION, "there is no such version of the keys")
        if not (0 < len(domain) <= LONGEST_DOMAIN and domain.isascii() and domain.isprintable()):
            raise BadCode(CodeReason.BAD_DOMAIN, "a domain is 1 to 128 printable ASCII characters")
        name = _DOMAIN + struct.pack(">I", version) + domain.encode()
        wide = hmac.digest(self._versions[version].domains, name, "sha512")
        scalar = group.crypto_core_ristretto255_scalar_reduce(wide)
        pair = (scalar, group.crypto_core_ristretto255_scalar_invert(scalar))
        if len(self._scalars) >= _CACHED_DOMAINS:
            self._scalars.clear()
        self._scalars[(version, domain)] = pair
        return pair


# --- the group: the only lines that know the library -------------------------------------------------------------------

_IDENTITY: Final = bytes(POINT_BYTES)
_MAGIC: Final = b"mynumber code keys 1\n"
_PERSON: Final = b"mynumber code person v1\0"
_DOMAIN: Final = b"mynumber code domain v1\0"
_FROM_URL_ALPHABET: Final = str.maketrans("-_+/", "+/\x00\x00")


def check_element(point: bytes) -> None:
    """Raises BadCode(NOT_A_POINT) for what is not the canonical encoding of an element other than the identity."""
    if len(point) != POINT_BYTES or not _is_element(point):
        raise BadCode(CodeReason.NOT_A_POINT, "the code is not an element of the group")


def _is_element(point: bytes) -> bool:
    """Whether these are the encoding of an element other than the identity, which would be one code for everybody."""
    if _has_top_bit(point) or point == _IDENTITY:
        return False
    return bool(group.crypto_core_ristretto255_is_valid_point(point))


def _has_top_bit(point: bytes) -> bool:
    """The libsodium inside rbcl ignores this bit, so that a code would have two encodings; RFC 9496 (4.3.1) refuses it."""
    return bool(point[-1] & 0x80)


def _multiply(scalar: bytes, point: bytes) -> bytes:
    """scalar * point. Raises BadCode(NOT_A_POINT) for what is no element, and for the identity."""
    try:
        if _has_top_bit(point):
            raise ValueError("not canonical")
        product: bytes = group.crypto_scalarmult_ristretto255(scalar, point)
    except (RuntimeError, ValueError):
        raise BadCode(CodeReason.NOT_A_POINT, "the code is not an element of the group") from None
    return product


def _new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


def _check_version(version: int) -> None:
    if not 1 <= version <= LARGEST_VERSION:
        raise BadCode(CodeReason.UNKNOWN_VERSION, "a version is 1 to 999,999")
