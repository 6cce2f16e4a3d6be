"""The two towns that `mynumber up` creates: real codes and names of two cities, made-up people.

Both are cities (市), so each has a welfare office of its own (社会福祉法 第14条) and decides on the child-rearing allowance itself, and they lie in
different prefectures, so that a move between them crosses every boundary that the network bridges.
"""

from datetime import date
from typing import Final

TOWN_ONE: Final = "112356"
"""埼玉県富士見市, where the resident of the story lives now and applies."""
TOWN_TWO: Final = "222062"
"""静岡県三島市, where she lived until spring and which still holds her local tax."""
TOWNS: Final = (TOWN_ONE, TOWN_TWO)

TOWN_RESIDENTS: Final = 3000
TOWN_SEED: Final = 20260401

AS_OF: Final = date(2026, 10, 1)
"""The day every population is of, unless told otherwise. Fixed, so that the same seed gives the same people on any day."""
