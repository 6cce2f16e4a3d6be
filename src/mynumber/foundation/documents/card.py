"""The card's part: it signs a digest. Everything else is put together around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mynumber.foundation.smartcard import CardReader, JpkiClient, KeyName, Pin, PinName
from mynumber.foundation.validation.trust import load_certificate


class RefusedBecause(StrEnum):
    """Why a document is not signed."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    LOCKED = "locked"
    """An earlier signature allows no further ones."""
    ALREADY_SIGNED = "already_signed"
    """An XML document takes one signature."""
    NO_CERTIFICATE = "no_certificate"
    """The certificate cannot be read, or its key is not RSA."""


class DocumentRefused(Exception):
    """The document is not signed. Holds the reason, nothing of the document."""

    def __init__(self, reason: RefusedBecause) -> None:
        super().__init__(f"the document cannot be signed: {reason.value}")
        self.reason = reason


class BadSignature(Exception):
    """What the card gave is no signature of its certificate over this document."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that waits for its signature."""

    digest: bytes
    """SHA-256, 32 bytes: what the card signs (RSA PKCS#1 v1.5)."""
    certificate: x509.Certificate = field(repr=False)
    _assemble: Callable[[bytes], bytes] = field(repr=False)

    def finish(self, signature: bytes) -> bytes:
        """The signed document. Raises BadSignature, and whatever the time-stamper raises.

        A card is a stranger: its signature is checked before anybody gets the document.
        """
        key = self.certificate.public_key()
        try:
            if not isinstance(key, rsa.RSAPublicKey):
                raise BadSignature("the certificate is not one of a card")
            key.verify(signature, self.digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        except InvalidSignature:
            raise BadSignature("the signature is not that of the certificate") from None
        return self._assemble(signature)


class DigestSigner(Protocol):
    """Whoever holds a signature key and its certificate."""

    @property
    def certificate(self) -> bytes:
        """署名用電子証明書, X.509 DER."""
        ...

    def sign(self, digest: bytes) -> bytes:
        """RSA PKCS#1 v1.5 over a SHA-256 digest (32 bytes)."""
        ...


@dataclass(frozen=True, slots=True)
class SignatureCard:
    """A card whose signature password was entered: the key can be used and the certificate read."""

    client: JpkiClient = field(repr=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def unlock(cls, reader: CardReader, password: Pin) -> SignatureCard:
        """Enter the signature password (署名用パスワード). Raises WrongPin, PinBlocked and other CardErrors."""
        client = JpkiClient(reader)
        client.select()
        client.verify_pin(password, PinName.SIGNATURE)
        return cls(client, client.read_certificate(KeyName.SIGNATURE))

    def sign(self, digest: bytes) -> bytes:
        """RSA PKCS#1 v1.5 over a SHA-256 digest (32 bytes). Raises CardError."""
        return self.client.sign(digest, KeyName.SIGNATURE)


def read_certificate(der: bytes) -> x509.Certificate:
    """The signer's certificate. Raises DocumentRefused."""
    certificate = load_certificate(der)
    if certificate is None or not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise DocumentRefused(RefusedBecause.NO_CERTIFICATE)
    return certificate
