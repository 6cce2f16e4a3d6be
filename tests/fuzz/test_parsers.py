"""Every parser of what comes from outside, with samples changed at random: it reads, or raises what its documentation names, in bounded memory.

The same changes each time in `make test`, others each time in `make thorough` and `make faults`. ``python -m tests.fuzz.guided`` goes on for as long as one
likes, guided by coverage.
"""

from __future__ import annotations

import os
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.counts import count
from tests.fuzz.changes import TOKENS, changed, changes
from tests.fuzz.target import Target
from tests.fuzz.targets import target_named, targets

AT_LENGTH = os.environ.get("MYNUMBER_THOROUGH") == "1"
EXAMPLES = 400 if AT_LENGTH else 40
LARGE = 50_000
MOST_MEMORY = 64 * 1024 * 1024
"""More than any of these inputs may cost, the largest of which has some tens of kilobytes."""

NAMES = tuple(target.name for target in targets())


def try_to_read(target: Target, data: bytes) -> bool:
    """Whether it was read; any error but those that are documented goes on to the test."""
    try:
        target.read(data)
    except target.errors:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_a_good_sample_is_read(name: str) -> None:
    """Changes to what is refused at the first byte would try nothing."""
    target = target_named(name)
    assert any(try_to_read(target, sample) for sample in target.samples)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_changed_it_reads_or_says_why_not(name: str) -> None:
    target, tried = target_named(name), 0

    @settings(
        max_examples=EXAMPLES,
        derandomize=not AT_LENGTH,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.sampled_from(target.samples), changes())
    def holds(sample: bytes, made: list[tuple[str, float, int, bytes]]) -> None:
        nonlocal tried
        tried += 1
        try_to_read(target, changed(sample, made))

    holds()
    count("hostile bytes for a parser", "inputs", tried)


@pytest.mark.parametrize("name", NAMES)
def test_large_and_deep_inputs_cost_bounded_memory(name: str) -> None:
    target, sample = target_named(name), target_named(name).samples[0][:2000]
    hostile = [b"", *(token * (LARGE // len(token)) for token in TOKENS), sample * (LARGE // len(sample))]
    hostile += [sample[: len(sample) // 2] + token * 2000 for token in (b"[", b'{"a":', b"9", b"\x00")]
    tracemalloc.start()
    try:
        for data in hostile:
            tracemalloc.reset_peak()
            begun = tracemalloc.get_traced_memory()[0]
            try_to_read(target, data)
            assert tracemalloc.get_traced_memory()[1] - begun < MOST_MEMORY, data[:20]
    finally:
        tracemalloc.stop()
