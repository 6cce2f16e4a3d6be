"""Signatures over DER that is put together here: the key, its AlgorithmIdentifier, and nothing else.

RSA with PKCS#1 v1.5 or ECDSA on P-256, always with SHA-256: what verifiers of certificates everywhere read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from mynumber.foundation.pki import der

SHA256_WITH_RSA: Final = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.NULL_VALUE)
SHA256_WITH_ECDSA: Final = der.sequence(der.oid("1.2.840.10045.4.3.2"))

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class SignerDamaged(Exception):
    """Key or certificate of a responder cannot be read or used, or they do not belong together."""


@dataclass(frozen=True, slots=True)
class DerSigner:
    """Somebody who signs DER: a certificate and its key. Does not print the key."""

    certificate: x509.Certificate
    algorithm: bytes
    """AlgorithmIdentifier of its signatures, DER."""
    sign: Callable[[bytes], bytes] = field(repr=False)

    @classmethod
    def of(cls, key: SigningKey, certificate: x509.Certificate) -> DerSigner:
        """RSA of 2048 bits or more, or P-256. Raises SignerDamaged for another key, or another's certificate."""
        if key.public_key() != certificate.public_key():
            raise SignerDamaged("the key is not the one of the certificate")
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
            return cls(
                certificate,
                SHA256_WITH_RSA,
                partial(_sign_rsa, key, padding.PKCS1v15(), hashes.SHA256()),
            )
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(certificate, SHA256_WITH_ECDSA, partial(_sign_ecdsa, key, ec.ECDSA(hashes.SHA256())))
        raise SignerDamaged("a responder signs with RSA of 2048 bits or more, or on P-256")

    @classmethod
    def load(cls, *, key_pem: bytes, certificate: bytes) -> DerSigner:
        """From a key (PEM) and a certificate (DER). Raises SignerDamaged."""
        try:
            parsed = x509.load_der_x509_certificate(certificate)
            key = load_pem_private_key(key_pem, None)
            if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
                return cls.of(key, parsed)
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            raise SignerDamaged("the key or the certificate of a responder cannot be read") from None
        raise SignerDamaged("a responder signs with RSA of 2048 bits or more, or on P-256")

    @property
    def certificate_der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)


def _sign_rsa(
    key: rsa.RSAPrivateKey, scheme: padding.PKCS1v15, algorithm: hashes.SHA256, data: bytes
) -> bytes:
    return key.sign(data, scheme, algorithm)


def _sign_ecdsa(key: ec.EllipticCurvePrivateKey, algorithm: ec.ECDSA, data: bytes) -> bytes:
    return key.sign(data, algorithm)
