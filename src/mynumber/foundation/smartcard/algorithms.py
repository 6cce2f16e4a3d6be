"""The arithmetic of the chip: random numbers, key pairs and signatures, by the algorithm of the card's generation."""

from __future__ import annotations

import os
from enum import Enum
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    NoDigestInfo,
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from mynumber.foundation.smartcard.profile import CardPrivateKey, CardPublicKey, SignatureAlgorithm

RSA_BITS, RSA_EXPONENT = 2048, 65537
MAXIMUM_VERBATIM = RSA_BITS // 8 - 11
"""Bytes that PKCS#1 v1.5 type 1 leaves room for in RSA-2048."""
SIGNATURE_BYTES = {SignatureAlgorithm.RSA_2048_PKCS1: 256, SignatureAlgorithm.ECDSA_P384_SHA384: 96}
DIGEST_BYTES = {SignatureAlgorithm.RSA_2048_PKCS1: 32, SignatureAlgorithm.ECDSA_P384_SHA384: 48}
HASH_IS_GIVEN = (0x02, 0x04)
"""P1 of COMPUTE DIGITAL SIGNATURE for which the data are a hash."""
_EC_HALF = 48


class Randomness(Protocol):
    """Where a card takes its random numbers from; a test may hand in known ones."""

    def octets(self, count: int) -> bytes:
        """So many random bytes."""
        ...

    def private_key(self, algorithm: SignatureAlgorithm) -> CardPrivateKey:
        """A fresh key pair."""
        ...


class SystemRandomness:
    """Random numbers of the operating system."""

    def octets(self, count: int) -> bytes:
        """So many random bytes."""
        return os.urandom(count)

    def private_key(self, algorithm: SignatureAlgorithm) -> CardPrivateKey:
        """A fresh key pair."""
        match algorithm:
            case SignatureAlgorithm.RSA_2048_PKCS1:
                return rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)
            case SignatureAlgorithm.ECDSA_P384_SHA384:
                return ec.generate_private_key(ec.SECP384R1())


SYSTEM_RANDOMNESS = SystemRandomness()


class SignatureFault(Enum):
    """Why a key cannot sign something."""

    NO_SUCH_MODE = "no such mode"
    TOO_LONG = "nothing, or too long"
    NO_HASH = "not of the length of a hash"
    NO_KEY = "no key that a card holds"


class CannotSign(Exception):
    """The key cannot sign this in this way."""

    def __init__(self, reason: SignatureFault) -> None:
        super().__init__(reason.value)
        self.reason = reason


def fits_algorithm(key: CardPrivateKey | CardPublicKey, algorithm: SignatureAlgorithm) -> bool:
    """True when a card of this algorithm can hold the key."""
    public = key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else key.public_key()
    if algorithm is SignatureAlgorithm.RSA_2048_PKCS1:
        return (
            isinstance(public, rsa.RSAPublicKey)
            and public.key_size == RSA_BITS
            and public.public_numbers().e == RSA_EXPONENT
        )
    return isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP384R1)


def private_bytes(key: CardPrivateKey) -> bytes:
    """PKCS#8 DER, as the memory keeps it."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def public_bytes(key: CardPublicKey) -> bytes:
    """SubjectPublicKeyInfo DER."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def load_key(der: bytes) -> CardPrivateKey:
    """A key of the memory. Raises CannotSign for one that no card holds."""
    try:
        # The key was checked when the card was made; checking it again costs more than signing.
        key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CannotSign(SignatureFault.NO_KEY) from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CannotSign(SignatureFault.NO_KEY)
    return key


def sign(key: CardPrivateKey, mode: int, data: bytes) -> bytes:
    """COMPUTE DIGITAL SIGNATURE. mode: P1 (0..5). Raises CannotSign."""
    try:
        return (
            _sign_rsa(key, mode, data) if isinstance(key, rsa.RSAPrivateKey) else _sign_ecdsa(key, mode, data)
        )
    except (ValueError, OverflowError, UnsupportedAlgorithm):
        # Not a key of this card's size.
        raise CannotSign(SignatureFault.NO_KEY) from None


def verifies(key: CardPublicKey, signature: bytes, message: bytes) -> bool:
    """True for a signature that a card made with P1 = 03, hashing the message itself."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        else:
            r, s = int.from_bytes(signature[:_EC_HALF]), int.from_bytes(signature[_EC_HALF:])
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA384()))
    except InvalidSignature:
        return False
    return True


def _sign_rsa(key: rsa.RSAPrivateKey, mode: int, data: bytes) -> bytes:
    sha256 = hashes.SHA256()
    if mode in HASH_IS_GIVEN and len(data) != sha256.digest_size:
        raise CannotSign(SignatureFault.NO_HASH)
    type_1, pss = padding.PKCS1v15(), padding.PSS(padding.MGF1(sha256), sha256.digest_size)
    match mode:
        case 0x00:
            if not 1 <= len(data) <= MAXIMUM_VERBATIM:
                raise CannotSign(SignatureFault.TOO_LONG)
            return key.sign(data, type_1, NoDigestInfo())
        case 0x01:
            return key.sign(_hash(data, sha256), type_1, NoDigestInfo())
        case 0x02:
            return key.sign(data, type_1, Prehashed(sha256))
        case 0x03:
            return key.sign(data, type_1, sha256)
        case 0x04:
            return key.sign(data, pss, Prehashed(sha256))
        case 0x05:
            return key.sign(data, pss, sha256)
        case _:
            raise CannotSign(SignatureFault.NO_SUCH_MODE)


def _sign_ecdsa(key: ec.EllipticCurvePrivateKey, mode: int, data: bytes) -> bytes:
    sha384 = hashes.SHA384()
    match mode:
        case 0x00 | 0x02:
            if len(data) != sha384.digest_size:
                raise CannotSign(SignatureFault.NO_HASH)
            der = key.sign(data, ec.ECDSA(Prehashed(sha384)))
        case 0x01 | 0x03:
            der = key.sign(data, ec.ECDSA(sha384))
        case _:
            raise CannotSign(SignatureFault.NO_SUCH_MODE)
    r, s = decode_dss_signature(der)
    return r.to_bytes(_EC_HALF) + s.to_bytes(_EC_HALF)


def _hash(data: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()
