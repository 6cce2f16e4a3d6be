"""A person of a test with a card, made and handed over by messages as the municipality's counter does it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography import x509

from mynumber.foundation.pki import serial_text
from mynumber.foundation.smartcard import (
    PIN_RULES,
    Card,
    CardState,
    JpkiClient,
    KeyName,
    Pin,
    PinName,
    PinPad,
)
from mynumber.foundation.smartcard.administration import carry_out, read_status
from mynumber.institutions.jlis.certification.models import Card as CardRow
from mynumber.institutions.jlis.certification.models import Certificate
from mynumber.institutions.jlis.certification.orders import proof_digest
from mynumber.institutions.jlis.residents.models import Person
from mynumber.protocols import card_life
from mynumber.protocols.card_life import (
    COLLECT_CARD,
    HAND_OVER,
    ISSUE_CERTIFICATE,
    QUERY_DELIVERIES,
    REQUEST_ORDER,
    CardStanding,
    CollectCard,
    HandOver,
    IdentityCheck,
    IssueCertificate,
    IssuedCertificate,
    OrderKind,
    OtherPinProof,
    QueryDeliveries,
    RequestOrder,
)
from mynumber.protocols.certification import CertificateKind
from mynumber.protocols.residents import FourAttributes, ResidentEntry
from tests.institutions.jlis.cards.making import application, hand_in, produce
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.people import KATSUSHIKA, entry, somebody

PINS: Final = {PinName.AUTHENTICATION: "8046", PinName.SIGNATURE: "ABC123"}
KEYS: Final = {
    CertificateKind.AUTHENTICATION: KeyName.AUTHENTICATION,
    CertificateKind.SIGNATURE: KeyName.SIGNATURE,
}
AT_COUNTER: Final = IdentityCheck.ONE_WITH_PHOTO


@dataclass(slots=True)
class Holder:
    """Somebody registered, whose card the tests have in hand."""

    door: Door
    record: ResidentEntry
    number: str
    municipality: str = KATSUSHIKA
    pins: dict[PinName, str] = field(default_factory=lambda: dict(PINS))
    card: Card = field(init=False)
    serial: str = field(init=False)

    # --- the card ---------------------------------------------------------------------------------------------

    @property
    def jpki(self) -> JpkiClient:
        """The card's application for personal authentication, freshly selected."""
        client = JpkiClient(self.card)
        client.select()
        return client

    def pin(self, which: PinName) -> Pin:
        """As the holder chose it."""
        return Pin.parse(self.pins[which], PIN_RULES[which])

    def certificate(self, which: KeyName = KeyName.AUTHENTICATION) -> bytes:
        """As it is on the card, DER."""
        client = self.jpki
        if which is KeyName.SIGNATURE:
            client.verify_pin(self.pin(PinName.SIGNATURE), PinName.SIGNATURE)
        return client.read_certificate(which)

    def sign(self, digest: bytes, which: KeyName = KeyName.AUTHENTICATION) -> bytes:
        """With the PIN."""
        client, pin = self.jpki, PinName(which.value)
        client.verify_pin(self.pin(pin), pin)
        return client.sign(digest, which)

    def serial_of(self, which: KeyName = KeyName.AUTHENTICATION) -> str:
        """Serial number of the certificate on the card."""
        return serial_text(x509.load_der_x509_certificate(self.certificate(which)).serial_number)

    @property
    def sequence(self) -> int:
        """The card's own counter."""
        return read_status(self.card).sequence

    # --- the counter ------------------------------------------------------------------------------------------

    def order(self, kind: OrderKind, **changes: object) -> bytes:
        """Have an order signed at the counter."""
        given: dict[str, object] = {
            "kind": kind,
            "card_serial": self.serial,
            "sequence": self.sequence,
            "check": AT_COUNTER,
            **changes,
        }
        request = RequestOrder(**given)  # type: ignore[arg-type]  # the defaults above have the fields' types
        return self.door.ask(REQUEST_ORDER, request, sender=self.municipality).order

    def set_pin(self, which: PinName, digits: str, **changes: object) -> None:
        """A PIN is set anew on an order."""
        pins = (card_life.PinName(which.value),)
        carry_out(self.card, self.order(OrderKind.SET_PINS, pins=pins, **changes))
        self.pins[which] = digits
        PinPad(self.card).change(which, None, self.pin(which))

    def proof(self, which: KeyName = KeyName.AUTHENTICATION, nonce: bytes | None = None) -> OtherPinProof:
        """What a kiosk sends instead of a check."""
        nonce = nonce or secrets.token_bytes(16)
        signature = self.sign(proof_digest(self.serial, nonce), which)
        return OtherPinProof(certificate=self.certificate(which), signature=signature, nonce=nonce)

    def make_key(self, kind: CertificateKind) -> IssueCertificate:
        """Have the card make a key; the question for its certificate."""
        status = carry_out(self.card, self.order(OrderKind.MAKE_KEY, certificate=kind))
        return IssueCertificate(
            card_serial=self.serial,
            sequence=status.sequence,
            certificate=kind,
            public_key=status.new_keys[KEYS[kind]],
        )

    def renew(self, kind: CertificateKind) -> IssuedCertificate:
        """Key, certificate, and the certificate onto the card."""
        issued = self.door.ask(ISSUE_CERTIFICATE, self.make_key(kind), sender=self.municipality)
        carry_out(self.card, issued.order)
        return issued

    # --- the register -----------------------------------------------------------------------------------------

    def enter(self, record: ResidentEntry) -> None:
        """The municipality notifies a change."""
        self.record = record
        self.door.register(record, sender=self.municipality)

    # --- what J-LIS knows -------------------------------------------------------------------------------------

    @property
    def person(self) -> Person:
        """The row in the residents network."""
        return Person.objects.get(individual_number=self.number)

    @property
    def row(self) -> CardRow:
        """The card's row."""
        return CardRow.objects.get(card_serial=self.serial)

    def states(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of the newest certificate of each kind."""
        rows = Certificate.objects.filter(person=self.person).order_by("issued_at", "pk")
        return {row.kind: (row.state, row.reason) for row in rows}


def card_on_the_way(door: Door, attributes: FourAttributes | None = None, **changes: object) -> Holder:
    """Somebody whose card lies at the municipality; its PINs are not set and its certificates rest."""
    record = entry(attributes or somebody())
    (result,) = door.register(record)
    holder = Holder(door, record, result.individual_number or "")
    next_card(holder, **changes)
    return holder


def next_card(holder: Holder, **changes: object) -> None:
    """Apply for a card and have it made and delivered; from here on the tests hold that card."""
    given = hand_in(holder.door, application(holder.number, **changes), sender=holder.municipality)
    produce()
    question = QueryDeliveries(application_ids=(given.application_id,))
    answer = holder.door.ask(QUERY_DELIVERIES, question, sender=holder.municipality)
    serial = answer.deliveries[0].card_serial
    assert serial is not None
    collected = holder.door.ask(COLLECT_CARD, CollectCard(card_serial=serial), sender=holder.municipality)
    holder.serial = serial
    holder.card = Card(CardState.from_bytes(collected.card))


def hand_over(holder: Holder) -> CardStanding:
    """Set the PINs and hand the card over."""
    for which, digits in PINS.items():
        holder.set_pin(which, digits)
    question = HandOver(card_serial=holder.serial, check=AT_COUNTER, handed_over_at=datetime.now(UTC))
    return holder.door.ask(HAND_OVER, question, sender=holder.municipality)


def holder_of_card(door: Door, attributes: FourAttributes | None = None, **changes: object) -> Holder:
    """Somebody with a card in use."""
    holder = card_on_the_way(door, attributes, **changes)
    hand_over(holder)
    return holder


def digest(text: str) -> bytes:
    """SHA-256 of a text."""
    return sha256(text.encode()).digest()
