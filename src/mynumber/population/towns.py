"""The two towns that `mynumber up` creates: real codes and names of two municipalities, made-up people.

Each has a welfare office of its own (社会福祉法 第14条), the ward of Tokyo like the city, so it decides on the child-rearing allowance itself; they lie in
different prefectures, so that a move between them crosses every boundary that the network bridges. The platform's default setting
(`MYNUMBER_TOWNS`) is these two.
"""

from datetime import date
from typing import Final

TOWN_ONE: Final = "131229"
"""東京都葛飾区, where the resident of the story lives now and applies."""
TOWN_TWO: Final = "272124"
"""大阪府八尾市, where she lived until spring and which still holds her local tax."""
TOWNS: Final = (TOWN_ONE, TOWN_TWO)

TOWN_RESIDENTS: Final = 3000
TOWN_SEED: Final = 20260401

AS_OF: Final = date(2026, 10, 1)
"""The day every population is of, unless told otherwise. Fixed, so that the same seed gives the same people on any day."""
