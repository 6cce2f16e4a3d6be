"""What lies in the tables sealed: addresses, nicknames, codes that are on their way. Who has the database alone reads nothing."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from mynumber.institutions.portal.account.models import Account
from mynumber.webkit import safe
from mynumber.webkit.messages import this_node

SAFE: Final = "contacts"
"""Name of the secret in the key ring."""
DIGESTS: Final = "contacts-digests"
"""Name of the secret under which digests are made: a table of likely addresses or of a million codes helps nobody."""

Sealed = bytes | memoryview


def seal(text: str, account: Account, what: str) -> bytes:
    """Seal a text of one account; `what` tells its kinds apart."""
    return safe.seal(this_node().keyring, SAFE, text.encode(), about=f"{account.pk}/{what}")


def unseal(sealed: Sealed, account_id: int, what: str) -> str:
    """The text that was sealed. Raises safe.CannotOpen."""
    return safe.unseal(this_node().keyring, SAFE, bytes(sealed), about=f"{account_id}/{what}").decode()


def digest(text: str, what: str) -> bytes:
    """Keyed digest of a text; `what` tells its kinds apart."""
    ring = this_node().keyring
    if not ring.has(DIGESTS):
        ring.add_secret(DIGESTS)
    # The first generation for ever: digests of one address must stay the same.
    return hmac.digest(
        ring.secret(DIGESTS, min(ring.generations(DIGESTS))), f"{what}\n{text}".encode(), "sha256"
    )


def plain_digest(token: str) -> bytes:
    """SHA-256 of what nobody can guess."""
    return hashlib.sha256(token.encode()).digest()
