"""The number of a legal person, which is public (Act art. 39)."""

from dataclasses import dataclass
from typing import Self

from mynumber.foundation.numbers import check_digits
from mynumber.foundation.numbers.faults import require_check_digit, require_digits


@dataclass(frozen=True, slots=True)
class CorporateNumber:
    """法人番号: a check digit from 1 to 9 and 12 digits (Act art. 2(15), 39; 平成26年財務省令第70号 第2条)."""

    digits: str

    def __post_init__(self) -> None:
        require_digits(self.digits, 13, what="a corporate number")
        require_check_digit(
            check_digits.corporate(self.digits[1:]), self.digits[0], what="the corporate number"
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 13 ASCII digits; nothing is normalised. Raises MalformedNumber."""
        return cls(text)

    @classmethod
    def from_base(cls, base: str) -> Self:
        """Put the check digit before 12 ASCII digits. Raises MalformedNumber."""
        require_digits(base, 12, what="the base of a corporate number")
        return cls(check_digits.corporate(base) + base)

    def __str__(self) -> str:
        return self.digits
