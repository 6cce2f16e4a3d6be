"""Keys of the card's issuer: Ed25519 for orders to cards, RSA for what the face says. Made once, kept in the key ring."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from mynumber.foundation.keyring import KeyRing
from mynumber.protocols.refusal import Hop, Reason, Refused

CARD_ISSUER: Final = "card-issuer"
CARD_FACE: Final = "card-face"
_BITS: Final = 2048


def create_keys(keyring: KeyRing) -> None:
    """Make what is missing. Cards know the order key from the day they were made: it is never replaced."""
    for name, make in ((CARD_ISSUER, Ed25519PrivateKey.generate), (CARD_FACE, _new_rsa_key)):
        if not keyring.has(name):
            key = make()
            keyring.add_pem(name, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def order_key(keyring: KeyRing) -> Ed25519PrivateKey:
    """The key that signs orders to cards. Raises Refused(UNAVAILABLE)."""
    key = _load(keyring, CARD_ISSUER)
    if not isinstance(key, Ed25519PrivateKey):
        raise _missing()
    return key


def face_key(keyring: KeyRing) -> rsa.RSAPrivateKey:
    """The key that signs faces. Raises Refused(UNAVAILABLE)."""
    key = _load(keyring, CARD_FACE)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _missing()
    return key


@lru_cache(maxsize=4)
def _load(keyring: KeyRing, name: str) -> object:
    if not keyring.has(name):
        raise _missing()
    return load_pem_private_key(keyring.pem(name), None)


def _missing() -> Refused:
    return Refused(Hop.JLIS, Reason.UNAVAILABLE, "the issuer of cards has no key yet: run create_ca")


def _new_rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, _BITS)
