"""Ports that nobody listens at."""

from __future__ import annotations

import os
import socket


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_run(count: int) -> int:
    """The first of so many free ports in a row, below those that the kernel gives to whoever connects."""
    for base in range(20_000 + os.getpid() % 10_000, 32_000 - count, count):
        try:
            for port in range(base, base + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise RuntimeError("no free ports")
