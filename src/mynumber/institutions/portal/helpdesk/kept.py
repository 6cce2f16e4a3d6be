"""What lies in the tables of help sealed or as digests."""

from __future__ import annotations

import hmac
from typing import Final

from mynumber.webkit import safe
from mynumber.webkit.messages import this_node

SAFE: Final = "helpdesk"
DIGESTS: Final = "helpdesk-digests"

Sealed = bytes | memoryview


def seal(text: str, about: str) -> bytes:
    """Seal a text about one row and what of it."""
    return safe.seal(this_node().keyring, SAFE, text.encode(), about=about)


def unseal(sealed: Sealed, about: str) -> str:
    """The text that was sealed about the same thing. Raises safe.CannotOpen."""
    return safe.unseal(this_node().keyring, SAFE, bytes(sealed), about=about).decode()


def keyed(text: str, what: str) -> bytes:
    """Keyed digest; `what` tells its kinds apart."""
    ring = this_node().keyring
    if not ring.has(DIGESTS):
        ring.add_secret(DIGESTS)
    return hmac.digest(ring.secret(DIGESTS), f"{what}\n{text}".encode(), "sha256")
