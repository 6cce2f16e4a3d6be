"""Why a text or a combination is not what people's data can be. The value itself never travels with the reason."""

from enum import StrEnum


class Flaw(StrEnum):
    """What is wrong with a value of a person's data."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    CHARACTER = "character"
    """A character that cannot stand there: a control character, a kanji in a reading."""
    FORM = "form"
    """Not the written form that is expected."""
    NO_SUCH_DAY = "no_such_day"
    """The calendar has no such day, or the era had ended or not begun."""
    BEFORE_SOLAR_CALENDAR = "before_solar_calendar"
    """Before 1873-01-01, when Japan changed from the lunisolar calendar: not convertible by rule."""


class MalformedPersonalData(ValueError):
    """A value is not what a person's data can hold. The message names the field, never the value."""

    def __init__(self, message: str, reason: Flaw) -> None:
        super().__init__(message)
        self.reason = reason
