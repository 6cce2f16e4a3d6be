"""Attributes of a person at rest: sealed to a code, a token or the portal's key, for as long as that lives.

AES-256-GCM; the key is derived from the secret with HKDF-SHA256. Who has the database without the code or token reads nothing.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mynumber.foundation.keyring import KeyRing
from mynumber.webkit.messages import this_node

SEAL = "identity-seal"
"""Name in the key ring of the secret for what waits between the card's answer and the resident's consent."""
_NONCE_BYTES = 12
_INFO = b"mynumber portal identity attributes v1"


class CannotOpen(Exception):
    """The sealed text is of another secret, or damaged."""


def seal(text: bytes, secret: bytes) -> bytes:
    """Nonce and ciphertext. secret: at least 128 random bits."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(secret).encrypt(nonce, text, _INFO)


def unseal(sealed: bytes, secret: bytes) -> bytes:
    """What was sealed. Raises CannotOpen."""
    try:
        return _cipher(secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _INFO)
    except (InvalidTag, ValueError):
        raise CannotOpen from None


def own_key() -> bytes:
    """The portal's own secret, for attributes that nobody holds a code or token for yet."""
    return _own_key(this_node().keyring)


@lru_cache(maxsize=2)
def _own_key(ring: KeyRing) -> bytes:
    return ring.secret(SEAL)


def digest(secret: str) -> bytes:
    """SHA-256 of a code, token or handle: what the tables keep of it."""
    return hashlib.sha256(secret.encode()).digest()


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_INFO).derive(secret))
