"""Python's search for cyclic garbage in a process that serves: seldom, and never through what stands since the start."""

import gc
from typing import Final

GARBAGE_AFTER: Final = 10_000
"""New objects after which cycles are looked for. A request leaves few: Python's own 700 come several times in each."""


def spare_what_stands() -> None:
    """Call it when the process is ready. A full search goes through tables of the law and modules, 60 ms in which nobody is answered."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)
