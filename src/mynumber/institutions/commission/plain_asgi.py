"""A small ASGI application for plain HTTP: what witness and monitor have in common. No Django here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from mynumber.webkit import logs, metrics
from mynumber.webkit.asgi import BODY_SECONDS, DATABASE_FAILURES, Receive, Scope, Send, live, read_body
from mynumber.webkit.marks import RouteTable, public

_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"

    @classmethod
    def of_json(cls, status: int, value: object) -> Reply:
        return cls(status, msgspec.json.encode(value), "application/json")

    @classmethod
    def say(cls, status: int, words: str) -> Reply:
        """An answer for a person, one line."""
        return cls(status, f"{words}\n".encode())


Handler = Callable[[str, bytes | None], Awaitable[Reply]]
"""Takes what stands for ``*`` in the route, and the body (None when it is too long)."""


class PlainApp:
    """Routes ``METHOD /path`` with at most one word left open (``*``). Subclasses add routes and open what they need."""

    largest_body = 0

    def __init__(self) -> None:
        self.routes = RouteTable()
        self.routes.add("GET", "/healthz", self._healthz)
        self.routes.add("GET", "/readyz", self._readyz)
        self.routes.add("GET", metrics.PATH, self._metrics)

    async def start(self) -> None:
        """Open keys and database; raises when one is missing."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Close what ``start`` opened."""
        raise NotImplementedError

    async def readiness(self) -> Reply:
        """200 when the process can do its work, 503 otherwise."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send, start=self.start, stop=self.stop)
            return
        if scope["type"] != "http":
            return
        reply = await self._reply(scope["method"], scope["path"], receive)
        headers = [
            (b"content-type", reply.content_type.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, method: str, path: str, receive: Receive) -> Reply:
        handler, word = self._find(method, path)
        if handler is None:
            return Reply.say(404, "no such address, or not with this method")
        body: bytes | None = b""
        if method == "POST":
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    body = await read_body(receive, self.largest_body)
            except (TimeoutError, ConnectionError):
                return Reply.say(408, "the body did not come")
        try:
            return await handler(word, body)
        except DATABASE_FAILURES as error:
            _log.error("the database does not answer", exception=logs.outline(error))
            return Reply.say(503, "try later")
        except Exception as error:  # noqa: BLE001 - the caller gets a sentence, the log the outline
            _log.error("a handler failed", exception=logs.outline(error))
            return Reply.say(500, "this did not work; it is noted")

    def _find(self, method: str, path: str) -> tuple[Handler | None, str]:
        handler = self.routes.find(method, path)
        if handler is not None:
            return handler, ""
        words = path.split("/")
        if len(words) < 3:
            return None, ""
        word, words[2] = words[2], "*"
        return self.routes.find(method, "/".join(words)), word

    @public
    async def _healthz(self, _word: str, _body: bytes | None) -> Reply:
        return Reply.of_json(200, {"status": "alive"})

    @public  # a supervisor has no identity, and the answer says nothing of a person
    async def _readyz(self, _word: str, _body: bytes | None) -> Reply:
        try:
            return await self.readiness()
        except DATABASE_FAILURES:
            return Reply.of_json(503, {"status": "not ready"})

    @public  # counts and durations of this process; the front refuses the address
    async def _metrics(self, _word: str, _body: bytes | None) -> Reply:
        body, content_type = metrics.exposition()
        return Reply(200, body, content_type)
