"""The command lines of the platform's processes."""

import os
import shutil
import sys
from collections.abc import Sequence

from mynumber.platform.registry import Interface, Process
from mynumber.platform.settings import Settings

BLOCKING_THREADS = 4
"""Requests that one Django process works on at a time. More than one: a desk that asks waits for an answer."""
THREADS_OF_SHARED = 2
"""The same where several workers share the requests: more threads than these wait for each other's turn of Python (a fifth fewer sign-ins with 4)."""
GRACEFUL_SECONDS = 5
MOST_WORKERS = 4
SHARED = frozenset({"portal"})
"""Processes that many residents ask at once: a worker for each core, up to MOST_WORKERS. One worker of Python uses one core at most."""


def serve_command(process: Process, listen: str) -> list[str]:
    """How a process is served on `listen` (ADDRESS:PORT): Granian for WSGI, uvicorn for ASGI."""
    address, _, port = listen.rpartition(":")
    if process.interface is Interface.WSGI:
        return [
            *_python("granian"),
            *("--interface", "wsgi", "--host", address, "--port", port),
            *(
                "--workers",
                str(workers(process)),
                "--blocking-threads",
                str(BLOCKING_THREADS if workers(process) == 1 else THREADS_OF_SHARED),
                "--no-ws",
                "--http",
                "1",
            ),
            *("--log-level", "warning", "--workers-kill-timeout", str(GRACEFUL_SECONDS)),
            process.application,
        ]
    return [
        *_python("uvicorn"),
        *("--host", address, "--port", port, "--loop", "uvloop", "--http", "httptools"),
        *("--lifespan", "on", "--no-access-log", "--no-server-header", "--no-proxy-headers"),
        *("--log-level", "warning", "--timeout-graceful-shutdown", str(GRACEFUL_SECONDS)),
        *(("--workers", str(process.workers)) if process.workers > 1 else ()),
        process.application,
    ]


def workers(process: Process) -> int:
    """How many worker processes serve it."""
    return min(os.cpu_count() or 1, MOST_WORKERS) if process.name in SHARED else process.workers


def shared_figures(process: Process, settings: Settings) -> dict[str, str]:
    """What a process with several workers needs so that `/metrics` tells of all of them: an empty folder."""
    if workers(process) == 1:
        return {}
    folder = settings.home / "metrics" / process.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def front_command() -> list[str]:
    return _python("mynumber.platform.front")


def supervisor_command(*words: str) -> list[str]:
    return [*_python("mynumber.platform.supervisor"), *words]


def manage_command(words: Sequence[str]) -> list[str]:
    """A management command of the Django project that the environment names."""
    return [*_python("django"), *words]


def command_worker(descriptor: int) -> list[str]:
    """Management commands of that project in turn; their ends are told to the descriptor."""
    return [*_python("mynumber.platform.command_worker"), str(descriptor)]


def migrate_command() -> list[str]:
    """Tables as the code wants them. Without Django's checks, which would load all pages: they have tests."""
    return manage_command(["migrate", "--no-input", "--verbosity", "0", "--skip-checks"])


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]
