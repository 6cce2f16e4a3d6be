"""Codes a second, and their cost in bare scalar multiplications measured in the same run.

    python -m bench.codes [--seconds S]

A conversion should cost little more than the one multiplication it is made of; issuing adds a hash to the group.
"""

import argparse
import os
import time
from collections.abc import Callable

from rbcl import rbcl as group

from mynumber.foundation.codes import Code, CodeKeys

BATCH = 50


def measure(work: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Microseconds of CPU for one call of each: the median over rounds in which all take turns, so that noise meets all alike."""
    samples: dict[str, list[float]] = {name: [] for name in work}
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(next(iter(samples.values()))) < 5:
        for name, call in work.items():
            start = time.process_time_ns()
            for _ in range(BATCH):
                call()
            samples[name].append((time.process_time_ns() - start) / BATCH / 1000)
    return {name: sorted(values)[len(values) // 2] for name, values in samples.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to measure")
    seconds = parser.parse_args().seconds

    keys = CodeKeys.generate(1).with_new_domains()
    scalar = group.crypto_core_ristretto255_scalar_random()
    point = group.crypto_core_ristretto255_random()
    code = keys.issue("municipality.131229", "12345678901")
    old = keys.rotate(code, "municipality.131229", 1)
    text = code.to_text()
    pension = keys.convert(code, "municipality.131229", "pension_service")
    hashed = os.urandom(64)

    bare = "bare scalar multiplication"
    costs = measure(
        {
            bare: lambda: group.crypto_scalarmult_ristretto255(scalar, point),
            "bare hash to the group": lambda: group.crypto_core_ristretto255_from_hash(hashed),
            "issue": lambda: keys.issue("municipality.131229", "12345678901"),
            "convert": lambda: keys.convert(code, "municipality.131229", "pension_service"),
            "same person": lambda: keys.same_person(code, "municipality.131229", pension, "pension_service"),
            "rotate": lambda: keys.rotate(old, "municipality.131229", 2),
            "parse": lambda: Code.parse(text),
        },
        seconds,
    )
    print(f"{'':28}{'per second':>12}{'us':>8}{'x bare':>8}")
    for name, cost in costs.items():
        print(f"{name:28}{1_000_000 / cost:>12,.0f}{cost:>8.1f}{cost / costs[bare]:>8.2f}")


if __name__ == "__main__":
    main()
