"""The Individual Number Card: its APDUs, the chip as a pure function, and the reader's side.

A card in memory::

    card = Card(personalise(key=key, certificate=der, ca_certificate=ca_der, pin=pin), save=write_to_disk)
    client = JpkiClient(card)
    client.select()
    certificate = client.read_certificate()
    client.verify_pin(pin)
    signature = client.sign(digest)
"""

from __future__ import annotations

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
    WrongPin,
)
from mynumber.foundation.smartcard.issue import CertificateDoesNotFitKey, personalise, token_information
from mynumber.foundation.smartcard.profile import (
    AUTHENTICATION_PIN_RULES,
    INDIVIDUAL_NUMBER_CARD,
    CardProfile,
    MalformedPin,
    Pin,
    PinRules,
)
from mynumber.foundation.smartcard.state import CardState, CardStateDamaged

__all__ = [
    "AUTHENTICATION_PIN_RULES",
    "INDIVIDUAL_NUMBER_CARD",
    "Card",
    "CardAnswerMalformed",
    "CardError",
    "CardProfile",
    "CardReader",
    "CardRefused",
    "CardState",
    "CardStateDamaged",
    "CertificateDoesNotFitKey",
    "Command",
    "JpkiClient",
    "MalformedApdu",
    "MalformedPin",
    "NotThisCard",
    "Pin",
    "PinBlocked",
    "PinRules",
    "Response",
    "StatusWord",
    "WrongPin",
    "personalise",
    "process",
    "token_information",
]
