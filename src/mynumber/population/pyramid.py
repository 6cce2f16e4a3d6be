"""The age pyramid of Japan on 2020-10-01, five-year classes by sex, and ages drawn from it.

Source: 総務省統計局「令和2年国勢調査」 through e-Stat (公共データ利用規約, 出典：政府統計の総合窓口(e-Stat)); persons of unknown age are left out.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

MALE: Final = 0
FEMALE: Final = 1

CLASS_YEARS: Final = 5
PERSONS: Final = (
    (
        *(2311189, 2606651, 2742131, 2880029, 3017869, 3074087, 3297031, 3696855, 4189446, 4862990, 4277003),
        *(3865303, 3592903, 3910060, 4249286, 3092860, 2196093, 1303473, 491303, 92110, 9766),
    ),
    (
        *(2204893, 2482442, 2608386, 2737411, 2913437, 2957877, 3187563, 3614712, 4101631, 4787303, 4262848),
        *(3902179, 3704287, 4165208, 4762509, 3838068, 3100635, 2366350, 1287713, 400614, 69757),
    ),
)
"""Men, then women, of 0-4, 5-9, ... 95-99, 100 and more years."""


def draw(rng: np.random.Generator, count: int) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Sex (MALE, FEMALE) and age in years (with fraction, below 105) of `count` persons."""
    weights = np.array(PERSONS, dtype=np.float64).ravel()
    cells = np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(count), side="right")
    cells = np.minimum(cells, weights.size - 1)
    classes = len(PERSONS[0])
    return (cells // classes).astype(np.int8), (cells % classes + rng.random(count)) * CLASS_YEARS
