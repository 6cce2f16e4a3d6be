"""Orders to cards in use, and certificates for keys that cards make (Act art. 17(4) ff., 公的個人認証法 art. 3, 22).

An order is signed only on a ground: a counter that identified the holder, or at a kiosk the other key of the same card, whose PIN the holder
still knows. Every order is recorded before it is given away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mynumber.foundation import smartcard
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import JAPAN, in_renewal_window
from mynumber.foundation.smartcard import administration
from mynumber.foundation.smartcard.administration import Operation, Order
from mynumber.institutions.jlis.certification import changes, pictures
from mynumber.institutions.jlis.certification.cards import face_of
from mynumber.institutions.jlis.certification.faces import face_digest
from mynumber.institutions.jlis.certification.issuer_keys import face_key, order_key
from mynumber.institutions.jlis.certification.issuing import issue, parse_key, require_old_enough
from mynumber.institutions.jlis.certification.models import Card, CardOrder, Certificate
from mynumber.institutions.jlis.certification.proofs import Shown, believe
from mynumber.institutions.jlis.certification.rules import day_in_japan, rules_on
from mynumber.institutions.jlis.certification.words import (
    CARD_KINDS,
    WRITE_CERTIFICATE,
    CertificateReason,
    EventKind,
)
from mynumber.institutions.jlis.residents.models import Status
from mynumber.protocols.card_life import (
    CardState,
    IssueCertificate,
    IssuedCertificate,
    OrderKind,
    PinName,
    RequestOrder,
)
from mynumber.protocols.certification import CertificateKind
from mynumber.protocols.refusal import Hop, Reason, Refused

KEY_NAMES: Final = {
    CertificateKind.AUTHENTICATION: smartcard.KeyName.AUTHENTICATION,
    CertificateKind.SIGNATURE: smartcard.KeyName.SIGNATURE,
}
PROVEN_BY: Final = {
    PinName.SIGNATURE: CertificateKind.AUTHENTICATION,
    PinName.AUTHENTICATION: CertificateKind.SIGNATURE,
}
"""At a kiosk: a PIN that may be set, and the key of the same card that must sign for it."""
_PROOF: Final = b"mynumber order proof v1\n"


@dataclass(frozen=True, slots=True)
class Ordering:
    """Who has an order signed, for the record."""

    by: str
    message_id: str
    at: datetime


def proof_digest(card_serial: str, nonce: bytes) -> bytes:
    """What the other key signs at a kiosk (`OtherPinProof`)."""
    return hashlib.sha256(_PROOF + card_serial.encode() + b"\n" + nonce).digest()


def sign_order(card: Card, request: RequestOrder, ordering: Ordering, *, keyring: KeyRing) -> bytes:
    """Sign an order to a card. The caller holds the rows of person and card and has asked whose card it is.

    Raises Refused: MALFORMED for an order that makes no sense, NOT_ENTITLED without a ground, in a state of the card that does not allow it, for
    a renewal that is too early or a holder who is too young, BAD_SIGNATURE, REPLAYED for a nonce that was used.
    """
    _require_sense(card, request)
    _require_state(card, request.kind)
    shown = _require_ground(card, request, ordering)
    operations = _operations(card, request, ordering, keyring=keyring)
    sequence = request.sequence + 1
    CardOrder.objects.create(
        card=card,
        sequence=sequence,
        kind=request.kind,
        pins=list(request.pins),
        certificate_kind=request.certificate or "",
        ordered_by=ordering.by,
        message_id=ordering.message_id,
        ordered_at=ordering.at,
        identity_check=request.check or "",
        proof=shown.row if shown else None,
        proof_nonce=request.proof.nonce if request.proof else None,
    )
    changes.note(
        card,
        EventKind.ORDERED,
        at=ordering.at,
        by=ordering.by,
        order_kind=request.kind,
        certificate_kind=request.certificate or "",
        identity_check=request.check or "",
    )
    return _signed(card, sequence, operations, keyring=keyring)


def certify_key(
    card: Card, request: IssueCertificate, ordering: Ordering, *, keyring: KeyRing
) -> IssuedCertificate:
    """Issue the certificate for a key that the card has just made on our order, and the order that writes it (公的個人認証法 art. 3, 22).

    What was in force of the kind is revoked as superseded; within three months before its end the new one lasts a birthday longer.
    The caller holds the rows of person and card. Raises Refused: NOT_ENTITLED when no such order stands, MALFORMED for the key, UNAVAILABLE.
    """
    _require_known_sequence(card, request.sequence)
    _require_state(card, OrderKind.MAKE_KEY)
    ground = _key_order(card, request, ordering)
    key = parse_key(request.public_key)
    before = Certificate.objects.filter(card=card, kind=request.certificate)
    changes.revoke(before, CertificateReason.SUPERSEDED, at=ordering.at, by=ordering.by)
    issued = issue(
        request.certificate,
        key,
        card,
        card.person,
        keyring=keyring,
        through=ordering.by,
        at=ordering.at,
    )
    sequence = request.sequence + 1
    CardOrder.objects.create(
        card=card,
        sequence=sequence,
        kind=WRITE_CERTIFICATE,
        certificate_kind=request.certificate,
        certificate=issued.row,
        ordered_by=ordering.by,
        message_id=ordering.message_id,
        ordered_at=ordering.at,
        identity_check=ground.identity_check,
    )
    write = administration.WriteCertificate(
        KEY_NAMES[request.certificate], issued.certificate, issued.ca_certificate
    )
    order = _signed(card, sequence, (write,), keyring=keyring)
    last_day = issued.row.not_after.astimezone(JAPAN).date()
    return IssuedCertificate(serial=issued.row.serial, expires_on=last_day, order=order)


# --- what an order needs ------------------------------------------------------------------------------------


def _require_sense(card: Card, request: RequestOrder) -> None:
    _require_known_sequence(card, request.sequence)
    if (request.check is None) == (request.proof is None):
        raise _malformed("an order needs one ground: a check at the counter, or a proof by the other key")
    if (request.kind is OrderKind.SET_PINS) != bool(request.pins) or len(set(request.pins)) != len(
        request.pins
    ):
        raise _malformed("an order to set PINs, and no other, names them, each once")
    if (request.kind is OrderKind.MAKE_KEY) != (request.certificate is not None):
        raise _malformed("an order to make a key, and no other, names its certificate")
    if request.certificate is not None and request.certificate not in CARD_KINDS:
        raise _malformed("a card makes no keys for phones")


def _require_known_sequence(card: Card, sequence: int) -> None:
    """The card's counter is that of an order that we signed; ahead of all of them it cannot be."""
    if sequence > card.sequence:
        raise _malformed("the counter of the card is ahead of all orders")


def _require_state(card: Card, kind: OrderKind) -> None:
    allowed = [CardState.HANDED_OVER]
    if kind is OrderKind.SET_PINS:
        allowed.append(CardState.DELIVERED)
    if card.state not in allowed:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, f"not while the card is {card.state}")
    if card.person.status != Status.CURRENT:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the holder's record is removed")


def _require_ground(card: Card, request: RequestOrder, ordering: Ordering) -> Shown | None:
    """The certificate that proved the holder at a kiosk; None where a counter answers for the check."""
    if request.proof is None:
        return None
    if request.kind is not OrderKind.SET_PINS or len(request.pins) != 1 or request.pins[0] not in PROVEN_BY:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "a kiosk sets one PIN, by the key of the other")
    shown = believe(
        request.proof.certificate,
        digest=proof_digest(card.card_serial, request.proof.nonce),
        signature=request.proof.signature,
        kinds={PROVEN_BY[request.pins[0]]},
        at=ordering.at,
    )
    if shown.row.card_id != card.pk:
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "the certificate is on another card")
    if CardOrder.objects.filter(card=card, proof_nonce=request.proof.nonce).exists():
        raise Refused(Hop.JLIS, Reason.REPLAYED, "the proof was used before")
    return shown


def _key_order(card: Card, request: IssueCertificate, ordering: Ordering) -> CardOrder:
    """The order by which the card made the key: the last one, of the same municipality, a while ago at most."""
    order = CardOrder.objects.filter(card=card).order_by("-pk").first()
    lasts = timedelta(minutes=rules_on(day_in_japan(ordering.at)).order_minutes)
    if (
        order is None
        or order.kind != OrderKind.MAKE_KEY
        or order.sequence != request.sequence
        or order.certificate_kind != request.certificate
        or order.ordered_by != ordering.by
        or not order.ordered_at <= ordering.at <= order.ordered_at + lasts
    ):
        raise Refused(Hop.JLIS, Reason.NOT_ENTITLED, "no order to make this key stands")
    return order


# --- what an order does -------------------------------------------------------------------------------------


def _operations(
    card: Card, request: RequestOrder, ordering: Ordering, *, keyring: KeyRing
) -> tuple[Operation, ...]:
    match request.kind:
        case OrderKind.SET_PINS:
            return tuple(administration.AllowPin(smartcard.PinName(pin.value)) for pin in request.pins)
        case OrderKind.MAKE_KEY:
            return (_make_key(card, request, at=ordering.at),)
        case OrderKind.CHANGE_FACE:
            return (_write_face(card, at=ordering.at, keyring=keyring),)
        case OrderKind.REMOVE_SIGNATURE:
            signature = Certificate.objects.filter(card=card, kind=CertificateKind.SIGNATURE)
            changes.revoke(signature, CertificateReason.REQUESTED, at=ordering.at, by=ordering.by)
            return (administration.RemoveSignature(),)


def _make_key(card: Card, request: RequestOrder, *, at: datetime) -> Operation:
    kind, today = request.certificate, day_in_japan(at)
    if kind is None:
        raise _malformed("an order to make a key names its certificate")
    if kind is CertificateKind.SIGNATURE:
        require_old_enough(card.person, today)
    live = Certificate.objects.filter(card=card, kind=kind, state__in=changes.LIVE, not_after__gte=at).first()
    if live is not None and _reached_the_card(live, request.sequence):
        last_day = live.not_after.astimezone(JAPAN).date()
        if today != last_day and not in_renewal_window(today, last_day):
            raise Refused(
                Hop.JLIS, Reason.NOT_ENTITLED, "the certificate is renewed in its last three months"
            )
    return administration.GenerateKey(KEY_NAMES[kind])


def _reached_the_card(certificate: Certificate, sequence: int) -> bool:
    """Whether the certificate is on its card: made with it, or written by an order that the card has carried out."""
    order = CardOrder.objects.filter(certificate=certificate).first()
    return order is None or order.sequence <= sequence


def _write_face(card: Card, *, at: datetime, keyring: KeyRing) -> Operation:
    picture = pictures.of(card, keyring)
    if picture is None:
        raise Refused(Hop.JLIS, Reason.UNAVAILABLE, "the card was made without a face")
    today = day_in_japan(at)
    face = face_of(
        card.person,
        expires_on=card.expires_on,
        security_code=picture.security_code,
        photo=picture.photo,
        on=today,
    )
    card.face_written_at = at
    card.face_digest = face_digest(card.person, expires_on=card.expires_on, on=today)
    chip_key = parse_key(bytes(card.chip_key)) if card.chip_key else None
    return administration.WriteFace(smartcard.build_face_files(face, face_key(keyring), chip_key))


def _signed(card: Card, sequence: int, operations: tuple[Operation, ...], *, keyring: KeyRing) -> bytes:
    card.sequence = max(card.sequence, sequence)
    card.save(update_fields=["sequence", "face_written_at", "face_digest"])
    return Order(card.card_serial, sequence, operations).sign(order_key(keyring))


def _malformed(detail: str) -> Refused:
    return Refused(Hop.JLIS, Reason.MALFORMED, detail)
