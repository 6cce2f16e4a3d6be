"""A state folder of a platform for tests that start a server of their own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def home() -> Iterator[Path]:
    """A new folder outside pytest's: each pytest that starts closes pytest's folder again to the database's account."""
    folder = Path(tempfile.mkdtemp(prefix="mynumber-home-"))
    yield folder
    shutil.rmtree(folder)
