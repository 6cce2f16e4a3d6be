"""納付番号: what a person types into an ATM. Two check digits find any wrong digit and any two that changed places (ISO/IEC 7064, MOD 97-10)."""

from __future__ import annotations

import secrets
from typing import Final

_SERIALS: Final = 10_000_000


def new_number(kind: int, fiscal_year: int) -> str:
    """Twelve digits: kind (one), fiscal year (two), a random serial (seven), check digits (two)."""
    return with_check_digits(f"{kind}{fiscal_year % 100:02d}{secrets.randbelow(_SERIALS):07d}")


def with_check_digits(digits: str) -> str:
    """The number that begins with these digits."""
    return f"{digits}{98 - int(digits + '00') % 97:02d}"


def is_sound(number: str) -> bool:
    """Whether the check digits agree."""
    return len(number) > 2 and number.isascii() and number.isdigit() and int(number) % 97 == 1


def new_confirmation() -> str:
    """確認番号: six random digits, so that a number alone opens nobody's bill."""
    return f"{secrets.randbelow(1_000_000):06d}"
