"""One institution's message process as uvicorn runs it in production, that also tells the benchmark what it did.

    python -m bench.served NAME --port PORT --figures FILE [--steps] [--profile FILE] [--stacks FILE]

On SIGUSR1 it writes FILE: batches and items of each group commit and, with ``--steps``, the time in each step, all since the start.
With ``--profile`` it runs under cProfile and writes the profile at its end; with ``--stacks`` it samples its stacks for a flame graph.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from bench.core_process import Sampler
from bench.steps import Steps
from mynumber.foundation.pki import signing
from mynumber.institutions.gateway.tenants import inquiring, providing
from mynumber.protocols import wire
from mynumber.protocols.message import Message


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
    parser.add_argument("--stacks", type=Path)
    arguments = parser.parse_args()

    module = importlib.import_module(f"mynumber.institutions.{arguments.name}.api")
    steps = Steps()
    batches: dict[str, list[int]] = {}
    if arguments.name in _COMMITS:
        _count_commits(module, arguments.name, batches)
    if arguments.steps:
        {"network": _time_network, "gateway": _time_gateway, "jlis": _time_status}[arguments.name](
            steps, module
        )

    def tell(*_: object) -> None:
        counted = {name: (commits, items) for name, (commits, items) in batches.items()}
        figures = Figures(counted, steps.figures())
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
            server_header=False,
            proxy_headers=False,
        )
    )
    if arguments.stacks is not None:
        sampler = Sampler()
        sampler.start()
        signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it again after its own good-bye
        server.run()
        sampler.write(arguments.stacks)
        return
    if arguments.profile is None:
        server.run()
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again after its own good-bye
    profile = cProfile.Profile()
    try:
        profile.runcall(server.run)
    finally:
        profile.dump_stats(arguments.profile)


_COMMITS: dict[str, dict[str, tuple[str, Callable[[Any], int]]]] = {
    "gateway": {
        "open_inquiries": ("InquirerSide", lambda asked: len(asked.inquiries)),
        "close_inquiries": ("InquirerSide", lambda _: 1),
        "use_permits": ("ProviderSide", lambda presented: len(presented.permits)),
    },
    "network": {"record_requests": ("Recorder", lambda asked: len(asked.judgements))},
}
"""Institution -> method that is one commit -> its class, and how many exchanges an item of its batch is."""


def _count_commits(module: Any, name: str, batches: dict[str, list[int]]) -> None:
    for method, (owner, weigh) in _COMMITS[name].items():
        _count(getattr(module, owner), method, weigh, batches.setdefault(method, [0, 0]))


def _count(owner: Any, method: str, weigh: Callable[[Any], int], counted: list[int]) -> None:
    write = getattr(owner, method)

    async def call(*args: Any) -> Any:
        counted[0] += 1
        counted[1] += sum(map(weigh, args[-1]))
        return await write(*args)

    setattr(owner, method, call)


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
    steps.wrap(module, "judge", "judge")
    steps.wrap(module, "make_sheet", "make_sheet")
    steps.wrap(module.Recorder, "record_requests", "record_requests")


def _time_gateway(steps: Steps, module: Any) -> None:
    time_messages(steps)
    for name in ("open_inquiries", "close_inquiries"):
        steps.wrap(module.InquirerSide, name, name)
    steps.wrap(module.ProviderSide, "use_permits", "use_permits")
    for name in ("read_sheet", "open_codes", "seal_facts"):
        steps.wrap(providing, name, name)
    steps.wrap(inquiring, "open_answer", "open_answer")


def _time_status(steps: Steps, module: Any) -> None:
    steps.wrap(module, "read_body", "body")
    steps.wrap(module.ocsp, "parse_request", "parse")
    steps.wrap(module.Verifiers, "find", "verifier")
    steps.wrap(module.Store, "certificates", "look up")
    steps.wrap(module.ocsp.Responder, "answer", "answer")
    steps.wrap(signing, "_sign_rsa", "sign")


if __name__ == "__main__":
    main()
