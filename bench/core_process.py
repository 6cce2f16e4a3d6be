"""The core as uvicorn runs it in production, or the same server around what a permit cannot do without.

    python -m bench.core_process network|floor --port PORT [--stacks FILE]

With ``--stacks`` it looks, a thousand times a second of its own CPU, at what it is doing, and writes the stacks at its end: lines of
``outer;inner;innermost COUNT``.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import FrameType
from uuid import uuid4

import uvicorn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from mynumber.foundation.ristretto import group
from mynumber.webkit.asgi import Receive, Scope, Send, live, read_body
from mynumber.webkit.batching import Batcher
from mynumber.webkit.pool import open_pool

SAMPLE_SECONDS = 0.001
ANSWER_BYTES = 1500
EXCHANGE = (
    *(
        "inquirer",
        "request_id",
        "inquirer_name",
        "provider",
        "provider_name",
        "organisation",
        "affair",
        "provision",
    ),
    *("information", "non_disclosure", "requested_at", "request_digest", "permit_digest", "record_code"),
)
ENTRY = ("index", "inquirer", "request_id", "at", "side", "outcome", "hop", "reason", "salt")


class Floor:
    """What a permit cannot do without, behind the same server: verify, two multiplications a request, sign, two rows in a grouped COPY."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self._key, self._public, self._ecdsa = key, key.public_key(), ec.ECDSA(hashes.SHA256())
        self._text = secrets.token_bytes(700)
        self._signature = key.sign(self._text, self._ecdsa)
        self._scalar = group.crypto_core_ristretto255_scalar_random()
        self._point = group.crypto_core_ristretto255_random()
        self._index = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send, start=self._start, stop=self._stop)
            return
        await read_body(receive, 1024 * 1024)
        requests = int(dict(scope["headers"]).get(b"x-requests", b"0"))
        if requests:
            self._public.verify(self._signature, self._text, self._ecdsa)
            for _ in range(2 * requests):
                group.crypto_scalarmult_ristretto255(self._scalar, self._point)
            await self._rows.submit(requests)
            self._key.sign(self._text, self._ecdsa)
        headers = [(b"content-type", b"application/jose"), (b"content-length", str(ANSWER_BYTES).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * ANSWER_BYTES})

    async def _start(self) -> None:
        self._pool = await open_pool(os.environ["DATABASE_URL"], connections=2)
        self._rows: Batcher[int, None] = Batcher(self._copy, largest=512, weigh=lambda requests: requests)

    async def _stop(self) -> None:
        await self._pool.close()

    async def _copy(self, batch: Sequence[int]) -> list[None]:
        exchanges, entries = [], []
        now = datetime.now(UTC)
        for _ in range(sum(batch)):
            request_id, digest = uuid4(), secrets.token_bytes(32)
            who = ("municipality.131229", request_id, "機関", "pension_service", "機関", "子育て支援課")
            what = ("81-1", "81-1-4", "public_pension_benefit", False, now)
            exchanges.append((*who, *what, bytes(32), digest, "1." + "x" * 43))
            entries.append((self._index, who[0], request_id, now, "network", "permitted", None, None, digest))
            self._index += 1
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.copy_records_to_table("exchange", records=exchanges, columns=EXCHANGE)
            await connection.copy_records_to_table("exchange_event", records=entries, columns=ENTRY)
        return [None] * len(batch)


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
    parser.add_argument("name", choices=("network", "floor"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--stacks", type=Path)
    arguments = parser.parse_args()
    app = Floor() if arguments.name == "floor" else import_module("mynumber.institutions.network.api").app
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
