"""Secure messaging of 券面事項入力補助AP: commands and answers encrypted under a key that the reader makes for the session.

SET SESSION KEY (`80 AE`) brings 32 random bytes, encrypted to the key in EF 0006 (RSA-OAEP, SHA-256); the first 16 are the AES-128 key.
VERIFY, SELECT of an EF and READ BINARY then travel with CLA 08. There is no integrity: whoever sits between can spoil a command, not read it.
The PIN itself has to be entered in the clear before, so what is gained is that number, attributes and 照合番号 stay off the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from mynumber.foundation.smartcard import tlv
from mynumber.foundation.smartcard.algorithms import Randomness, load_key
from mynumber.foundation.smartcard.apdu import Command, Response, StatusWord
from mynumber.foundation.smartcard.commands import Denied, Outcome, done
from mynumber.foundation.smartcard.generations import MESSAGING_KEY, TEXT_PIN
from mynumber.foundation.smartcard.state import CardState, Messaging

SECURE, SECURE_WITH_INTEGRITY = 0x08, 0x0C
"""Class bytes; the second asks for what this card does not have."""
SET_SESSION_KEY = 0xAE
SEED_BYTES = 32
CRYPTOGRAM, EXPECTED_LENGTH = 0x86, 0x96
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
_BLOCK = 16
_PADDED = b"\x01"
_SELECT, _READ, _VERIFY = 0xA4, 0xB0, 0x20
_BROKEN = Messaging(b"", 0)

_Handler = Callable[[CardState, Command, Randomness], Outcome]


def set_session_key(state: CardState, command: Command, _: Randomness) -> Outcome:
    """Take a session key, once the PIN is verified (照合番号 do not do)."""
    application = state.selected
    if application is None:
        raise Denied(StatusWord.UNKNOWN_INSTRUCTION)
    if application.session_key_refused is not None:
        raise Denied(application.session_key_refused)
    if (command.p1, command.p2) != (0x00, 0x00):
        raise Denied(StatusWord.WRONG_P1_P2)
    if TEXT_PIN not in state.verified:
        raise Denied(StatusWord.NOT_ALLOWED)
    seed = _delivered(state, command.data)
    return replace(state, messaging=Messaging(seed[:_BLOCK], 1)), done()


def key_delivery(seed: bytes) -> bytes:
    """What a reader encrypts with OAEP for SET SESSION KEY."""
    return tlv.encode(0xA0, tlv.encode(0x80, seed))


def _delivered(state: CardState, cryptogram: bytes) -> bytes:
    der = state.memory.keys.get(MESSAGING_KEY)
    key = None if der is None else load_key(der)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Denied(StatusWord.SECURITY_ENVIRONMENT)
    if len(cryptogram) * 8 != key.key_size:
        raise Denied(StatusWord.WRONG_LENGTH)
    if int.from_bytes(cryptogram) >= key.public_key().public_numbers().n:
        raise Denied(StatusWord.SELF_DIAGNOSIS)
    try:
        message = key.decrypt(cryptogram, OAEP)
        seed = tlv.members(tlv.parse_one(message, 0xA0).value, 0x80)[0x80].value
    except (ValueError, tlv.MalformedTlv):
        raise Denied(StatusWord.WRONG_DATA) from None
    if len(seed) != SEED_BYTES:
        raise Denied(StatusWord.WRONG_DATA)
    return seed


def secured(
    state: CardState, command: Command, randomness: Randomness, plain: Mapping[int, _Handler]
) -> Outcome:
    """A command with secure messaging: decrypt, have it done, encrypt the answer. An error of this layer ends the session."""
    messaging = state.messaging
    if messaging is None:
        not_there = command.ins == _SELECT or command.ins not in (_READ, _VERIFY)
        raise Denied(StatusWord.SECURE_MESSAGING_NOT_SUPPORTED if not_there else StatusWord.NO_SECURE_SESSION)
    if messaging == _BROKEN:
        raise Denied(StatusWord.NO_SECURE_SESSION)
    if command.cla == SECURE_WITH_INTEGRITY:
        return _broken(state, StatusWord.SECURE_OBJECT_MISSING)
    if command.ins not in (_SELECT, _READ, _VERIFY):
        return _broken(state, StatusWord.SECURE_MESSAGING_NOT_SUPPORTED)
    try:
        inner = _unwrapped(command, messaging)
    except tlv.MalformedTlv:
        return _broken(state, StatusWord.SECURE_OBJECT_WRONG)
    try:
        after, answer = plain[command.ins](state, inner, randomness)
    except Denied as denied:
        # What the application refuses counts as well.
        after, answer = state, Response(b"", denied.status)
    if after.messaging is None:
        return after, answer
    after = replace(after, messaging=replace(messaging, counter=messaging.counter + 1))
    if not answer.data:
        return after, answer
    cryptogram = encrypt(messaging, answer.data)
    return after, Response(tlv.encode(CRYPTOGRAM, _PADDED + cryptogram), answer.status)


def _broken(state: CardState, status: int) -> Outcome:
    return replace(state, messaging=_BROKEN), Response(b"", status)


def _unwrapped(command: Command, messaging: Messaging) -> Command:
    """The plain command. Raises MalformedTlv."""
    tag = EXPECTED_LENGTH if command.ins == _READ else CRYPTOGRAM
    value = tlv.members(command.data, tag)[tag].value
    if command.ins == _READ:
        if len(value) != 3 or value[0] != 0:
            raise tlv.MalformedTlv("the expected length has another form")
        expected = int.from_bytes(value) or 65536
        return Command(0x00, command.ins, command.p1, command.p2, expected=expected)
    if value[:1] != _PADDED:
        raise tlv.MalformedTlv("the padding is not the one of this card")
    return Command(0x00, command.ins, command.p1, command.p2, decrypt(messaging, value[1:]))


# --- the cipher, for both sides -----------------------------------------------------------------------------


def encrypt(messaging: Messaging, data: bytes) -> bytes:
    """AES-128-CBC with the vector of this command; `80 00 ...` fills the last block."""
    padded = data + b"\x80"
    padded += bytes(-len(padded) % _BLOCK)
    encryptor = _cipher(messaging).encryptor()
    return encryptor.update(padded) + encryptor.finalize()


def decrypt(messaging: Messaging, data: bytes) -> bytes:
    """The way back. Raises MalformedTlv when the counters of the two sides differ, or somebody changed the bytes."""
    if not data or len(data) % _BLOCK:
        raise tlv.MalformedTlv("a cryptogram is made of whole blocks")
    decryptor = _cipher(messaging).decryptor()
    padded = (decryptor.update(data) + decryptor.finalize()).rstrip(b"\0")
    if padded[-1:] != b"\x80":
        raise tlv.MalformedTlv("the cryptogram does not end in its padding")
    return padded[:-1]


def _cipher(messaging: Messaging) -> Cipher[modes.CBC]:
    """The initial vector is the counter, encrypted."""
    key = algorithms.AES128(messaging.key)
    # One block of a counter that never repeats under this key: the mode does not matter.
    encryptor = Cipher(key, modes.CBC(bytes(_BLOCK))).encryptor()
    vector = encryptor.update(messaging.counter.to_bytes(_BLOCK)) + encryptor.finalize()
    return Cipher(key, modes.CBC(vector))
