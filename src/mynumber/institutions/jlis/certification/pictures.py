"""Photo and security code of a card's face, sealed under a secret of the key ring: needed only to write the face anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.smartcard import CardFace
from mynumber.institutions.jlis.certification.models import Card, CardPicture
from mynumber.webkit import safe

SECRET: Final = "card-pictures"  # noqa: S105 - the name of a secret
_CODE_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """What the face shows beside the attributes."""

    photo: bytes = field(repr=False)
    security_code: str = field(repr=False)


def keep(card: Card, face: CardFace, keyring: KeyRing) -> None:
    """Seal and keep them, in the transaction in which the card is entered."""
    content = face.security_code.encode() + face.photo
    sealed = safe.seal(keyring, SECRET, content, about=card.card_serial)
    CardPicture.objects.create(card=card, sealed=sealed)


def of(card: Card, keyring: KeyRing) -> Picture | None:
    """None for a card without a face."""
    kept = CardPicture.objects.filter(card=card).first()
    if kept is None:
        return None
    content = safe.unseal(keyring, SECRET, bytes(kept.sealed), about=card.card_serial)
    return Picture(content[_CODE_DIGITS:], content[:_CODE_DIGITS].decode())
