"""Posts bodies over kept connections: what a message needs of HTTP/1.1 (RFC 9112), read by httptools, and no more. No Django here.

A client for everything costs five times as much for each message (docs/performance.md). This one follows no redirect, sends no cookie and decodes
nothing: who is asked is in the signed directory, and the answer is one signed text.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

import httptools

LONGEST_HEADERS = 64 * 1024
"""Of an answer, with all that is not its body: a sender without end is cut off."""

_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})


class NoAnswer(ConnectionError):
    """The other side is away, closed in between, said something else than HTTP, or too much."""


class Connections:
    """Connections to any number of servers. One that is idle for longer than ``idle_seconds`` is not used again."""

    def __init__(self, *, timeout_seconds: float, idle_seconds: float, largest: int) -> None:
        """``largest``: the most bytes of an answer's body."""
        self._timeout_seconds = timeout_seconds
        self._idle_seconds = idle_seconds
        self._largest = largest
        self._idle: dict[tuple[str, int], list[_Connection]] = {}
        self._is_closed = False

    async def post(self, address: str, body: bytes, content_type: str) -> tuple[int, bytes]:
        """Status and body of the answer. The body is sent once: what breaks afterwards is for the caller to decide.

        Raises NoAnswer (also for an address that is not ``http://host[:port]/path``), another OSError when the connection cannot be made, TimeoutError
        when the whole takes too long.
        """
        place, target, host = _parts(address)
        async with asyncio.timeout(self._timeout_seconds):
            connection = self._take(place) or await self._connect(place)
            try:
                answer = await connection.post(target, host, body, content_type)
            except BaseException:
                connection.close()
                raise
        if connection.is_kept and not self._is_closed:
            connection.idle_since = asyncio.get_running_loop().time()
            self._idle.setdefault(place, []).append(connection)
        else:
            connection.close()
        return answer

    async def close(self) -> None:
        """Close what is idle; what is under way is closed when it ends."""
        self._is_closed = True
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _take(self, place: tuple[str, int]) -> _Connection | None:
        """The connection to a server that was used last, if it is still open."""
        idle = self._idle.get(place, [])
        oldest = asyncio.get_running_loop().time() - self._idle_seconds
        while idle:
            connection = idle.pop()
            if connection.is_kept and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    async def _connect(self, place: tuple[str, int]) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: _Connection(self._largest), *place
        )
        return connection


@lru_cache(maxsize=4096)
def _parts(address: str) -> tuple[tuple[str, int], bytes, bytes]:
    """Host and port, the request's target, and the field ``Host``."""
    try:
        parts = urlsplit(address)
        place = (parts.hostname or "", parts.port or 80)
        place[0].encode("idna")  # or it could not be looked up
        target, host = (parts.path or "/").encode("ascii"), parts.netloc.encode("ascii")
    except ValueError:
        raise NoAnswer("not an address") from None
    if (
        parts.scheme != "http"
        or not place[0]
        or parts.query
        or b"@" in host
        or any(c <= 32 for c in target + host)
    ):
        raise NoAnswer("the address is not http://host[:port]/path")
    return place, target, host


class _Connection(asyncio.Protocol):
    """One connection, one request at a time. The methods named ``on_`` are httptools'."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._body: list[bytes] = []
        self._room = 0
        self._other = 0
        self._has_length = False
        self._ends_with_connection = False
        self.idle_since = 0.0
        self.is_kept = False
        """Whether another request may be sent."""

    async def post(self, target: bytes, host: bytes, body: bytes, content_type: str) -> tuple[int, bytes]:
        if self._transport is None or self._transport.is_closing():
            raise NoAnswer("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._body = []
        self._room, self._other = self._largest, LONGEST_HEADERS
        self._has_length = self._ends_with_connection = self.is_kept = False
        head = b"POST %b HTTP/1.1\r\nHost: %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
        # head and body at once: the other side is woken once
        self._transport.write(head % (target, host, content_type.encode("ascii"), len(body)) + body)
        return await self._answer

    def close(self) -> None:
        self.is_kept = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._parser is None:  # nobody asked
            self.close()
            return
        self._other -= len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("the answer is not HTTP")
            return
        if self._room < 0 or self._other < 0:
            self._fail("the answer is too long")

    def eof_received(self) -> None:
        if self._parser is not None and self._ends_with_connection:
            self._end(self._parser)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("the connection was closed")

    def on_message_begin(self) -> None:
        if self._parser is None:  # a second answer to one question
            self.is_kept = False

    def on_header(self, name: bytes, _value: bytes) -> None:
        if name.lower() in _LENGTHS:
            self._has_length = True

    def on_headers_complete(self) -> None:
        is_answer = self._parser is not None and self._parser.get_status_code() >= 200
        self._ends_with_connection = is_answer and not self._has_length

    def on_body(self, data: bytes) -> None:
        self._room -= len(data)
        self._other += len(data)
        if self._room >= 0:
            self._body.append(data)

    def on_message_complete(self) -> None:
        parser = self._parser
        # before the answer others may come: "go on"
        if parser is not None and parser.get_status_code() >= 200 and self._room >= 0:
            self.is_kept = parser.should_keep_alive()
            self._end(parser)

    def _end(self, parser: httptools.HttpResponseParser) -> None:
        answer, self._answer, self._parser = self._answer, None, None
        if answer is not None and not answer.done():
            answer.set_result((parser.get_status_code(), b"".join(self._body)))

    def _fail(self, said: str) -> None:
        answer, self._answer, self._parser = self._answer, None, None
        self.close()
        if answer is not None and not answer.done():
            answer.set_exception(NoAnswer(said))
