"""The bell of the worker."""

from __future__ import annotations

import threading
from typing import Final

woken: Final = threading.Event()
"""Set when there is something to send."""


def wake() -> None:
    """There is something for the worker."""
    woken.set()
