"""The card as a pure function: state and command APDU in, next state and response APDU out.

`process` never raises, whatever the bytes. A holder saves the next state before it lets the response out (see
`Card`), so that a retry counter cannot be reset by cutting the power.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mynumber.foundation.smartcard import commands, messaging, orders
from mynumber.foundation.smartcard.administration import GET_STATUS, PUT_ORDER
from mynumber.foundation.smartcard.algorithms import SYSTEM_RANDOMNESS, CannotSign, Randomness
from mynumber.foundation.smartcard.apdu import Command, MalformedApdu, Response, StatusWord
from mynumber.foundation.smartcard.commands import Denied, Outcome
from mynumber.foundation.smartcard.state import CardState

_Handler = Callable[[CardState, Command, Randomness], Outcome]


def process(
    state: CardState, apdu: bytes, randomness: Randomness = SYSTEM_RANDOMNESS
) -> tuple[CardState, bytes]:
    """Answer one command APDU. Returns the next state and the response APDU.

    `randomness` serves GET CHALLENGE, key generation and salts; the salt of PSS and ECDSA signatures comes from the library.
    """
    try:
        command = Command.parse(apdu)
        after, response = _answer(state, command, randomness)
    except MalformedApdu:
        return state, Response(b"", StatusWord.WRONG_LENGTH).encode()
    except Denied as denied:
        return state, Response(b"", denied.status).encode()
    except CannotSign:
        # A key of the memory is no key.
        return state, Response(b"", StatusWord.SELF_DIAGNOSIS).encode()
    return after, response.encode()


class Card:
    """A card in a holder's hands, for use as a CardReader.

    `save` is called with the next state before the response is returned, whenever the card's memory changed. If
    it raises, there is no response and the card is as before the command.
    """

    def __init__(
        self,
        state: CardState,
        save: Callable[[CardState], None] | None = None,
        randomness: Randomness = SYSTEM_RANDOMNESS,
    ) -> None:
        self._state = state.reset()
        self._save = save
        self._randomness = randomness

    def transmit(self, apdu: bytes) -> bytes:
        """One command, one response."""
        after, response = process(self._state, apdu, self._randomness)
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


def _answer(state: CardState, command: Command, randomness: Randomness) -> Outcome:
    if command.cla in (messaging.SECURE, messaging.SECURE_WITH_INTEGRITY):
        return messaging.secured(state, command, randomness, _HANDLERS[0x00])
    handlers = _HANDLERS.get(command.cla)
    if handlers is None:
        raise Denied(_class_error(command.cla))
    handler = handlers.get(command.ins)
    if handler is None:
        raise Denied(StatusWord.UNKNOWN_INSTRUCTION)
    return handler(state, command, randomness)


def _class_error(cla: int) -> int:
    if cla & 0x60:
        return StatusWord.UNKNOWN_CLASS
    if cla & 0x10:
        return StatusWord.CHAINING_NOT_SUPPORTED
    if cla & 0x0C:
        return StatusWord.SECURE_MESSAGING_NOT_SUPPORTED
    return StatusWord.CHANNEL_NOT_SUPPORTED


_HANDLERS: Mapping[int, Mapping[int, _Handler]] = {
    0x00: {
        0x20: commands.verify,
        0x24: commands.change_pin,
        0x84: commands.get_challenge,
        0x88: commands.internal_authenticate,
        0xA4: commands.select,
        0xB0: commands.read_binary,
        0xB2: commands.read_record,
        0xCA: commands.get_data,
    },
    0x80: {
        0x2A: commands.compute_signature,
        0x32: commands.change_key,
        0xCA: commands.get_data,
        messaging.SET_SESSION_KEY: messaging.set_session_key,
        PUT_ORDER: orders.put_order,
        GET_STATUS: orders.get_status,
    },
}
