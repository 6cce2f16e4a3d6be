"""What lies in the tables of proxies sealed or as digests, and the codes that people tell one another."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date
from typing import Final

import msgspec

from mynumber.institutions.portal.account.models import Account
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit import safe
from mynumber.webkit.messages import this_node

SAFE: Final = "proxies"
DIGESTS: Final = "proxies-digests"
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that nobody mistakes for one another when they are read aloud."""
_NUMBER_SIGNS: Final = 8
_CODE_SIGNS: Final = 12
_GROUP: Final = 4

Sealed = bytes | memoryview


class Claimed(msgspec.Struct, frozen=True):
    """Whom a legal representative says to represent, as they wrote it, and who they are by their card. It does not print itself."""

    name: str
    birth: date
    representative: FourAttributes | None = None

    def __repr__(self) -> str:
        return "Claimed(...)"


def seal(text: str, about: str) -> bytes:
    """Seal a text about one row and what of it."""
    return safe.seal(this_node().keyring, SAFE, text.encode(), about=about)


def unseal(sealed: Sealed, about: str) -> str:
    """The text that was sealed about the same thing. Raises safe.CannotOpen."""
    return safe.unseal(this_node().keyring, SAFE, bytes(sealed), about=about).decode()


def seal_claimed(claimed: Claimed, about: str) -> bytes:
    """Seal a claim about one row."""
    return seal(msgspec.json.encode(claimed).decode(), f"{about}/claimed")


def unseal_claimed(sealed: Sealed, about: str) -> Claimed:
    """The claim that was sealed. Raises safe.CannotOpen."""
    return msgspec.json.decode(unseal(sealed, f"{about}/claimed"), type=Claimed)


def seal_attributes(attributes: FourAttributes, about: str) -> bytes:
    """Seal who somebody is, about one row and what of it."""
    return seal(msgspec.json.encode(attributes).decode(), about)


def unseal_attributes(sealed: Sealed, about: str) -> FourAttributes:
    """Who was sealed about the same thing. Raises safe.CannotOpen."""
    return msgspec.json.decode(unseal(sealed, about), type=FourAttributes)


def keyed(text: str, what: str) -> bytes:
    """Keyed digest; `what` tells its kinds apart."""
    ring = this_node().keyring
    if not ring.has(DIGESTS):
        ring.add_secret(DIGESTS)
    # The first generation for ever: who a number is of must not change.
    return hmac.digest(
        ring.secret(DIGESTS, min(ring.generations(DIGESTS))), f"{what}\n{text}".encode(), "sha256"
    )


def personal_number(account: Account) -> str:
    """つながり番号: what a person tells somebody who wants to make them a proxy. It opens nothing."""
    digest = keyed(str(account.pk), "number")
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_NUMBER_SIGNS])


def new_code() -> str:
    """A one-time code: 60 random bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_CODE_SIGNS))


def code_digest(code: str) -> bytes:
    """What is kept of a code."""
    return hashlib.sha256(code.encode()).digest()


def grouped(text: str) -> str:
    """ABCD-EFGH-JKLM, as people read it."""
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def typed(text: str) -> str:
    """A code or a number as somebody typed it: in any case, with or without dashes."""
    return "".join(letter for letter in text.upper() if letter in _LETTERS)
