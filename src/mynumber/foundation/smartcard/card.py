"""The card as a pure function: state and command APDU in, next state and response APDU out.

`process` never raises, whatever the bytes. A holder saves the next state before it lets the response out (see
`Card`), so that a retry counter cannot be reset by cutting the power.
Source: docs/protocols/card.md; what is uncertain of the physical card is listed there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo
from cryptography.hazmat.primitives.serialization import load_der_private_key

from mynumber.foundation.smartcard.apdu import Command, MalformedApdu, Response, StatusWord, tries_left_status
from mynumber.foundation.smartcard.profile import (
    PROFILES,
    Application,
    ElementaryFile,
    FileKind,
    MalformedPin,
    Pin,
    PinRules,
    SignatureAlgorithm,
)
from mynumber.foundation.smartcard.state import CardState

_MAXIMUM_SIGNED = 245
"""Bytes that PKCS#1 v1.5 type 1 leaves room for in RSA-2048."""
_SIGNATURE_BYTES = 256
_NO_RESPONSE_DATA = 0x0C
_SHORT_REFERENCE = 0x80

_Outcome = tuple[CardState, Response]


class _Denied(Exception):
    """A command ends with this status word and changes nothing."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def process(state: CardState, apdu: bytes) -> tuple[CardState, bytes]:
    """Answer one command APDU. Returns the next state and the response APDU."""
    try:
        command = Command.parse(apdu)
        after, response = _handler(command)(state, command)
    except MalformedApdu:
        return state, Response(b"", StatusWord.WRONG_LENGTH).encode()
    except _Denied as denied:
        return state, Response(b"", denied.status).encode()
    return after, response.encode()


class Card:
    """A card in a holder's hands, for use as a CardReader.

    `save` is called with the next state before the response is returned, whenever the card's memory changed. If
    it raises, there is no response and the card is as before the command.
    """

    def __init__(self, state: CardState, save: Callable[[CardState], None] | None = None) -> None:
        self._state = state.reset()
        self._save = save

    def transmit(self, apdu: bytes) -> bytes:
        """One command, one response."""
        after, response = process(self._state, apdu)
        if self._save is not None and after.memory != self._state.memory:
            self._save(after)
        self._state = after
        return response

    def reset(self) -> None:
        """Take the card out of the reader and put it back."""
        self._state = self._state.reset()

    @property
    def state(self) -> CardState:
        """The card at this moment."""
        return self._state


# --- dispatch -----------------------------------------------------------------------------------------------


def _handler(command: Command) -> Callable[[CardState, Command], _Outcome]:
    handlers = _HANDLERS.get(command.cla)
    if handlers is None:
        raise _Denied(_class_error(command.cla))
    handler = handlers.get(command.ins)
    if handler is None:
        raise _Denied(StatusWord.UNKNOWN_INSTRUCTION)
    return handler


def _class_error(cla: int) -> int:
    if cla & 0x60:
        return StatusWord.UNKNOWN_CLASS
    if cla & 0x10:
        return StatusWord.CHAINING_NOT_SUPPORTED
    if cla & 0x0C:
        return StatusWord.SECURE_MESSAGING_NOT_SUPPORTED
    return StatusWord.CHANNEL_NOT_SUPPORTED


# --- SELECT -------------------------------------------------------------------------------------------------


def _select(state: CardState, command: Command) -> _Outcome:
    match command.p1:
        case 0x04:
            return _select_application(state, command)
        case 0x02:
            return _select_file(state, command)
        case 0x00 if command.data:
            # The master file 3F00 cannot be selected either.
            raise _Denied(StatusWord.NOT_FOUND)
        case _:
            raise _Denied(StatusWord.WRONG_P1_P2)


def _select_application(state: CardState, command: Command) -> _Outcome:
    application = PROFILES[state.memory.profile].application_with_aid(command.data)
    if application is None:
        raise _Denied(StatusWord.NOT_FOUND)
    if command.p2 != _NO_RESPONSE_DATA:
        raise _Denied(StatusWord.WRONG_P1_P2)
    # Selecting an application, also the same one again, clears the security status.
    return CardState(state.memory, application=application.name), _done()


def _select_file(state: CardState, command: Command) -> _Outcome:
    if command.p2 != _NO_RESPONSE_DATA:
        raise _Denied(StatusWord.WRONG_P1_P2)
    if len(command.data) != 2:
        raise _Denied(StatusWord.WRONG_LENGTH)
    file = _find_file(state, int.from_bytes(command.data))
    if file is None:
        raise _Denied(StatusWord.NOT_FOUND)
    return replace(state, file=file.fid), _done()


# --- READ BINARY --------------------------------------------------------------------------------------------


def _read_binary(state: CardState, command: Command) -> _Outcome:
    if command.p1 & _SHORT_REFERENCE:
        file = _file_by_reference(state, command.p1)
        offset = command.p2
    else:
        file = _current_file(state)
        offset = command.p1 << 8 | command.p2
    if file.kind is not FileKind.TRANSPARENT:
        raise _Denied(StatusWord.WRONG_FILE_TYPE)
    if command.data or not command.expected:
        raise _Denied(StatusWord.WRONG_LENGTH)
    _require_status(state, file)
    content = state.content(file.fid)
    if offset >= len(content):
        raise _Denied(StatusWord.OFFSET_PAST_END)
    return replace(state, file=file.fid), _done(content[offset : offset + command.expected])


# --- VERIFY and CHANGE REFERENCE DATA -----------------------------------------------------------------------


def _verify(state: CardState, command: Command) -> _Outcome:
    if command.p1 != 0x00:
        raise _Denied(StatusWord.WRONG_P1_P2)
    file = _pin_file(state, command.p2)
    pin = state.pin(file.fid)
    if not command.data:
        # Asked without a PIN the card tells the tries, also while the PIN is verified: OpenSC depends on it.
        raise _Denied(tries_left_status(pin.tries_left))
    if pin.tries_left == 0:
        raise _Denied(StatusWord.BLOCKED)
    if pin.matches(command.data):
        return state.with_pin(file.fid, pin.with_tries(_rules(file).tries), verified=True), _done()
    left = pin.tries_left - 1
    after = state.with_pin(file.fid, pin.with_tries(left), verified=False)
    return after, Response(b"", tries_left_status(left))


def _change_pin(state: CardState, command: Command) -> _Outcome:
    if command.p1 != 0x01:
        raise _Denied(StatusWord.WRONG_P1_P2)
    file = _pin_file(state, command.p2)
    if file.fid not in state.verified:
        raise _Denied(StatusWord.NOT_ALLOWED)
    try:
        pin = Pin.parse(command.data.decode("ascii"), _rules(file))
    except (UnicodeDecodeError, MalformedPin):
        raise _Denied(StatusWord.WRONG_DATA) from None
    record = state.pin(file.fid).changed_to(pin, tries=_rules(file).tries)
    return state.with_pin(file.fid, record, verified=True), _done()


def _pin_file(state: CardState, reference: int) -> ElementaryFile:
    file = _file_by_reference(state, reference)
    if file.kind is not FileKind.PIN:
        raise _Denied(StatusWord.WRONG_FILE_TYPE)
    return file


# --- COMPUTE DIGITAL SIGNATURE ------------------------------------------------------------------------------


def _sign(state: CardState, command: Command) -> _Outcome:
    if command.p1 != 0x00:
        # The physical card hashes by itself for P1 01..05; sign-in does not need it.
        raise _Denied(StatusWord.WRONG_P1_P2)
    file = _file_by_reference(state, command.p2)
    if file.kind is not FileKind.KEY:
        raise _Denied(StatusWord.WRONG_FILE_TYPE)
    _require_status(state, file)
    if not 1 <= len(command.data) <= _MAXIMUM_SIGNED:
        raise _Denied(StatusWord.WRONG_LENGTH)
    if command.expected < _SIGNATURE_BYTES:
        raise _Denied(StatusWord.EXPECTED_256)
    return replace(state, file=file.fid), _done(_pad_and_sign(state, file, command.data))


def _pad_and_sign(state: CardState, file: ElementaryFile, data: bytes) -> bytes:
    """PKCS#1 v1.5 type 1 over `data` as it is; callers send the DigestInfo of their hash."""
    match PROFILES[state.memory.profile].algorithm:
        case SignatureAlgorithm.RSA_2048_PKCS1:
            # The key was checked when the card was made; checking it again costs more than signing.
            key = load_der_private_key(state.key(file.fid), None, unsafe_skip_rsa_key_validation=True)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise _Denied(StatusWord.WRONG_FILE_TYPE)
            return key.sign(data, padding.PKCS1v15(), NoDigestInfo())


# --- what the commands share --------------------------------------------------------------------------------


def _done(data: bytes = b"") -> Response:
    return Response(data, StatusWord.DONE)


def _application(state: CardState) -> Application | None:
    if state.application is None:
        return None
    return PROFILES[state.memory.profile].application(state.application)


def _find_file(state: CardState, fid: int) -> ElementaryFile | None:
    application = _application(state)
    if application is None or not state.holds(fid):
        return None
    return application.file(fid)


def _current_file(state: CardState) -> ElementaryFile:
    file = None if state.file is None else _find_file(state, state.file)
    if file is None:
        raise _Denied(StatusWord.NO_CURRENT_FILE)
    return file


def _file_by_reference(state: CardState, reference: int) -> ElementaryFile:
    """The EF that P1 or P2 names: 80 = the selected one, 81..9E = by short identifier."""
    if reference & 0x60 or not reference & _SHORT_REFERENCE:
        raise _Denied(StatusWord.WRONG_P1_P2)
    short = reference & 0x1F
    if short == 0:
        return _current_file(state)
    file = _find_file(state, short)
    if file is None:
        raise _Denied(StatusWord.REFERENCE_NOT_FOUND)
    return file


def _require_status(state: CardState, file: ElementaryFile) -> None:
    if file.needs is not None and file.needs not in state.verified:
        raise _Denied(StatusWord.NOT_ALLOWED)


def _rules(file: ElementaryFile) -> PinRules:
    if file.pin is None:
        raise _Denied(StatusWord.WRONG_FILE_TYPE)
    return file.pin


_HANDLERS: dict[int, dict[int, Callable[[CardState, Command], _Outcome]]] = {
    0x00: {0xA4: _select, 0xB0: _read_binary, 0x20: _verify, 0x24: _change_pin},
    0x80: {0x2A: _sign},
}
