"""Before an institution's threads serve, what they read is prepared."""

import subprocess
import sys

import pytest

_RACE = """
import sys, threading
import msgspec
from mynumber.webkit.wsgi import prepare_types

kept = []
for n in range(60):
    inner = [msgspec.defstruct(f"Inner{n}{i}", [(f"f{j}", int) for j in range(8)]) for i in range(12)]
    outer = msgspec.defstruct(f"Outer{n}", [(f"x{i}", tuple[one, ...]) for i, one in enumerate(inner)])
    kept.append(outer)
if "prepared" in sys.argv:
    prepare_types()
sys.setswitchinterval(1e-6)
body = msgspec.json.encode({f"x{i}": [{f"f{j}": 1 for j in range(8)}] for i in range(12)})
for outer in kept:
    start = threading.Barrier(4)
    threads = [threading.Thread(target=lambda: (start.wait(), msgspec.json.decode(body, type=outer))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def _ends_with(*words: str) -> int:
    return subprocess.run([sys.executable, "-c", _RACE, *words], check=False, capture_output=True).returncode


def test_threads_may_read_what_was_prepared() -> None:
    assert _ends_with("prepared") == 0


@pytest.mark.thorough
def test_threads_that_read_what_was_not_end_the_process() -> None:
    """What `prepare_types` is for: when this fails, msgspec has mended it and the function can go."""
    assert any(_ends_with() != 0 for _ in range(20))
