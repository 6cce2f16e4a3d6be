"""The core as uvicorn runs it in production, or the same server around an application that does nothing.

    python -m bench.core_process network|bare --port PORT [--stacks FILE]

With ``--stacks`` it looks, a thousand times a second of its own CPU, at what it is doing, and writes the stacks at its end: lines of
``outer;inner;innermost COUNT``.
"""

from __future__ import annotations

import argparse
import signal
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import FrameType

import uvicorn

from mynumber.webkit.asgi import Receive, Scope, Send, read_body

SAMPLE_SECONDS = 0.001
ANSWER_BYTES = 1500


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads a body and sends one of the size of an answer: what HTTP costs without anything behind it."""
    if scope["type"] == "lifespan":
        while True:
            event = (await receive())["type"]
            await send({"type": f"{event}.complete"})
            if event == "lifespan.shutdown":
                return
    await read_body(receive, 1024 * 1024)
    headers = [(b"content-type", b"application/jose"), (b"content-length", str(ANSWER_BYTES).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"x" * ANSWER_BYTES})


class Sampler:
    """Counts the stacks of this process by a timer of its CPU. A long call into C is counted where it returns to."""

    def __init__(self) -> None:
        self.stacks: Counter[str] = Counter()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)

    def _look(self, _: int, frame: FrameType | None) -> None:
        names: list[str] = []
        while frame is not None:
            code = frame.f_code
            names.append(f"{_short(code.co_filename)}:{code.co_qualname}")
            frame = frame.f_back
        self.stacks[";".join(reversed(names))] += 1

    def write(self, file: Path) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        file.write_text("".join(f"{stack} {count}\n" for stack, count in self.stacks.items()))


def _short(filename: str) -> str:
    path = Path(filename)
    for root in ("mynumber", "site-packages"):
        if root in path.parts:
            return "/".join(path.parts[len(path.parts) - path.parts[::-1].index(root) :])
    return path.name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("network", "bare"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--stacks", type=Path)
    arguments = parser.parse_args()
    app = bare if arguments.name == "bare" else import_module("mynumber.institutions.network.api").app
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=arguments.port,
            loop="uvloop",
            http="httptools",
            log_level="warning",
            access_log=False,
        )
    )
    sampler = Sampler()
    if arguments.stacks:
        sampler.start()
        signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again after its own good-bye
    try:
        server.run()
    finally:
        if arguments.stacks:
            sampler.write(arguments.stacks)


if __name__ == "__main__":
    main()
