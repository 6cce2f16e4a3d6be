"""How a law disposes of fractions (端数処理). Exact numbers only: a float is refused."""

from fractions import Fraction


def cut_below(amount: int | Fraction, unit: int = 1) -> int:
    """`unit`円未満切捨て. With 1, 10, 100, 1000. Amounts are not negative. Raises TypeError, ValueError."""
    return _units(amount, unit) // unit * unit


def raise_below(amount: int | Fraction, unit: int = 1) -> int:
    """`unit`円未満切上げ."""
    return -(-_units(amount, unit) // unit) * unit


def half_up_below(amount: int | Fraction, unit: int = 1) -> int:
    """`unit`円未満四捨五入; with 10: 五円未満は切り捨て、五円以上十円未満は十円に切り上げ."""
    return (_units(amount, unit) + Fraction(unit, 2)) // unit * unit


def _units(amount: int | Fraction, unit: int) -> Fraction:
    if isinstance(amount, float):
        raise TypeError("money is never a float")
    if amount < 0 or unit < 1:
        raise ValueError("an amount is not negative, a unit is at least one yen")
    return Fraction(amount)
