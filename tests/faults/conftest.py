"""A seed of the day's luck, printed by a test that fails; MYNUMBER_SEED repeats one."""

import os
import secrets

import pytest

SEED = "MYNUMBER_SEED"


@pytest.fixture
def seed() -> int:
    """From the environment, or a new one."""
    return int(os.environ.get(SEED) or secrets.randbelow(10**9))
