"""Management commands that the status service has run for it. No Django here: a command is a short process of its own.

So the process to which the world talks never loads the key of a CA.
"""

from __future__ import annotations

import asyncio
import os
import sys

from mynumber.webkit import logs

_log = logs.get_logger(__name__)


async def run_command(*words: str) -> None:
    """Run a command of this institution to its end. A failure is a line in the log; what it should have made is not there then."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "django", *words, "--verbosity", "0"),
        env={**os.environ, "MYNUMBER_POOL": "0"},
    )
    if await process.wait() != 0:
        _log.error("a command failed", command=words[0], status=process.returncode)
