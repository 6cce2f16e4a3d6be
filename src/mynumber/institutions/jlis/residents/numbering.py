"""Drawing resident codes and individual numbers (付番).

Act art. 8(2) asks three things of an individual number: it differs from everyone else's (the database refuses a second), it is made by transforming the
resident code, and nothing regular lets the resident code be restored. The transformation here is a random drawing that the person table
keeps: a table without any rule behind it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mynumber.foundation.numbers.vectorised import individual_numbers

BASES: Final = 10**11
"""Resident codes, and individual numbers without their check digit, have 11 digits."""
_FAIR: Final = 2**64 // BASES * BASES
"""Random 64-bit values from here on would favour the low numbers; they are drawn again."""


@dataclass(frozen=True, slots=True)
class DrawnNumbers:
    """The two numbers for one person. Do not print themselves."""

    resident_code: str = field(repr=False)
    individual_number: str = field(repr=False)


def draw(count: int) -> list[DrawnNumbers]:
    """Draw numbers for ``count`` people, uniformly from the operating system's random source.

    They may collide with numbers given earlier (some 1 in 800 for the nation): only the database knows.
    """
    codes = draw_bases(count)
    numbers = individual_numbers(draw_bases(count))
    return [
        DrawnNumbers(f"{code:011d}", f"{number:012d}")
        for code, number in zip(codes.tolist(), numbers.tolist(), strict=True)
    ]


def draw_bases(count: int, *, random: Callable[[int], bytes] = os.urandom) -> NDArray[np.int64]:
    """``count`` whole numbers from 0 to 99,999,999,999, each as likely as any other; ``random(n)`` gives n random bytes."""
    bases = np.empty(0, dtype=np.int64)
    while bases.size < count:
        drawn = np.frombuffer(random(8 * (count - bases.size)), dtype=np.uint64)
        fair = drawn[drawn < _FAIR] % BASES
        bases = np.concatenate([bases, fair.astype(np.int64)])
    return bases
