"""Programs of other people that judge ours: OpenSC, OpenSSL, poppler, Node ... A test names what it needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_PLACES = ("/usr/sbin", "/sbin")
"""Where Debian keeps daemons; not on an ordinary user's path."""


def find(name: str) -> str | None:
    """Where a program or a library (an absolute path) is."""
    if name.startswith("/"):
        return name if Path(name).exists() else None
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_PLACES))


def needs(*names: str) -> pytest.MarkDecorator:
    """Leave a test out where a program is missing; with MYNUMBER_REQUIRE_TOOLS=1 (continuous integration) it then fails."""
    missing = [name for name in names if find(name) is None]
    required = os.environ.get("MYNUMBER_REQUIRE_TOOLS") == "1"
    return pytest.mark.skipif(bool(missing) and not required, reason=f"not installed: {', '.join(missing)}")
