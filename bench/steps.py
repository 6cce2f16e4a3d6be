"""Time spent in named steps of a process, by wrapping functions from outside: the product carries no hook and pays nothing."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Mapping
from typing import Any

Label = str | Callable[..., str]


class Steps:
    """Counts calls and nanoseconds for each step of this process: of CPU for a function that does not wait, on the clock for one that does."""

    def __init__(self) -> None:
        self._taken: dict[str, list[int]] = {}

    def wrap(self, owner: object, name: str, label: Label) -> None:
        """Time every call of ``owner.name``; ``label`` names the step, or makes its name of the call's arguments."""
        function = getattr(owner, name)
        step = label if callable(label) else (lambda *_, **__: label)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            begun = time.thread_time_ns()
            try:
                return function(*args, **kwargs)
            finally:
                self._add(step(*args, **kwargs), time.thread_time_ns() - begun)

        @functools.wraps(function)
        async def wait(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter_ns()
            try:
                return await function(*args, **kwargs)
            finally:
                self._add(step(*args, **kwargs), time.perf_counter_ns() - begun)

        setattr(owner, name, wait if inspect.iscoroutinefunction(function) else call)

    def _add(self, step: str, nanoseconds: int) -> None:
        taken = self._taken.setdefault(step, [0, 0])
        taken[0] += 1
        taken[1] += nanoseconds

    def figures(self) -> dict[str, tuple[int, int]]:
        """Step -> calls, nanoseconds, since the process began."""
        return {step: (calls, nanoseconds) for step, (calls, nanoseconds) in self._taken.items()}


def since(
    before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]
) -> dict[str, tuple[int, int]]:
    """What came between two readings of two-figure counters."""
    return {
        name: (count - before.get(name, (0, 0))[0], amount - before.get(name, (0, 0))[1])
        for name, (count, amount) in after.items()
    }
