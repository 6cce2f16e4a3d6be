"""Microseconds of CPU of small calls that take turns, so that the noise of the machine meets all alike."""

import time
from collections.abc import Callable, Mapping

from bench.report import Cell, median

FEWEST_ROUNDS = 5


def measure(work: Mapping[str, Callable[[], object]], seconds: float, batch: int = 50) -> dict[str, float]:
    """Microseconds of CPU for one call of each: the median over rounds in which all take turns, ``batch`` calls at a time."""
    samples: dict[str, list[float]] = {name: [] for name in work}
    for call in work.values():
        call()
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(next(iter(samples.values()))) < FEWEST_ROUNDS:
        for name, call in work.items():
            start = time.process_time_ns()
            for _ in range(batch):
                call()
            samples[name].append((time.process_time_ns() - start) / batch / 1000)
    return {name: median(values) for name, values in samples.items()}


COLUMNS = ("", "per second", "us", "x bare")


def rows(costs: Mapping[str, float], bare_of: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    """A row for each: calls a second, microseconds, and times the bare operation that ``bare_of`` names for it."""
    return [
        (name, 1_000_000 / cost, round(cost, 2), cost / costs[bare_of[name]] if name in bare_of else None)
        for name, cost in costs.items()
    ]
