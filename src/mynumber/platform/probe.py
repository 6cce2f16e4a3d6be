"""Asks a process over HTTP whether it is ready, with nothing but the standard library."""

import asyncio
import contextlib

READY_PATH = "/readyz"
TIMEOUT_SECONDS = 5.0


async def is_ready(port: int, host: str = "127.0.0.1") -> bool:
    """Whether `GET /readyz` on 127.0.0.1 answers 200. Every failure means no."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await _status(port, host) == b"200"
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return False


async def _status(port: int, host: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"GET {READY_PATH} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()
        )
        line = await reader.readuntil(b"\r\n")
        return line.split(b" ")[1] if line.startswith(b"HTTP/1.") and line.count(b" ") else b""
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
