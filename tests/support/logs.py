"""A log in memory with real tiles and signatures, which a test may let lie; and the same over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mynumber.foundation import tlog
from mynumber.foundation.tlog import (
    AddCheckpoint,
    Checkpoint,
    LogSigner,
    Note,
    Policy,
    ReadTile,
    TileId,
    WitnessSigner,
)
from mynumber.foundation.tlog.tiles import MalformedPath
from mynumber.foundation.tlog.witness import authenticate


def leaves(count: int, start: int = 0, *, history: str = "true") -> list[bytes]:
    """Leaf hashes that differ from those of another history."""
    return [tlog.leaf_hash(f"{history} {number}".encode()) for number in range(start, start + count)]


@dataclass(slots=True)
class MemoryLog:
    """What a log stores and shows. ``extra`` is what it shows instead of the truth, by path (None: 404)."""

    signer: LogSigner
    witness: WitnessSigner | None = None
    size: int = 0
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    extra: dict[str, bytes | None] = field(default_factory=dict)
    cosigned_at: datetime | None = None

    def read(self, level: int, index: int, _width: int) -> bytes:
        return self.tiles[level, index]

    def add(self, hashes: Sequence[bytes]) -> None:
        for tile in tlog.extend(self.size, self.read, hashes):
            self.tiles[tile.id.level, tile.id.index] = tile.hashes
        self.size += len(hashes)

    def copy(self) -> MemoryLog:
        """The same log with the same key, from here on by itself."""
        return MemoryLog(self.signer, self.witness, self.size, dict(self.tiles), {}, self.cosigned_at)

    def _reader(self, size: int) -> tlog.ReadHashes:
        read: ReadTile = self.read
        return tlog.hash_reader(size, read)

    def note(self, size: int | None = None) -> str:
        size = self.size if size is None else size
        return self.signer.sign_checkpoint(
            Checkpoint(self.signer.origin, size, tlog.root_hash(size, self._reader(size)))
        )

    def shown_note(self) -> str:
        """With the cosignature, if there is a witness."""
        if self.witness is None or self.cosigned_at is None:
            return self.note()
        signed = authenticate(AddCheckpoint(0, (), self.note()), Policy.of_keys([self.signer.verifier_key]))
        line = self.witness.cosign(signed, self.cosigned_at)
        return Note(signed.text, (*signed.signatures, line)).to_text()

    def request(self, old: int, size: int | None = None) -> AddCheckpoint:
        """What it sends a witness."""
        size = self.size if size is None else size
        proof = tlog.consistency_proof(old, size, self._reader(size)) if old <= size else []
        return AddCheckpoint(old, tuple(proof), self.note(size))

    def file(self, path: str) -> bytes | None:
        """What is below its address; None is 404."""
        if path in self.extra:
            return self.extra[path]
        if path == "checkpoint":
            return self.shown_note().encode() if self.size else None
        try:
            wanted = TileId.parse(path)
        except MalformedPath:
            return None
        if wanted.width > tlog.tile_width(self.size, wanted.level, wanted.index):
            return None
        return self.tiles[wanted.level, wanted.index][: wanted.width * 32]


class ServedLog:
    """Shows one log over HTTP; ``log`` may be exchanged while it runs."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = served.log.file(self.path.removeprefix("/log/"))
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/log"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def served(log: MemoryLog) -> Iterator[ServedLog]:
    server = ServedLog(log)
    try:
        yield server
    finally:
        server.close()
