"""The keys of messages: ES256 keys that sign, X25519 keys that answers are sealed to, in PEM (private) and JWK (public).

Form and naming of keys: docs/protocols/envelope.md. Most callers import these from ``mynumber.foundation.envelope``.
"""

import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from joserfc.jwk import ECKey

ALGORITHM: Final = "ES256"
_NAME: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


class MalformedKey(ValueError):
    """A PEM or JWK text that is not a key of the kind expected."""


@dataclass(frozen=True, slots=True, eq=False)
class VerifyKey:
    """A P-256 public key that checks signatures; ``kid`` is its RFC 7638 thumbprint unless its owner gave it a name."""

    kid: str
    jose: ECKey = field(repr=False)

    algorithm = ALGORITHM

    @classmethod
    def from_public_key(cls, public: ec.EllipticCurvePublicKey, kid: str | None = None) -> "VerifyKey":
        jose = ECKey.import_key(public)
        return cls(_checked_kid(kid or jose.thumbprint()), jose)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, str]) -> "VerifyKey":
        """Read exactly what ``to_jwk`` writes. Raises MalformedKey."""
        try:
            x, y = from_base64url(jwk["x"].encode()), from_base64url(jwk["y"].encode())
            if len(x) != 32 or len(y) != 32:
                raise MalformedKey("a coordinate of P-256 has 32 bytes")
            numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
            key = cls.from_public_key(numbers.public_key(), jwk["kid"])
        except MalformedKey:
            raise
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise MalformedKey("not a P-256 public key") from error
        if dict(jwk) != key.to_jwk():
            raise MalformedKey("not the one spelling of a P-256 public key with kid, alg and use")
        return key

    def to_jwk(self) -> dict[str, str]:
        """RFC 7517: kty, crv, x, y, kid, alg, use."""
        numbers = self.jose.public_key.public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _text(numbers.x.to_bytes(32)),
            "y": _text(numbers.y.to_bytes(32)),
            "kid": self.kid,
            "alg": ALGORITHM,
            "use": "sig",
        }


@dataclass(frozen=True, slots=True, eq=False)
class SigningKey:
    """A P-256 private key that signs messages."""

    kid: str
    private: ec.EllipticCurvePrivateKey = field(repr=False)
    public: VerifyKey = field(repr=False)
    jose: ECKey = field(repr=False)

    @classmethod
    def generate(cls, kid: str | None = None) -> "SigningKey":
        """A new key; without a kid its thumbprint names it."""
        return cls.from_private_key(ec.generate_private_key(ec.SECP256R1()), kid)

    @classmethod
    def from_private_key(cls, private: ec.EllipticCurvePrivateKey, kid: str | None = None) -> "SigningKey":
        public = VerifyKey.from_public_key(private.public_key(), kid)
        return cls(public.kid, private, public, ECKey.import_key(private))

    @classmethod
    def from_pem(cls, pem: bytes, kid: str | None = None) -> "SigningKey":
        """Read an unencrypted PKCS#8 key. Raises MalformedKey."""
        key = _private_from_pem(pem)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise MalformedKey("not a P-256 private key")
        return cls.from_private_key(key, kid)

    def to_pem(self) -> bytes:
        return _private_to_pem(self.private)


@dataclass(frozen=True, slots=True, eq=False)
class SealPublicKey:
    """An X25519 public key that answers are sealed to."""

    kid: str
    public: X25519PublicKey = field(repr=False)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, str]) -> "SealPublicKey":
        """Read exactly what ``to_jwk`` writes. Raises MalformedKey."""
        try:
            raw = from_base64url(jwk["x"].encode())
            key = cls(_checked_kid(jwk["kid"]), X25519PublicKey.from_public_bytes(raw))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise MalformedKey("not an X25519 public key") from error
        if dict(jwk) != key.to_jwk():
            raise MalformedKey("not the one spelling of an X25519 public key with kid and use")
        return key

    def to_jwk(self) -> dict[str, str]:
        """RFC 8037: kty, crv, x, kid, use."""
        raw = self.public.public_bytes_raw()
        return {"kty": "OKP", "crv": "X25519", "x": _text(raw), "kid": self.kid, "use": "enc"}


@dataclass(frozen=True, slots=True, eq=False)
class SealingKey:
    """An X25519 private key that opens what was sealed to it."""

    kid: str
    private: X25519PrivateKey = field(repr=False)
    public: SealPublicKey = field(repr=False)
    older: tuple["SealingKey", ...] = field(default=(), repr=False)
    """Keys of before: what was sealed to them while keys change still opens."""

    @classmethod
    def generate(cls, kid: str | None = None) -> "SealingKey":
        """A new key; without a kid its thumbprint (RFC 7638 over crv, kty, x) names it."""
        return cls.from_private_key(X25519PrivateKey.generate(), kid)

    @classmethod
    def from_private_key(cls, private: X25519PrivateKey, kid: str | None = None) -> "SealingKey":
        public = private.public_key()
        name = _checked_kid(kid or _thumbprint_of_x25519(public))
        return cls(name, private, SealPublicKey(name, public))

    @classmethod
    def from_pem(cls, pem: bytes, kid: str | None = None) -> "SealingKey":
        """Read an unencrypted PKCS#8 key. Raises MalformedKey."""
        key = _private_from_pem(pem)
        if not isinstance(key, X25519PrivateKey):
            raise MalformedKey("not an X25519 private key")
        return cls.from_private_key(key, kid)

    def to_pem(self) -> bytes:
        return _private_to_pem(self.private)


def is_name(name: str) -> bool:
    """Whether a text may name a key, a system, a kind of message or a message."""
    return _NAME.fullmatch(name) is not None


def to_base64url(raw: bytes) -> bytes:
    """The one canonical spelling, without padding."""
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL_ALPHABET)


def _text(raw: bytes) -> str:
    return to_base64url(raw).decode("ascii")


def from_base64url(text: bytes) -> bytes:
    """Decode the one canonical spelling (no padding, no stray bits). Raises ValueError."""
    raw = binascii.a2b_base64(text.translate(_FROM_URL_ALPHABET) + b"=" * (-len(text) % 4))
    # decoded, encoded again and compared: padding, foreign characters and stray bits do not come back
    if to_base64url(raw) != text:
        raise ValueError("not canonical base64url")
    return raw


_TO_URL_ALPHABET: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL_ALPHABET: Final = bytes.maketrans(b"-_", b"+/")


def _checked_kid(kid: str) -> str:
    if not is_name(kid):
        raise MalformedKey("a kid has 1 to 128 characters of A-Z a-z 0-9 . _ : -")
    return kid


def _thumbprint_of_x25519(public: X25519PublicKey) -> str:
    members = {"crv": "X25519", "kty": "OKP", "x": _text(public.public_bytes_raw())}
    return _text(hashlib.sha256(msgspec.json.encode(members)).digest())


def _private_from_pem(pem: bytes) -> object:
    try:
        return serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise MalformedKey("not an unencrypted private key in PEM") from error


def _private_to_pem(key: ec.EllipticCurvePrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
