"""Numbers of persons. They mask themselves wherever they are printed; ``digits`` is the one explicit way out."""

from dataclasses import dataclass
from typing import Self

from mynumber.foundation.numbers import check_digits
from mynumber.foundation.numbers.faults import require_check_digit, require_digits


@dataclass(frozen=True, slots=True, repr=False)
class IndividualNumber:
    """個人番号: 11 digits and a check digit (Act art. 2(5), 8; 平成26年総務省令第85号 第5条)."""

    digits: str

    def __post_init__(self) -> None:
        require_digits(self.digits, 12, what="an individual number")
        require_check_digit(
            check_digits.individual(self.digits[:11]), self.digits[11], what="the individual number"
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 12 ASCII digits; nothing is normalised. Raises MalformedNumber."""
        return cls(text)

    @classmethod
    def from_base(cls, base: str) -> Self:
        """Complete 11 ASCII digits with their check digit. Raises MalformedNumber."""
        require_digits(base, 11, what="the base of an individual number")
        return cls(base + check_digits.individual(base))

    def __repr__(self) -> str:
        return "IndividualNumber(************)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class ResidentCode:
    """住民票コード: 11 digits, the last of them a check digit (住民基本台帳法施行規則 第1条).

    The formula of its check digit is set by the minister and unpublished: the form is checked, and no more is claimed.
    """

    digits: str

    def __post_init__(self) -> None:
        require_digits(self.digits, 11, what="a resident code")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 11 ASCII digits; nothing is normalised. Raises MalformedNumber."""
        return cls(text)

    def __repr__(self) -> str:
        return "ResidentCode(***********)"

    __str__ = __repr__
