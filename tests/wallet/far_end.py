"""The other ends of the device's wires, speaking their protocols over real connections: a portal and a place with a card reader.

They are no portal and no town, only what `protocols` says of them; the whole way with the real ones is the system test's.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mynumber.protocols import card_reader, sign_in, signing
from mynumber.protocols.card_reader import ReaderTask, Reply, Task
from mynumber.protocols.sign_in import Reason, SignInAccepted, SignInRefusal, SignInRefused, SignInRequest
from mynumber.protocols.signing import SigningRequest

__all__ = ["FarEnd", "NextTask", "Reader", "Task", "far_end", "public_urls"]

NextTask = Callable[[Reply], Task]


@dataclass
class FarEnd:
    """Answers as the protocols say, and keeps what it hears."""

    port: int = 0
    requests: dict[str, SignInRequest | SigningRequest] = field(default_factory=dict)
    answered: dict[str, bytes] = field(default_factory=dict)
    """Bodies of the responses, by the id of the request."""
    readers: dict[str, Reader] = field(default_factory=dict)
    """By reader code."""
    heard: list[bytes] = field(default_factory=list)
    """Every body that came."""
    other: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    """Answers to POSTs at other paths."""

    def expects(self, request: SignInRequest | SigningRequest) -> str:
        """Take a request in; the path and query at the device by which a browser arrives with it."""
        self.requests[request.request_id] = request
        if isinstance(request, SigningRequest):
            return signing.wallet_url("", request)
        return sign_in.wallet_url("", request)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body."""
        try:
            return 200, self._answer(method, path, body)
        except SignInRefused as refused:
            refusal = SignInRefusal(reason=refused.reason, detail=refused.detail)
            return sign_in.STATUS[refused.reason], sign_in.encode(refusal)

    def _answer(self, method: str, path: str, body: bytes) -> bytes:
        self.heard.append(body)
        if path in self.other:
            return self.other[path](body)
        if path == card_reader.STEPS_PATH:
            step = card_reader.decode_step(body)
            if step.code not in self.readers:
                raise SignInRefused(Reason.UNKNOWN_REQUEST)
            return card_reader.encode(self.readers[step.code].step(step))
        parts = path.strip("/").split("/")
        if parts[1:2] == ["finish"]:
            return "<!doctype html><title>戻りました</title><h1>戻りました</h1>".encode()
        request = self.requests.get(parts[2]) if len(parts) > 2 else None
        if request is None:
            raise SignInRefused(Reason.UNKNOWN_REQUEST)
        if method == "GET":
            return signing.encode(request) if isinstance(request, SigningRequest) else sign_in.encode(request)
        if request.request_id in self.answered:
            raise SignInRefused(Reason.ALREADY_ANSWERED)
        self.answered[request.request_id] = body
        return sign_in.encode(SignInAccepted(return_code=sign_in.new_identifier()))


@dataclass
class Reader:
    """One course at a counter: each task follows from the reply before it."""

    tasks: list[Task | NextTask]
    place: str = "葛飾区 区民課 窓口"
    replies: list[Reply] = field(default_factory=list)
    lose: int | None = None
    """Number of the step whose answer gets lost once."""
    _given: dict[int, ReaderTask] = field(default_factory=dict)

    def step(self, step: card_reader.ReaderStep) -> ReaderTask:
        """The next task; the same one for a step that is sent again."""
        if step.number not in self._given:
            assert step.number == len(self.replies)
            self.replies.append(step.reply)
            task = self.tasks[step.number]
            made = task(step.reply) if callable(task) else task
            self._given[step.number] = ReaderTask(place=self.place, number=step.number + 1, task=made)
        if self.lose == step.number:
            self.lose = None
            raise ConnectionError
        return self._given[step.number]


@contextmanager
def far_end() -> Iterator[FarEnd]:
    """A far end that listens on the loopback address."""
    end = FarEnd()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do()

        def do_POST(self) -> None:
            self._do()

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, said = end.answer(self.command, self.path.partition("?")[0], body)
            except ConnectionError:
                self.close_connection = True
                return
            self.send_response(status)
            kind = "text/html; charset=utf-8" if said.startswith(b"<") else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        end.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield end
        finally:
            server.shutdown()
            thread.join()


def public_urls(end: FarEnd) -> str:
    """MYNUMBER_PUBLIC_URLS with this far end as portal and as town: browsers find it under these names."""
    return json.dumps({name: f"http://{name}.localhost:{end.port}" for name in ("portal", "municipality")})
