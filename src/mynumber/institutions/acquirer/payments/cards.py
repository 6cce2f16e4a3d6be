"""Cards: what a typed number is, and what its issuer answers. Issuers are simulated: a test number has one fixed outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s\-‐‑–—−ー]")


class Outcome(StrEnum):
    """What the issuer answers."""

    AUTHORISED = "authorised"
    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CHALLENGE = "challenge"
    """3-D Secure: the holder confirms with a code first."""
    NO_ANSWER = "no_answer"


class CardFault(StrEnum):
    """What is wrong with what was typed."""

    NUMBER = "number"
    BRAND = "brand"
    EXPIRY = "expiry"
    EXPIRED = "expired"
    CODE = "code"


class BadCard(ValueError):
    """The card cannot be used as typed. Says what, never the digits."""

    def __init__(self, fault: CardFault) -> None:
        super().__init__(f"the card is refused: {fault.value}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Brand:
    """A scheme: how its numbers begin, how long they are, how long its code is."""

    name: str
    begins: re.Pattern[str]
    lengths: tuple[int, ...]
    code_digits: int = 3


BRANDS: Final = (
    Brand("Visa", re.compile(r"4"), (16,)),
    Brand("Mastercard", re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    Brand("JCB", re.compile(r"35(2[89]|[3-8])"), (16,)),
    Brand("American Express", re.compile(r"3[47]"), (15,), 4),
)

TEST_CARDS: Final = {
    "4111111111111111": (Outcome.AUTHORISED, "支払えます（Visa）"),
    "5555555555554444": (Outcome.AUTHORISED, "支払えます（Mastercard）"),
    "3530111333300000": (Outcome.AUTHORISED, "支払えます（JCB）"),
    "378282246310005": (Outcome.AUTHORISED, "支払えます（American Express）"),
    "4000000000000002": (Outcome.DECLINED, "カード会社が承認しません"),
    "4000000000009995": (Outcome.INSUFFICIENT_FUNDS, "利用可能額が足りません"),
    "4000000000003220": (Outcome.CHALLENGE, "本人の確認（3-Dセキュア）を求めます"),
    "4000000000000127": (Outcome.NO_ANSWER, "カード会社が応答しません"),
}
"""Numbers that payment test environments commonly use; none is a card of anybody."""
CHALLENGE_CODE: Final = "135790"
"""The code that the simulated issuer sends to the holder's telephone."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card as typed, sound in form. Lives for one request; prints nothing."""

    number: str = field(repr=False)
    brand: Brand = field(repr=False)

    @classmethod
    def read(cls, number: str, expiry: str, code: str, *, today: date) -> Card:
        """Check what was typed. Raises BadCard."""
        digits = _SEPARATORS.sub("", number)
        if not re.fullmatch(r"[0-9]{12,19}", digits, re.ASCII) or not luhn(digits):
            raise BadCard(CardFault.NUMBER)
        brand = next((each for each in BRANDS if each.begins.match(digits)), None)
        if brand is None or len(digits) not in brand.lengths:
            raise BadCard(CardFault.BRAND)
        if _last_month(expiry) < (today.year, today.month):
            raise BadCard(CardFault.EXPIRED)
        if not re.fullmatch(rf"[0-9]{{{brand.code_digits}}}", code.strip(), re.ASCII):
            raise BadCard(CardFault.CODE)
        return cls(digits, brand)

    @property
    def last_four(self) -> str:
        """All of the number that may be kept."""
        return self.number[-4:]

    @property
    def outcome(self) -> Outcome:
        """The issuer's answer; whoever issued an unknown number declines."""
        return TEST_CARDS.get(self.number, (Outcome.DECLINED, ""))[0]


def _last_month(expiry: str) -> tuple[int, int]:
    """Year and month of MM/YY (月/年). Raises BadCard."""
    found = re.fullmatch(r"\s*(0?[1-9]|1[0-2])\s*[/／・]\s*(?:20)?([0-9]{2})\s*", expiry, re.ASCII)
    if found is None:
        raise BadCard(CardFault.EXPIRY)
    return 2000 + int(found[2]), int(found[1])


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit (ISO/IEC 7812-1, annex B)."""
    doubled = (
        sum(divmod(2 * int(digit), 10)) if place % 2 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return sum(doubled) % 10 == 0
