"""The algorithms of a hierarchy: its keys, how its CA signs, how a holder's signature is checked. Today's, and the next card's."""

from __future__ import annotations

from enum import Enum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from mynumber.foundation.pki import der
from mynumber.foundation.pki.signing import SHA256_WITH_RSA

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS: Final = 2048
PUBLIC_EXPONENT: Final = 65537
_COORDINATE_BYTES: Final = 48


class Algorithm(Enum):
    """Keys and signatures of a hierarchy, the CA's and the holders' alike."""

    RSA_2048 = "rsa-2048-sha256"
    """RSA of 2048 bits or more, PKCS#1 v1.5, SHA-256: the present cards."""
    P384 = "p384-sha384"
    """ECDSA on P-384, SHA-384: announced for the next card (2028)."""

    def generate(self) -> PrivateKey:
        """A new key."""
        if self is Algorithm.P384:
            return ec.generate_private_key(ec.SECP384R1())
        return rsa.generate_private_key(PUBLIC_EXPONENT, RSA_BITS)

    def takes(self, key: object) -> bool:
        """Whether a public key may be certified in the hierarchy, or be that of its CA."""
        if self is Algorithm.P384:
            return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        return key.key_size >= RSA_BITS and key.public_numbers().e == PUBLIC_EXPONENT

    @property
    def hash(self) -> hashes.SHA256 | hashes.SHA384:
        """With which everything is hashed."""
        return hashes.SHA384() if self is Algorithm.P384 else hashes.SHA256()

    @property
    def identifier(self) -> bytes:
        """AlgorithmIdentifier of the CA's signatures, DER."""
        return _SHA384_WITH_ECDSA if self is Algorithm.P384 else SHA256_WITH_RSA

    def sign(self, key: PrivateKey, data: bytes) -> bytes:
        """The CA's signature as certificates and lists carry it."""
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(self.hash))
        return key.sign(data, padding.PKCS1v15(), self.hash)

    def verify(self, key: object, signature: bytes, digest: bytes) -> None:
        """Check what a card signed over a digest: RSA as it is, ECDSA as r and s of 48 bytes each. Raises InvalidSignature."""
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, padding.PKCS1v15(), Prehashed(self.hash))
        elif isinstance(key, ec.EllipticCurvePublicKey) and len(signature) == 2 * _COORDINATE_BYTES:
            r, s = (
                int.from_bytes(part)
                for part in (signature[:_COORDINATE_BYTES], signature[_COORDINATE_BYTES:])
            )
            key.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(self.hash)))
        else:
            raise InvalidSignature


_SHA384_WITH_ECDSA: Final = der.sequence(der.oid("1.2.840.10045.4.3.3"))
