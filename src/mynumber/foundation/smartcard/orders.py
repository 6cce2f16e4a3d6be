"""The card's side of the issuer's orders (`administration`): check everything, then carry out all of it or none.

Nothing is kept until the whole order has arrived and every operation has worked; the holder of the card saves the next state before
the answer is out (`Card`). A torn order leaves the card as it was, or as it shall be.
"""

from __future__ import annotations

import hmac
from dataclasses import replace

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mynumber.foundation.smartcard.administration import (
    LAST_PART,
    MAXIMUM_ORDER,
    REFUSAL_STATUS,
    AdministrationStatus,
    AllowPin,
    GenerateKey,
    MalformedOrder,
    Operation,
    Order,
    OrderNotSigned,
    OrderRefusal,
    RemoveSignature,
    WriteCertificate,
    WriteFace,
)
from mynumber.foundation.smartcard.algorithms import Randomness, load_key, private_bytes, public_bytes
from mynumber.foundation.smartcard.apdu import Command, StatusWord
from mynumber.foundation.smartcard.commands import Denied, Outcome, done
from mynumber.foundation.smartcard.generations import ADMINISTRATION
from mynumber.foundation.smartcard.issue import (
    CardKey,
    CertificateDoesNotFitKey,
    internal_public_key,
    with_certificate,
    with_face,
    without_certificate,
)
from mynumber.foundation.smartcard.profile import KeyName, file_name
from mynumber.foundation.smartcard.state import CardState


class _Impossible(Exception):
    """An operation does not fit this card."""


def put_order(state: CardState, command: Command, randomness: Randomness) -> Outcome:
    """One part of an order; with the last one it is carried out. P1 = 80 marks the last, P2 counts from 0."""
    _require_selected(state)
    if command.p1 not in (0x00, LAST_PART):
        raise Denied(StatusWord.WRONG_P1_P2)
    if not command.data:
        raise Denied(StatusWord.WRONG_LENGTH)
    # The first part begins anew; P2 of the others is how many have arrived.
    arrived = () if command.p2 == 0 else state.incoming
    if len(arrived) != command.p2:
        raise Denied(StatusWord.CONDITIONS_NOT_SATISFIED)
    parts = (*arrived, command.data)
    if sum(map(len, parts)) > MAXIMUM_ORDER:
        raise Denied(StatusWord.WRONG_LENGTH)
    if command.p1 != LAST_PART:
        return replace(state, incoming=parts), done()
    after = _carry_out(replace(state, incoming=()), b"".join(parts), randomness)
    return after, done(_status(after).encode()[: command.expected])


def get_status(state: CardState, command: Command, _: Randomness) -> Outcome:
    """Serial number, number of the last order, new public keys."""
    _require_selected(state)
    if (command.p1, command.p2) != (0x00, 0x00):
        raise Denied(StatusWord.WRONG_P1_P2)
    if command.data or not command.expected:
        raise Denied(StatusWord.WRONG_LENGTH)
    return state, done(_status(state).encode()[: command.expected])


def _require_selected(state: CardState) -> None:
    if state.application != ADMINISTRATION:
        raise Denied(StatusWord.UNKNOWN_INSTRUCTION)


def _status(state: CardState) -> AdministrationStatus:
    new_keys = {
        which: public_bytes(load_key(key).public_key())
        for which in KeyName
        if (key := state.memory.pending.get(_key_name(state, which))) is not None
    }
    internal = internal_public_key(state)
    return AdministrationStatus(
        state.memory.card_serial,
        state.memory.sequence,
        new_keys,
        None if internal is None else public_bytes(internal),
    )


def _carry_out(state: CardState, data: bytes, randomness: Randomness) -> CardState:
    order = _checked(state, data)
    after = state
    try:
        for operation in order.operations:
            after = _apply(after, operation, randomness)
    except _Impossible:
        raise _refused(OrderRefusal.IMPOSSIBLE) from None
    return replace(after, memory=msgspec.structs.replace(after.memory, sequence=order.sequence))


def _checked(state: CardState, data: bytes) -> Order:
    """The order, when it is signed, for this card, and new."""
    if not state.memory.issuer_key:
        raise _refused(OrderRefusal.NOT_SIGNED)
    try:
        order = Order.read(data, Ed25519PublicKey.from_public_bytes(state.memory.issuer_key))
    except OrderNotSigned:
        raise _refused(OrderRefusal.NOT_SIGNED) from None
    except MalformedOrder:
        raise _refused(OrderRefusal.IMPOSSIBLE) from None
    if not hmac.compare_digest(order.card_serial, state.memory.card_serial):
        raise _refused(OrderRefusal.OTHER_CARD)
    if order.sequence <= state.memory.sequence:
        raise _refused(OrderRefusal.ALREADY_DONE)
    return order


def _refused(reason: OrderRefusal) -> Denied:
    return Denied(REFUSAL_STATUS[reason])


# --- operations ---------------------------------------------------------------------------------------------


def _apply(state: CardState, operation: Operation, randomness: Randomness) -> CardState:
    match operation:
        case GenerateKey():
            return _generate(state, operation, randomness)
        case WriteCertificate():
            return _write_certificate(state, operation)
        case RemoveSignature():
            return _remove_signature(state)
        case WriteFace():
            return _write_face(state, operation, randomness)
        case AllowPin():
            name = state.profile.pin_name(operation.which)
            if name is None or name not in state.memory.pins:
                raise _Impossible
            return replace(state, settable=state.settable | {name})


def _generate(state: CardState, operation: GenerateKey, randomness: Randomness) -> CardState:
    key = private_bytes(randomness.private_key(state.profile.algorithm))
    pending = {**state.memory.pending, _key_name(state, operation.which): key}
    return replace(state, memory=msgspec.structs.replace(state.memory, pending=pending))


def _write_certificate(state: CardState, operation: WriteCertificate) -> CardState:
    """The certificate is for the new key, which then takes the place of the old one, or for the key in use."""
    name = _key_name(state, operation.which)
    for key in (state.memory.pending.get(name), state.memory.keys.get(name)):
        if key is None:
            continue
        try:
            x509.load_der_x509_certificate(operation.ca_certificate)
            card_key = CardKey(load_key(key), operation.certificate, operation.ca_certificate)
            return replace(state, memory=with_certificate(state.memory, operation.which, card_key))
        except CertificateDoesNotFitKey:
            continue
        except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
            break
    raise _Impossible


def _remove_signature(state: CardState) -> CardState:
    slot = state.profile.keys[KeyName.SIGNATURE]
    memory = without_certificate(state.memory, KeyName.SIGNATURE)
    name = state.profile.pin_name(slot.pin)
    return replace(state, memory=memory, settable=state.settable - {name or ""})


def _write_face(state: CardState, operation: WriteFace, randomness: Randomness) -> CardState:
    try:
        return replace(state, memory=with_face(state.memory, operation.files, randomness))
    except ValueError:
        raise _Impossible from None


def _key_name(state: CardState, which: KeyName) -> str:
    slot = state.profile.keys[which]
    return file_name(slot.application, slot.key)
