"""A PKCS#11 token of its own for a test: SoftHSM2, made with its own program."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pkcs11
import pytest

from mynumber.foundation.pki import TokenPlace
from tests.support.tools import needs

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "271828"
needs_softhsm = needs("softhsm2-util", MODULE)


@contextmanager
def new_token(folder: Path) -> Iterator[TokenPlace]:
    """An empty token below this folder. The module reads its configuration when it is loaded, so it is unloaded before and after."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(settings))
        pkcs11.unload(MODULE)
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", "ca", "--pin", PIN, "--so-pin", "314159"],
            check=True, capture_output=True,
        )  # fmt: skip
        yield TokenPlace(MODULE, "ca", PIN)
    pkcs11.unload(MODULE)
