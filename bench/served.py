"""One institution's message process as uvicorn runs it in production, that also tells the benchmark what it did.

    python -m bench.served NAME --port PORT --figures FILE [--steps] [--profile FILE]

On SIGUSR1 it writes FILE: batches and items of each group commit and, with ``--steps``, the time in each step, all since the start.
With ``--profile`` it runs under cProfile and writes the profile at its end.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from bench.steps import Steps
from mynumber.foundation.pki import signing
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.webkit.batching import Batcher


class Figures(msgspec.Struct, frozen=True):
    """``batches``: writer -> (commits, items). ``steps``: step -> (calls, nanoseconds)."""

    batches: dict[str, tuple[int, int]]
    steps: dict[str, tuple[int, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("network", "gateway", "jlis"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--profile", type=Path)
    arguments = parser.parse_args()

    batchers = _listed_batchers()
    module = importlib.import_module(f"mynumber.institutions.{arguments.name}.api")
    steps = Steps()
    if arguments.steps:
        {"network": _time_network, "gateway": _time_gateway, "jlis": _time_status}[arguments.name](
            steps, module
        )

    def tell(*_: object) -> None:
        figures = Figures({_name(b): (b.batches, b.items) for b in batchers}, steps.figures())
        draft = arguments.figures.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(figures))
        draft.replace(arguments.figures)

    signal.signal(signal.SIGUSR1, tell)
    server = uvicorn.Server(
        uvicorn.Config(
            module.app,
            host="127.0.0.1",
            port=arguments.port,
            loop="uvloop",
            http="httptools",
            log_level="warning",
            access_log=False,
        )
    )
    if arguments.profile is None:
        server.run()
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again after its own good-bye
    profile = cProfile.Profile()
    try:
        profile.runcall(server.run)
    finally:
        profile.dump_stats(arguments.profile)


def _listed_batchers() -> list[Batcher[Any, Any]]:
    """Fills as the process makes its batchers."""
    made: list[Batcher[Any, Any]] = []
    begin = Batcher.__init__

    def remember(self: Batcher[Any, Any], *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        made.append(self)

    Batcher.__init__ = remember  # type: ignore[method-assign]
    return made


def _name(batcher: Batcher[Any, Any]) -> str:
    return str(getattr(batcher._write, "__name__", "write"))


def time_messages(steps: Steps) -> None:
    """The four steps that every hop makes with a message."""

    def of(verb: str) -> Any:
        def label(*args: Any, **_: Any) -> str:
            found = next(
                a.message if isinstance(a, wire.Outgoing) else a
                for a in args
                if isinstance(a, Message | wire.Outgoing)
            )
            return f"{verb} {found.name}"

        return label

    for verb in ("receive", "answer", "prepare", "conclude"):
        steps.wrap(wire, verb, of(verb))


def _time_network(steps: Steps, module: Any) -> None:
    time_messages(steps)
    steps.wrap(module, "decide", "decide")
    steps.wrap(module, "make_permit", "make_permit")
    steps.wrap(module.Store, "record_inquiries", "record_inquiries")


def _time_gateway(steps: Steps, module: Any) -> None:
    time_messages(steps)
    for name in ("open_inquiries", "use_permits", "close_inquiries"):
        steps.wrap(module.Store, name, name)
    for name in ("_read_permit", "_open_code", "_seal"):
        steps.wrap(module.Providing, name, name)
    steps.wrap(module.Inquiring, "_open", "_open")


def _time_status(steps: Steps, module: Any) -> None:
    steps.wrap(module, "read_body", "body")
    steps.wrap(module.ocsp, "parse_request", "parse")
    steps.wrap(module.Verifiers, "find", "verifier")
    steps.wrap(module.Store, "certificates", "look up")
    steps.wrap(module.ocsp.Responder, "answer", "answer")
    steps.wrap(signing, "_sign_rsa", "sign")


if __name__ == "__main__":
    main()
