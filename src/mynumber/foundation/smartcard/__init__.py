"""The Individual Number Card: its APDUs, the chip as a pure function, the issuer's orders, and the reader's side.

A card in memory::

    state = personalise(card_serial=..., authentication=CardKey(key, der, ca_der), pins=CardPins(authentication=pin))
    card = Card(state, save=write_to_disk)
    client = JpkiClient(card)
    client.select()
    certificate = client.read_certificate()
    client.verify_pin(pin)
    signature = client.sign(digest)

The other key: `client.verify_pin(password, PinName.SIGNATURE)`, `client.sign(digest, KeyName.SIGNATURE)`. Orders of the issuer:
`administration`. Bytes and status words: docs/protocols/chip.md.
"""

from __future__ import annotations

from mynumber.foundation.smartcard import administration
from mynumber.foundation.smartcard.algorithms import Randomness
from mynumber.foundation.smartcard.apdu import Command, MalformedApdu, Response, StatusWord
from mynumber.foundation.smartcard.card import Card, process
from mynumber.foundation.smartcard.client import (
    CardAnswerMalformed,
    CardError,
    CardReader,
    CardRefused,
    JpkiClient,
    NotThisCard,
    PinBlocked,
    PinPad,
    WrongPin,
    recognise,
)
from mynumber.foundation.smartcard.face import MAXIMUM_PHOTO, CardFace, FaceFiles, build_face_files
from mynumber.foundation.smartcard.face_clients import (
    CardAttributes,
    CardRecord,
    CommonClient,
    FaceClient,
    FaceContent,
    NotFromIssuer,
    TextClient,
)
from mynumber.foundation.smartcard.generations import INDIVIDUAL_NUMBER_CARD, NEXT_CARD, PROFILES
from mynumber.foundation.smartcard.issue import (
    CardKey,
    CardPins,
    CertificateDoesNotFitKey,
    internal_public_key,
    personalise,
    token_information,
)
from mynumber.foundation.smartcard.profile import (
    AUTHENTICATION_PIN_RULES,
    JUKI_PIN_RULES,
    PIN_RULES,
    SIGNATURE_PIN_RULES,
    TEXT_SUPPORT_PIN_RULES,
    CardProfile,
    KeyName,
    MalformedPin,
    Pin,
    PinName,
    PinRules,
)
from mynumber.foundation.smartcard.state import CardState, CardStateDamaged
from mynumber.foundation.smartcard.storage import CardFile, CardFileProblem, CardFileUnusable

__all__ = [
    "AUTHENTICATION_PIN_RULES",
    "INDIVIDUAL_NUMBER_CARD",
    "JUKI_PIN_RULES",
    "MAXIMUM_PHOTO",
    "NEXT_CARD",
    "PIN_RULES",
    "PROFILES",
    "SIGNATURE_PIN_RULES",
    "TEXT_SUPPORT_PIN_RULES",
    "Card",
    "CardAnswerMalformed",
    "CardAttributes",
    "CardError",
    "CardFace",
    "CardFile",
    "CardFileProblem",
    "CardFileUnusable",
    "CardKey",
    "CardPins",
    "CardProfile",
    "CardReader",
    "CardRecord",
    "CardRefused",
    "CardState",
    "CardStateDamaged",
    "CertificateDoesNotFitKey",
    "Command",
    "CommonClient",
    "FaceClient",
    "FaceContent",
    "FaceFiles",
    "JpkiClient",
    "KeyName",
    "MalformedApdu",
    "MalformedPin",
    "NotFromIssuer",
    "NotThisCard",
    "Pin",
    "PinBlocked",
    "PinName",
    "PinPad",
    "PinRules",
    "Randomness",
    "Response",
    "StatusWord",
    "TextClient",
    "WrongPin",
    "administration",
    "build_face_files",
    "internal_public_key",
    "personalise",
    "process",
    "recognise",
    "token_information",
]
