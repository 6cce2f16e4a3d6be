"""The group is ready, and nothing of it stays in the temporary folder."""

import os
import subprocess
import sys
from pathlib import Path

from mynumber.foundation.ristretto import group


def test_a_process_leaves_no_library_in_the_temporary_folder(tmp_path: Path) -> None:
    made = subprocess.run(
        [
            sys.executable,
            "-c",
            "from mynumber.foundation.codes import group; print(len(group.crypto_core_ristretto255_random()))",
        ],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == f"{group.crypto_core_ristretto255_BYTES}\n"
    assert not list(tmp_path.iterdir())
