"""The command lines of the platform's processes."""

import sys
from collections.abc import Sequence

from mynumber.platform.registry import Interface, Process

BLOCKING_THREADS = 4
"""Requests that one Django process works on at a time. More than one: a desk that asks waits for an answer."""
GRACEFUL_SECONDS = 5


def serve_command(process: Process, listen: str) -> list[str]:
    """How a process is served on `listen` (ADDRESS:PORT): Granian for WSGI, uvicorn for ASGI."""
    address, _, port = listen.rpartition(":")
    if process.interface is Interface.WSGI:
        return [
            *_python("granian"),
            *("--interface", "wsgi", "--host", address, "--port", port),
            *("--workers", "1", "--blocking-threads", str(BLOCKING_THREADS), "--no-ws", "--http", "1"),
            *("--log-level", "warning", "--workers-kill-timeout", str(GRACEFUL_SECONDS)),
            process.application,
        ]
    return [
        *_python("uvicorn"),
        *("--host", address, "--port", port, "--loop", "uvloop", "--http", "httptools"),
        *("--lifespan", "on", "--no-access-log", "--no-server-header", "--no-proxy-headers"),
        *("--log-level", "warning", "--timeout-graceful-shutdown", str(GRACEFUL_SECONDS)),
        process.application,
    ]


def front_command() -> list[str]:
    return _python("mynumber.platform.front")


def supervisor_command(*words: str) -> list[str]:
    return [*_python("mynumber.platform.supervisor"), *words]


def manage_command(words: Sequence[str]) -> list[str]:
    """A management command of the Django project that the environment names."""
    return [*_python("django"), *words]


def migrate_command() -> list[str]:
    return manage_command(["migrate", "--no-input", "--verbosity", "0"])


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]
