"""Check digits of many numbers at once, for assignment in bulk. Kept apart so that only its users load numpy."""

import numpy as np
from numpy.typing import NDArray

_WEIGHTS_FROM_THE_RIGHT = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)


def individual_numbers(bases: NDArray[np.int64]) -> NDArray[np.int64]:
    """Individual numbers, as integers of up to 12 digits, of bases from 0 to 99,999,999,999.

    Same rule as ``check_digits.individual``. Raises ValueError if a base has more than 11 digits or is negative.
    """
    if bases.size and (bases.min() < 0 or bases.max() >= 10**11):
        raise ValueError("a base has at most 11 digits")
    remaining = bases.copy()
    total = np.zeros_like(bases)
    for weight in _WEIGHTS_FROM_THE_RIGHT:
        remaining, digit = np.divmod(remaining, 10)
        total += digit * weight
    remainder = total % 11
    return bases * 10 + np.where(remainder <= 1, 0, 11 - remainder)
