"""The front: one port for a visitor's browser, `NAME.localhost` chooses the process.

Every request is parsed (h11) and checked by itself, also the later ones of a kept connection. Messages between
institutions go from process to process and never through here: `/messages/` is refused whatever its spelling.
Institutions check the Host again themselves.

In production each institution stands behind its own reverse proxy with TLS; this program is for one machine.
"""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import unquote

import h11

from mynumber.platform.front_pages import (
    Page,
    messages_refused,
    not_a_request,
    not_there,
    too_many,
    unknown_host,
)
from mynumber.platform.front_queue import MOST_WAITING, Line, Sessions
from mynumber.platform.registry import institutions, processes_of
from mynumber.platform.settings import Settings

MAX_HEAD_BYTES = 16 * 1024
HEAD_SECONDS = 30.0
"""How long a connection may take to send a request's head, and how long it may be idle."""
ANSWER_SECONDS = 120.0
"""How long an institution may take until it begins to answer, and between pieces of its answer."""
LARGEST_BODY = 64 * 1024 * 1024
BODY_SECONDS = 600.0
"""How long a whole body may take: a form with documents over a slow line."""
IN_MEMORY_BYTES = 1024 * 1024
"""Of a body, and of an answer whose reader is slow; a longer body waits in a file without a name."""
_READ_BYTES = 64 * 1024

OWN_HOST = "front.localhost"
"""Under this name the front answers `/readyz` for itself."""

# Headers that belong to one connection (RFC 9110, 7.6.1), and those with which a visitor could claim to be a proxy.
_DROPPED = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"expect",
        b"forwarded",
    }
)


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where requests for a host go."""

    title: str
    port: int
    """Of the institution's pages."""
    ports: Mapping[str, int] = field(default_factory=dict)
    """Of other processes of the institution, by the first word of the path."""
    sessions: Sessions = field(default_factory=lambda: Sessions(b""))
    """Those that it gave: a browser that brings one is at work here."""
    line: Line = field(default_factory=Line)

    def is_newcomer(self, request: h11.Request) -> bool:
        """Whether a request only opens a page, for somebody who is not at work here.

        What asks for JSON is a program (the card's device, a service that signs somebody in): it works for a person who is inside, without that person's cookies.
        """
        known = any(self.sessions.knows(value) for name, value in request.headers if name == b"cookie")
        is_program = any(
            name == b"accept" and value == b"application/json" for name, value in request.headers
        )
        return request.method in (b"GET", b"HEAD") and not known and not is_program

    def port_for(self, target: bytes) -> int:
        """The port that a request with this target (it starts with a slash) goes to. A word spelled otherwise goes to the pages."""
        word = target.partition(b"?")[0].split(b"/", 2)[1]
        return self.ports.get(word.decode("latin-1"), self.port)


class Front:
    """Serves one port; `routes` maps host names to the processes behind it."""

    def __init__(self, routes: dict[str, Upstream], settings: Settings) -> None:
        self._routes = routes
        self._settings = settings

    async def serve(self, hosts: tuple[str, ...] = ("127.0.0.1", "::1")) -> list[asyncio.Server]:
        """Listen on the addresses there are. Raises OSError when the port is taken on the first."""
        first, *others = hosts

        async def listen(host: str) -> asyncio.Server:
            return await asyncio.start_server(
                self._connection, host, self._settings.port, backlog=MOST_WAITING
            )

        servers = [await listen(first)]
        for host in others:  # browsers may try the IPv6 address of NAME.localhost first
            with contextlib.suppress(OSError):
                servers.append(await listen(host))
        return servers

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.set_write_buffer_limits(high=IN_MEMORY_BYTES)
        visitor = _Visitor(reader, writer)
        try:
            while await self._request(visitor):
                pass
        except (OSError, TimeoutError, h11.ProtocolError):
            pass  # the visitor has gone, or broke the protocol in the middle of a body
        finally:
            writer.close()
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    await writer.wait_closed()
            except TimeoutError:
                writer.transport.abort()  # who does not read does not keep our memory
            except OSError:
                pass

    async def _request(self, visitor: "_Visitor") -> bool:
        """Answer one request. Returns whether the connection goes on."""
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                request = await visitor.next_event()
        except h11.RemoteProtocolError as error:
            await visitor.answer(not_a_request(error.error_status_hint))
            return False
        if not isinstance(request, h11.Request):
            return False
        page = self._refusal(request)
        if page is not None:
            await visitor.answer(page)
            return await visitor.start_next()
        upstream = self._routes[_host(request)]
        await self._forward(visitor, request, upstream)
        return await visitor.start_next()

    def _refusal(self, request: h11.Request) -> Page | None:
        """The page that the front itself answers with, or None for a request that goes on."""
        host = _host(request)
        if host == OWN_HOST and request.target == b"/readyz":
            return Page(200, "text/plain; charset=utf-8", b"ready\n")
        if _head_bytes(request) > MAX_HEAD_BYTES:  # h11 itself limits only what comes in several pieces
            return not_a_request(431)
        if not request.target.startswith(b"/"):
            return not_a_request(400)
        if is_inward(request.target):
            return messages_refused()
        if host not in self._routes:
            return unknown_host(self._settings)
        return None

    async def _forward(self, visitor: "_Visitor", request: h11.Request, upstream: Upstream) -> None:
        spool = tempfile.SpooledTemporaryFile
        with spool(max_size=IN_MEMORY_BYTES) as body, spool(max_size=IN_MEMORY_BYTES) as unread:
            # First the whole body: who sends slowly holds up nobody's turn.
            if not await visitor.take_body(body):
                await visitor.answer(not_a_request(413))
                return
            if not await upstream.line.enter(is_newcomer=upstream.is_newcomer(request)):
                sends = request.method not in (b"GET", b"HEAD")
                await visitor.answer(too_many(upstream.title, is_sent=sends))
                return
            visitor.unread = unread
            try:
                await self._pass_on(visitor, request, body, upstream)
            finally:
                upstream.line.leave()
            await visitor.take_unread()

    async def _pass_on(
        self, visitor: "_Visitor", request: h11.Request, body: IO[bytes], upstream: Upstream
    ) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", upstream.port_for(request.target))
        except OSError:
            await visitor.answer(not_there(upstream.title))
            return
        try:
            server = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
            headers = [*_passed_on(request), (b"Connection", b"close"), *_framing(request)]
            writer.write(
                _bytes(server, h11.Request(method=request.method, target=request.target, headers=headers))
            )
            with contextlib.suppress(ConnectionError):  # it may answer before it has read everything
                body.seek(0)
                while piece := body.read(_READ_BYTES):
                    writer.write(_bytes(server, h11.Data(data=piece)))
                    await writer.drain()
                writer.write(_bytes(server, h11.EndOfMessage()))
            await self._relay_answer(visitor, server, reader, upstream)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _relay_answer(
        self, visitor: "_Visitor", server: h11.Connection, reader: asyncio.StreamReader, upstream: Upstream
    ) -> None:
        begun = False
        try:
            while True:
                async with asyncio.timeout(ANSWER_SECONDS):
                    event = await _next_event(server, reader)
                if isinstance(event, h11.Response):
                    begun = True
                    for name, value in event.headers:
                        if name == b"set-cookie":
                            upstream.sessions.note(value)
                    headers = _passed_on(event)
                    await visitor.send(
                        h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)
                    )
                elif isinstance(event, h11.Data):
                    await visitor.send(h11.Data(data=event.data))
                elif isinstance(event, h11.EndOfMessage):
                    await visitor.send(h11.EndOfMessage())
                    return
        except (OSError, TimeoutError, h11.RemoteProtocolError):
            if begun:
                raise  # half an answer: the only honest end is to cut the connection
            await visitor.answer(not_there(upstream.title))


class _Visitor:
    """The connection of a visitor: events in, events out."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.unread: IO[bytes] | None = None
        """In a turn: where what the visitor has not read yet waits, so that a slow reader holds up nobody's turn."""
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        return await _next_event(self._http, self._reader)

    async def take_body(self, into: IO[bytes]) -> bool:
        """Read the request's body to its end. False when it is longer than any institution takes."""
        if self._http.they_are_waiting_for_100_continue:
            await self.send(h11.InformationalResponse(status_code=100, headers=[]))
        size = 0
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                async with asyncio.timeout(HEAD_SECONDS):
                    event = await self.next_event()
                if isinstance(event, h11.Data):
                    size += len(event.data)
                    if size > LARGEST_BODY:
                        return False
                    into.write(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    return True
                else:
                    raise h11.RemoteProtocolError("the body ends too early")

    async def send(self, event: h11.Event) -> None:
        data, unread = _bytes(self._http, event), self.unread
        waiting = self._writer.transport.get_write_buffer_size()
        if unread is not None and (unread.tell() or waiting + len(data) > IN_MEMORY_BYTES):
            unread.write(data)
            return
        self._writer.write(data)
        await self._drain()

    async def take_unread(self) -> None:
        """The turn is over: send what waits, as fast as it is read."""
        unread, self.unread = self.unread, None
        if unread is None or not unread.tell():
            return
        unread.seek(0)
        while piece := unread.read(_READ_BYTES):
            self._writer.write(piece)
            await self._drain()

    async def _drain(self) -> None:
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._writer.drain()

    async def answer(self, page: Page) -> None:
        """A page of the front's own."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        headers = [
            ("Content-Type", page.content_type),
            ("Content-Length", str(len(page.body))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("X-Content-Type-Options", "nosniff"),
            *page.headers,
        ]
        await self.send(h11.Response(status_code=page.status, headers=headers))
        await self.send(h11.Data(data=page.body))
        await self.send(h11.EndOfMessage())

    async def start_next(self) -> bool:
        """Make ready for the next request of the connection; False when there can be none."""
        await self._read_the_rest()
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _read_the_rest(self) -> None:
        """Take in a short body that nobody wanted: closing over unread bytes would tear the answer away."""
        left = MAX_HEAD_BYTES
        async with asyncio.timeout(HEAD_SECONDS):
            while left > 0 and self._http.their_state is h11.SEND_BODY:
                if self._http.they_are_waiting_for_100_continue:
                    return
                event = await self.next_event()
                left -= len(event.data) if isinstance(event, h11.Data) else 0


INWARD = frozenset({"messages", "metrics"})
"""First words of addresses that are for other processes alone."""


def is_inward(target: bytes) -> bool:
    """Whether a request's target leads to `/messages/`, `/SYSTEM/messages/` or `/metrics`, however it is spelled."""
    path = target.split(b"?", 1)[0].split(b"#", 1)[0].decode("latin-1")
    for _ in range(3):  # decoded once by every server; more than once by a careless one
        parts: list[str] = []
        for part in path.replace("\\", "/").split("/"):
            if part == "..":
                parts = parts[:-1]
            elif part not in ("", "."):
                parts.append(part)
        if INWARD.intersection(part.lower() for part in parts[:2]):
            return True
        path = unquote(path, encoding="latin-1")
    return False


def routes(settings: Settings) -> dict[str, Upstream]:
    """Host names and the processes behind them."""
    found: dict[str, Upstream] = {}
    for one in institutions(settings):
        own = processes_of(one.name, settings)
        web = next(p for p in own if p.name == one.name)
        others = {word: p.port(settings) for p in own for word in p.paths}
        upstream = Upstream(one.title, web.port(settings), others, Sessions(f"{one.name}_session".encode()))
        for host in ("localhost", "127.0.0.1") if one.host is None else (f"{one.host}.localhost",):
            found[host] = upstream
    return found


def _head_bytes(request: h11.Request) -> int:
    return len(request.target) + sum(len(name) + len(value) + 4 for name, value in request.headers)


def _host(request: h11.Request) -> str:
    value = next((value for name, value in request.headers if name == b"host"), b"")
    return value.decode("latin-1").partition(":")[0].rstrip(".").lower()


def _passed_on(event: h11.Request | h11.Response) -> list[tuple[bytes, bytes]]:
    """The headers that go on to the other side, spelled as they came."""
    names = {name for name, _ in event.headers}
    dropped = set(_DROPPED)
    for name, value in event.headers:
        if name == b"connection":
            dropped.update(word.strip().lower() for word in value.split(b","))
    if b"transfer-encoding" in names:
        dropped.add(b"content-length")  # one message, one length: two of them are how requests are smuggled
    if isinstance(event, h11.Request):
        dropped.update(name for name in names if name.startswith(b"x-forwarded-"))
    pairs = zip(event.headers, event.headers.raw_items(), strict=True)
    return [(raw, value) for (name, value), (raw, _) in pairs if name not in dropped]


def _framing(request: h11.Request) -> list[tuple[bytes, bytes]]:
    chunked = any(name == b"transfer-encoding" for name, _ in request.headers)
    return [(b"Transfer-Encoding", b"chunked")] if chunked else []


def _bytes(connection: h11.Connection, event: h11.Event) -> bytes:
    return connection.send(event) or b""


async def _next_event(
    connection: h11.Connection, reader: asyncio.StreamReader
) -> h11.Event | type[h11.PAUSED]:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(_READ_BYTES))
    return event  # type: ignore[return-value]


async def _main(settings: Settings) -> None:
    servers = await Front(routes(settings), settings).serve()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Settings.from_environment()))
    sys.exit(0)
