"""Waiting for what other processes and threads do in their own time: by looking, and for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 120.0
"""Far longer than anything takes: only a test that fails waits so long, also on a machine that does much else."""
_BETWEEN_SECONDS = 0.02


def eventually(
    look: Callable[[], T | None], what: str = "what is waited for", *, limit: float = PATIENCE_SECONDS
) -> T:
    """What ``look`` finds, as soon as it is neither None nor empty nor false. Raises AssertionError after ``limit`` seconds."""
    deadline = time.monotonic() + limit
    while not (found := look()):
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(_BETWEEN_SECONDS)
    return found
