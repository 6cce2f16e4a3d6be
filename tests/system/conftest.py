"""The whole platform, running."""

import pytest

from tests.support import platform as support
from tests.support.platform import Platform


@pytest.fixture(scope="session")
def platform() -> Platform:
    """`mynumber up` in a folder of its own; shared by all workers, so no test may break it."""
    return support.shared()
