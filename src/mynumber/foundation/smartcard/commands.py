"""The commands of the card, one function each: state and command in, next state and response out.

A command that cannot be done raises Denied with its status word, and nothing changes.
Source: docs/protocols/chip.md, which lists what is uncertain of the physical card.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

from mynumber.foundation.smartcard import tlv
from mynumber.foundation.smartcard.algorithms import (
    SIGNATURE_BYTES,
    CannotSign,
    Randomness,
    SignatureFault,
    load_key,
    sign,
)
from mynumber.foundation.smartcard.apdu import (
    SHORT_EXPECTED,
    Command,
    Response,
    StatusWord,
    tries_left_status,
)
from mynumber.foundation.smartcard.face import ISSUER_KEY_ID, key_id
from mynumber.foundation.smartcard.generations import FACE, FACE_CV_CERTIFICATE, MASTER
from mynumber.foundation.smartcard.profile import ElementaryFile, FileKind, PinRules, file_name
from mynumber.foundation.smartcard.state import CardState

Outcome = tuple[CardState, Response]

_NO_RESPONSE_DATA = 0x0C
_SHORT_REFERENCE = 0x80
_SHORT_IDENTIFIER = 0x1F
_RECORD_BY_NUMBER, _RECORDS_FROM_NUMBER = 0x04, 0x05
_MAXIMUM_CHALLENGE = 256
_MAXIMUM_AUTHENTICATED = 255
_HASHED_BY_CARD = 0x03
_CARD_RECOGNITION = bytes.fromhex("730906072A864886FC6B01")
"""GlobalPlatform's own object identifier."""


class Denied(Exception):
    """A command ends with this status word and changes nothing."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def done(data: bytes = b"") -> Response:
    """The response 9000."""
    return Response(data, StatusWord.DONE)


# --- SELECT -------------------------------------------------------------------------------------------------


def select(state: CardState, command: Command, _: Randomness) -> Outcome:
    """SELECT: an application by its AID, an EF by its identifier."""
    match command.p1:
        case 0x04:
            return _select_application(state, command)
        case 0x02:
            return _select_file(state, command)
        case 0x00 if command.data:
            # The master file 3F00 cannot be selected either.
            raise Denied(StatusWord.NOT_FOUND)
        case 0x00 if state.application is not None and command.p2 == 0x00:
            # Real cards say yes and stay where they are.
            return state, done()
        case _:
            raise Denied(StatusWord.WRONG_P1_P2)


def _select_application(state: CardState, command: Command) -> Outcome:
    application = state.profile.application_with_aid(command.data)
    if application is None:
        raise Denied(StatusWord.NOT_FOUND)
    if command.p2 != _NO_RESPONSE_DATA:
        raise Denied(StatusWord.WRONG_P1_P2)
    return state.select(application), done()


def _select_file(state: CardState, command: Command) -> Outcome:
    if command.p2 != _NO_RESPONSE_DATA:
        raise Denied(StatusWord.WRONG_P1_P2)
    if len(command.data) != 2:
        raise Denied(StatusWord.WRONG_LENGTH)
    file = state.find(int.from_bytes(command.data))
    if file is None:
        raise Denied(StatusWord.NOT_FOUND)
    return replace(state, file=file.fid), done()


# --- READ BINARY, READ RECORD, GET DATA -----------------------------------------------------------------------


def read_binary(state: CardState, command: Command, _: Randomness) -> Outcome:
    """READ BINARY from the selected EF, or from one named by its short identifier."""
    if command.p1 & _SHORT_REFERENCE:
        file = _file_by_reference(state, command.p1)
        offset = command.p2
    else:
        file = _current_file(state)
        offset = command.p1 << 8 | command.p2
    _require_kind(file, FileKind.TRANSPARENT)
    _require_answer(command)
    _require_opened(state, file)
    content = state.content(file)
    if offset >= len(content):
        raise Denied(StatusWord.OFFSET_PAST_END)
    return replace(state, file=file.fid), done(content[offset : offset + command.expected])


def read_record(state: CardState, command: Command, _: Randomness) -> Outcome:
    """READ RECORD 1 of the selected EF, or of one named by its short identifier (P2 = identifier * 8 + 4)."""
    short = command.p2 >> 3
    if command.p2 & 0x07 != _RECORD_BY_NUMBER:
        several = command.p2 & 0x07 == _RECORDS_FROM_NUMBER
        raise Denied(StatusWord.NOT_PROVIDED if several else StatusWord.WRONG_P1_P2)
    file = _file_by_reference(state, _SHORT_REFERENCE | short)
    _require_kind(file, FileKind.RECORD)
    _require_answer(command)
    _require_opened(state, file)
    if command.p1 != 0x01:
        raise Denied(StatusWord.RECORD_NOT_FOUND)
    return replace(state, file=file.fid), done(state.content(file)[: command.expected])


def get_data(state: CardState, command: Command, _: Randomness) -> Outcome:
    """GET DATA about the card itself: after a reset, or when the issuer security domain is selected."""
    _require_answer(command)
    objects = _data_objects(state) if state.application in (None, MASTER) else _data_everywhere(state)
    content = objects.get(command.p1 << 8 | command.p2)
    if content is None:
        raise Denied(StatusWord.REFERENCE_NOT_FOUND)
    if command.expected < len(content) and len(content) > SHORT_EXPECTED:
        # Real cards do not say how long it is.
        raise Denied(StatusWord.WRONG_LENGTH)
    return state, done(content[: command.expected])


def _data_everywhere(state: CardState) -> dict[int, bytes]:
    return {0x5F51: state.profile.atr[1:]}


def _data_objects(state: CardState) -> dict[int, bytes]:
    """The card's data objects, bare. Those that only large certificate chains of real cards fill are absent."""
    memory, place = state.memory, state.profile.card_record
    record = memory.contents.get(file_name(place.application, place.fid), b"")[2:]
    objects = {
        **_data_everywhere(state),
        0x0042: key_id(ISSUER_KEY_ID),
        0x0045: memory.card_serial.encode(),
        0x0066: _CARD_RECOGNITION,
        0x00F0: record[15:20],
        0x00F2: record[20:28],
    }
    with contextlib.suppress(KeyError, tlv.MalformedTlv):
        certificate = memory.contents[file_name(FACE, FACE_CV_CERTIFICATE)]
        objects[0x00F8] = tlv.parse_one(certificate, 0x7F21).value
    return objects


# --- VERIFY and CHANGE REFERENCE DATA -----------------------------------------------------------------------


def verify(state: CardState, command: Command, _: Randomness) -> Outcome:
    """VERIFY a PIN; without one, tell the tries left."""
    if command.p1 != 0x00:
        raise Denied(StatusWord.WRONG_P1_P2)
    file = _pin_file(state, command.p2)
    pin = state.pin(file)
    if not command.data:
        # Also while the PIN is verified: OpenSC depends on it.
        raise Denied(tries_left_status(pin.tries_left))
    if pin.tries_left == 0:
        raise Denied(StatusWord.BLOCKED)
    left = pin.tries_left - 1
    if pin.matches(command.data):
        return state.with_pin(file, pin.with_tries(pin.all_tries(_rules(file))), verified=True), done()
    after = state.with_pin(file, pin.with_tries(left), verified=False)
    return after, Response(b"", tries_left_status(left))


def change_pin(state: CardState, command: Command, _: Randomness) -> Outcome:
    """CHANGE REFERENCE DATA: the new PIN, after the old one was verified or when an order lets it be set."""
    if command.p1 != 0x01:
        raise Denied(StatusWord.WRONG_P1_P2)
    return _change_pin(state, command)


def change_key(state: CardState, command: Command, _: Randomness) -> Outcome:
    """CHANGE KEY of JICSAP: the same in other words."""
    if command.p1 != 0x00:
        raise Denied(StatusWord.WRONG_P1_P2)
    return _change_pin(state, command)


def _change_pin(state: CardState, command: Command) -> Outcome:
    file = _pin_file(state, command.p2)
    rules, name = _rules(file), state.name_of(file)
    allowed = name in state.settable
    if file.sealed or rules.by_issuer or not (allowed or file.fid in state.verified):
        raise Denied(StatusWord.NOT_ALLOWED)
    if not command.data.isascii() or not rules.allows(command.data.decode("ascii")):
        raise Denied(StatusWord.WRONG_DATA)
    # What an order lets the holder set has still to be entered before it opens anything.
    verified = file.fid in state.verified and not allowed
    after = state.with_pin(file, state.pin(file).changed_to(command.data, rules), verified=verified)
    return replace(after, settable=state.settable - {name}), done()


def _pin_file(state: CardState, reference: int) -> ElementaryFile:
    file = _file_by_reference(state, reference)
    _require_kind(file, FileKind.PIN)
    return file


# --- COMPUTE DIGITAL SIGNATURE, INTERNAL AUTHENTICATE, GET CHALLENGE ------------------------------------------


def compute_signature(state: CardState, command: Command, _: Randomness) -> Outcome:
    """COMPUTE DIGITAL SIGNATURE with the key EF that P2 names, or with the chip's own key in 券面 applications (P2 = 00)."""
    application = state.selected
    if command.p2 == 0x00 and application is not None and application.internal_key is not None:
        file = state.find(application.internal_key)
        if file is None:
            raise Denied(StatusWord.REFERENCE_NOT_FOUND)
    else:
        file = _file_by_reference(state, command.p2)
    if command.p1 > 0x05:
        raise Denied(StatusWord.WRONG_P1_P2)
    return _sign(state, command, file, command.p1)


def internal_authenticate(state: CardState, command: Command, _: Randomness) -> Outcome:
    """INTERNAL AUTHENTICATE: the chip's own key signs the SHA-256 of what the reader sends, no PIN needed (共通AP: P2 = 99)."""
    if command.p1 != 0x00:
        raise Denied(StatusWord.WRONG_P1_P2)
    file = _file_by_reference(state, command.p2)
    if file.kind is FileKind.KEY and file.opened_by:
        # A holder's key is for COMPUTE DIGITAL SIGNATURE alone, and so are those of the 券面 applications.
        raise Denied(StatusWord.NOT_ALLOWED)
    application = state.selected
    if application is not None and file.fid == application.internal_key:
        raise Denied(StatusWord.CONDITIONS_NOT_SATISFIED)
    if len(command.data) > _MAXIMUM_AUTHENTICATED:
        raise Denied(StatusWord.WRONG_LENGTH)
    return _sign(state, command, file, _HASHED_BY_CARD)


def _sign(state: CardState, command: Command, file: ElementaryFile, mode: int) -> Outcome:
    _require_kind(file, FileKind.KEY)
    _require_opened(state, file)
    key = state.key(file)
    if key is None:
        raise Denied(StatusWord.NOT_ALLOWED)
    if not command.data:
        raise Denied(StatusWord.WRONG_LENGTH)
    size = SIGNATURE_BYTES[state.profile.algorithm]
    if command.expected < size:
        raise Denied(StatusWord.EXPECTED_MORE | size & 0xFF)
    try:
        signature = sign(load_key(key), mode, command.data)
    except CannotSign as cannot:
        raise Denied(_CANNOT_SIGN[cannot.reason]) from None
    return replace(state, file=file.fid), done(signature)


_CANNOT_SIGN = {
    SignatureFault.NO_SUCH_MODE: StatusWord.WRONG_P1_P2,
    SignatureFault.TOO_LONG: StatusWord.WRONG_LENGTH,
    SignatureFault.NO_HASH: StatusWord.CONDITIONS_NOT_SATISFIED,
    SignatureFault.NO_KEY: StatusWord.SELF_DIAGNOSIS,
}


def get_challenge(state: CardState, command: Command, randomness: Randomness) -> Outcome:
    """GET CHALLENGE: so many random bytes as are expected (1..256)."""
    if (command.p1, command.p2) != (0x00, 0x00):
        raise Denied(StatusWord.WRONG_P1_P2)
    _require_answer(command)
    if command.expected > _MAXIMUM_CHALLENGE:
        raise Denied(StatusWord.CONDITIONS_NOT_SATISFIED)
    return state, done(randomness.octets(command.expected))


# --- what the commands share --------------------------------------------------------------------------------


def _current_file(state: CardState) -> ElementaryFile:
    file = None if state.file is None else state.find(state.file)
    if file is None:
        raise Denied(StatusWord.NO_CURRENT_FILE)
    return file


def _file_by_reference(state: CardState, reference: int) -> ElementaryFile:
    """The EF that P1 or P2 names: 80 = the selected one, 81..9E = by short identifier."""
    if reference & 0x60 or not reference & _SHORT_REFERENCE:
        raise Denied(StatusWord.WRONG_P1_P2)
    short = reference & _SHORT_IDENTIFIER
    if short == 0:
        return _current_file(state)
    file = state.find(short)
    if file is None:
        raise Denied(StatusWord.REFERENCE_NOT_FOUND)
    return file


def _require_kind(file: ElementaryFile, kind: FileKind) -> None:
    if file.kind is not kind:
        raise Denied(StatusWord.WRONG_FILE_TYPE)


def _require_opened(state: CardState, file: ElementaryFile) -> None:
    if file.opened_by and not file.opened_by & state.verified:
        raise Denied(StatusWord.NOT_ALLOWED)


def _require_answer(command: Command) -> None:
    if command.data or not command.expected:
        raise Denied(StatusWord.WRONG_LENGTH)


def _rules(file: ElementaryFile) -> PinRules:
    if file.pin is None:
        raise Denied(StatusWord.WRONG_FILE_TYPE)
    return file.pin
