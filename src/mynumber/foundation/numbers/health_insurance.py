"""Public numbers of health insurance: who insures, and where one is treated."""

from dataclasses import dataclass
from typing import Final, Self

from mynumber.foundation.numbers import check_digits
from mynumber.foundation.numbers.faults import (
    Fault,
    MalformedNumber,
    require_check_digit,
    require_digits,
)

_PREFECTURES: Final = 47
_SIX_DIGIT_PREFECTURES: Final = frozenset({"11", "12", "13", "14"})
_TABLES: Final = frozenset({"1", "3", "4", "6"})
_CHECKED_TABLES: Final = frozenset({"1", "3"})


def _require_prefecture(digits: str, *, what: str) -> None:
    if not 1 <= int(digits) <= _PREFECTURES:
        raise MalformedNumber(f"the prefecture of {what} does not exist", Fault.RANGE)


@dataclass(frozen=True, slots=True)
class InsurerNumber:
    """保険者番号: eight digits (kind of law, prefecture, insurer, check digit), or six for municipal insurance (国民健康保険)."""

    digits: str

    def __post_init__(self) -> None:
        require_digits(self.digits, 6, 8, what="an insurer number")
        _require_prefecture(self.prefecture, what="the insurer number")
        require_check_digit(
            check_digits.modulus_10_weight_2(self.digits[:-1]), self.digits[-1], what="the insurer number"
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 6 or 8 ASCII digits; nothing is normalised. Raises MalformedNumber."""
        return cls(text)

    @classmethod
    def from_base(cls, base: str) -> Self:
        """Complete 5 or 7 ASCII digits with their check digit. Raises MalformedNumber."""
        require_digits(base, 5, 7, what="the base of an insurer number")
        return cls(base + check_digits.modulus_10_weight_2(base))

    @property
    def law(self) -> str | None:
        """法別番号: two digits naming the law insured under; None for municipal insurance, which writes none."""
        return self.digits[:2] if len(self.digits) == 8 else None

    @property
    def prefecture(self) -> str:
        """都道府県番号: two digits, 01 to 47."""
        return self.digits[-6:-4]

    def __str__(self) -> str:
        return self.digits


@dataclass(frozen=True, slots=True)
class MedicalInstitutionCode:
    """医療機関コード as ten digits: prefecture (2), fee table (1), institution (6), check digit (1).

    The fee table (点数表番号) is 1 medical, 3 dental, 4 pharmacy, 6 visiting nursing. No official text of the check digit was found;
    the rule here fits all of 97,024 real codes of 2025-08 in fee tables 1 and 3, four prefectures around Tokyo
    counting the institution's six digits only. Of tables 4 and 6 the form alone is checked, and no more is claimed.
    """

    digits: str

    def __post_init__(self) -> None:
        require_digits(self.digits, 10, what="a medical institution code")
        _require_prefecture(self.prefecture, what="the medical institution code")
        if self.table not in _TABLES:
            raise MalformedNumber("the fee table of the medical institution code does not exist", Fault.RANGE)
        if self.table in _CHECKED_TABLES:
            covered = self.digits[3:9] if self.prefecture in _SIX_DIGIT_PREFECTURES else self.digits[:9]
            require_check_digit(
                check_digits.modulus_10_weight_2(covered), self.digits[9], what="the medical institution code"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 10 ASCII digits; nothing is normalised. Raises MalformedNumber."""
        return cls(text)

    @classmethod
    def parse_without_table(cls, text: str, *, table: str) -> Self:
        """Read the nine digits (prefecture and institution) of a list that covers one fee table. Raises MalformedNumber."""
        require_digits(text, 9, what="a medical institution code without fee table")
        return cls(text[:2] + table + text[2:])

    @property
    def prefecture(self) -> str:
        """都道府県番号: two digits, 01 to 47."""
        return self.digits[:2]

    @property
    def table(self) -> str:
        """点数表番号: 1 medical, 3 dental, 4 pharmacy, 6 visiting nursing."""
        return self.digits[2]

    def __str__(self) -> str:
        return self.digits
