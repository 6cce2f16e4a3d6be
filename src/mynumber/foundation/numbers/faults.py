"""Why a text is not a number. The text itself never travels with the reason."""

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a text that should have been a number."""

    FORM = "form"
    """Wrong length, or a character that is not an ASCII digit."""
    CHECK_DIGIT = "check_digit"
    """The form is right, the check digit does not match."""
    RANGE = "range"
    """A part of the number has a value that is never assigned (such as prefecture 48)."""


class MalformedNumber(ValueError):
    """A text is not a number of the kind asked for.

    ``reason`` is for programs, the message for people. Neither holds any part of the text.
    """

    def __init__(self, message: str, reason: Fault) -> None:
        super().__init__(message)
        self.reason = reason


def require_digits(text: str, *lengths: int, what: str) -> None:
    """Raise MalformedNumber(FORM) unless `text` is ASCII digits of one of the lengths."""
    if len(text) not in lengths or not (text.isascii() and text.isdigit()):
        allowed = " or ".join(str(length) for length in lengths)
        raise MalformedNumber(f"{what} has {allowed} digits", Fault.FORM)


def require_check_digit(expected: str, found: str, *, what: str) -> None:
    """Raise MalformedNumber(CHECK_DIGIT) unless both digits are the same."""
    if expected != found:
        raise MalformedNumber(f"the check digit of {what} does not match", Fault.CHECK_DIGIT)
