"""Keeping bytes in a database that the database alone cannot read: finished cards, photos.

AES-256-GCM under a secret of the institution's key ring, made when it is first needed. A sealed text is bound to what it is about, so that it cannot
be put in another's place. Who has the tables or a copy of them reads nothing; who has the process has everything.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mynumber.foundation.keyring import KeyRing

_NONCE_BYTES: Final = 12
_GENERATION_BYTES: Final = 2
_INFO: Final = b"mynumber safe v1\n"


class CannotOpen(Exception):
    """The sealed bytes are damaged, of another key ring, or about something else."""


def seal(ring: KeyRing, name: str, content: bytes, *, about: str) -> bytes:
    """Seal under the newest secret of this name: generation, nonce and ciphertext."""
    if not ring.has(name):
        ring.add_secret(name)
    generation = max(ring.generations(name))
    nonce = os.urandom(_NONCE_BYTES)
    prefix = generation.to_bytes(_GENERATION_BYTES)
    return prefix + nonce + _cipher(ring, name, generation).encrypt(nonce, content, prefix + about.encode())


def unseal(ring: KeyRing, name: str, sealed: bytes, *, about: str) -> bytes:
    """What was sealed about the same thing. Raises CannotOpen."""
    prefix, rest = sealed[:_GENERATION_BYTES], sealed[_GENERATION_BYTES:]
    generation = int.from_bytes(prefix)
    if not ring.has(name) or generation not in ring.generations(name):
        raise CannotOpen("sealed under another key ring")
    try:
        return _cipher(ring, name, generation).decrypt(
            rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], prefix + about.encode()
        )
    except (InvalidTag, ValueError):
        raise CannotOpen("damaged, or about something else") from None


def _cipher(ring: KeyRing, name: str, generation: int) -> AESGCM:
    secret = ring.secret(name, generation)
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=_INFO + name.encode()).derive(secret))
