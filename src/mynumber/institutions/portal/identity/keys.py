"""Keys of the identity provider, in the portal's key ring: what signs ID tokens, what makes subjects, what seals for a moment.

`identity-signing` has generations: the newest signs, all are published, so a client that kept the key set for a day still verifies.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass

from mynumber.foundation.envelope import SigningKey
from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.vault import SEAL
from mynumber.webkit.messages import this_node

SIGNING, SUBJECTS = "identity-signing", "identity-subjects"
LOOK_SECONDS = 5.0
"""How often the key ring is looked at for a new generation."""


@dataclass(frozen=True, slots=True)
class _Keys:
    ring: KeyRing
    signing: tuple[SigningKey, ...]
    subjects: bytes
    read_at: float


_held: _Keys | None = None


def ensure(ring: KeyRing) -> None:
    """Add what the ring lacks (`create_identity_keys`, and the platform on a laptop)."""
    if not ring.has(SIGNING):
        ring.add_signing(SIGNING)
    for name in (SUBJECTS, SEAL):
        if not ring.has(name):
            ring.add_secret(name)


def signing_keys() -> tuple[SigningKey, ...]:
    """All generations, newest first."""
    return _keys().signing


def subject_of(account: Account, sector: str) -> str:
    """The pairwise subject (PPID): the same for all services of a sector, unlinkable between sectors; never the serial.

    HMAC-SHA256 of sector and account (OpenID Connect Core 8.1, with a key instead of a salt); 43 characters.
    """
    message = len(sector).to_bytes(2) + sector.encode() + str(account.pk).encode()
    digest = hmac.digest(_keys().subjects, message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _keys() -> _Keys:
    global _held
    ring = this_node().keyring
    if _held is None or _held.ring != ring or time.monotonic() > _held.read_at + LOOK_SECONDS:
        _held = _Keys(
            ring,
            tuple(ring.signing(SIGNING, number) for number in ring.generations(SIGNING)),
            ring.secret(SUBJECTS),
            time.monotonic(),
        )
    return _held
