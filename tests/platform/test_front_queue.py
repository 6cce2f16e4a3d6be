"""The line before an institution: who waits, who is told to come again, and that nobody's turn is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from mynumber.platform.front import Front, Upstream
from mynumber.platform.front_queue import Line, Sessions
from mynumber.platform.settings import Settings

SETTINGS = replace(Settings.from_environment({}), port=0)
COOKIE = "Cookie: portal_session=x\r\n"


class Held:
    """A real HTTP server that answers only when it is told to, and counts how many requests it has at a time."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.arrived = asyncio.Semaphore(0)
        self.inside = self.most = self.served = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.arrived.release()
        await self.go_on.wait()
        self.inside -= 1
        self.served += 1
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: portal_session=x; HttpOnly; Path=/\r\n")
        writer.write(b"Content-Length: 2\r\n\r\nok")
        writer.close()


@asynccontextmanager
async def front(line: Line) -> AsyncIterator[tuple[int, Held]]:
    held = Held()
    upstream = await asyncio.start_server(held.serve, "127.0.0.1", 0)
    port = upstream.sockets[0].getsockname()[1]
    table = {"portal.localhost": Upstream("マイナポータル", port, {}, Sessions(b"portal_session"), line)}
    (server,) = await Front(table, SETTINGS).serve(("127.0.0.1",))
    try:
        yield server.sockets[0].getsockname()[1], held
    finally:
        held.go_on.set()
        server.close()
        upstream.close()


async def ask(port: int, *, extra: str = "", method: str = "GET", body: bytes = b"") -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        writer.write(f"{method} / HTTP/1.1\r\nHost: portal.localhost\r\n{extra}{length}\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = next(
            int(x.split(":")[1]) for x in head.lower().split("\r\n") if x.startswith("content-length")
        )
        return int(head.split(" ")[1]), (await reader.readexactly(size)).decode()
    finally:
        writer.close()


async def until(line: Line, length: int) -> None:
    async with asyncio.timeout(60):
        while line.length != length:  # noqa: ASYNC110 - the line tells nobody
            await asyncio.sleep(0)


async def test_those_at_work_and_what_is_sent_wait_and_newcomers_are_told() -> None:
    line = Line(at_once=1, newcomers_wait=0)
    async with front(line) as (port, held):
        held.go_on.set()
        assert (await ask(port))[0] == 200, "it gives a session"
        await held.arrived.acquire()
        held.go_on.clear()
        first = asyncio.create_task(ask(port))
        await held.arrived.acquire()
        working = asyncio.create_task(ask(port, extra=COOKIE))
        await until(line, 1)
        sent = asyncio.create_task(ask(port, method="POST", body=b"x=1"))
        await until(line, 2)
        for nobodys in ("", "Cookie: portal_session=forged\r\n", "Cookie: a=portal_session=x\r\n"):
            status, page = await ask(port, extra=nobodys)
            assert status == 503
            assert 'http-equiv="refresh"' in page
            assert "空きができると" in page
        device = asyncio.create_task(ask(port, extra="Accept: application/json\r\n"))
        await until(line, 3)
        held.go_on.set()
        assert [each[0] for each in await asyncio.gather(first, working, sent, device)] == [200] * 4
        assert (held.served, held.most) == (5, 1)


def test_a_session_is_known_once_the_institution_gave_it_and_not_for_ever() -> None:
    sessions = Sessions(b"portal_session", most=2)
    for given in (b"portal_session=one; Path=/", b"portal_language=en", b'portal_session=""; Max-Age=0'):
        sessions.note(given)
    assert sessions.knows(b"portal_language=ja; portal_session=one")
    assert not any(
        sessions.knows(cookies)
        for cookies in (
            b"",
            b"portal_session=",
            b'portal_session=""',
            b"portal_session=on",
            b"portal_language=en",
        )
    )
    for given in (b"portal_session=two", b"portal_session=one", b"portal_session=three"):
        sessions.note(given)
    assert [sessions.knows(b"portal_session=" + each) for each in (b"one", b"two", b"three")] == [
        True,
        False,
        True,
    ]


async def test_who_cannot_wait_any_longer_is_told_that_nothing_was_received() -> None:
    async with front(Line(at_once=1, patience=0.01)) as (port, held):
        first = asyncio.create_task(ask(port))
        await held.arrived.acquire()
        status, page = await ask(port, method="POST", body=b"x=1")
        assert status == 503
        assert "まだ受け取っていません" in page
        assert 'http-equiv="refresh"' not in page
        held.go_on.set()
        assert (await first)[0] == 200
        assert (await ask(port))[0] == 200, "the line goes on"


async def test_a_body_that_comes_slowly_holds_up_nobody() -> None:
    async with front(Line(at_once=1, newcomers_wait=0)) as (port, held):
        held.go_on.set()
        _, slow = await asyncio.open_connection("127.0.0.1", port)
        slow.write(b"POST / HTTP/1.1\r\nHost: portal.localhost\r\nContent-Length: 10\r\n\r\nhalf")
        await slow.drain()
        assert [(await ask(port))[0] for _ in range(3)] == [200, 200, 200]
        slow.close()


async def test_who_does_not_read_an_answer_holds_up_nobody() -> None:
    """A handful of connections that ask for a large paper and read nothing would be all that an institution serves."""
    answer = b"x" * (16 * 1024 * 1024)  # more than the machine's own buffers take

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
        writer.close()

    upstream = await asyncio.start_server(serve, "127.0.0.1", 0)
    line = Line(at_once=1)
    table = {
        "portal.localhost": Upstream(
            "マイナポータル", upstream.sockets[0].getsockname()[1], {}, Sessions(b"s"), line
        )
    }
    (server,) = await Front(table, SETTINGS).serve(("127.0.0.1",))
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.write(b"GET / HTTP/1.1\r\nHost: portal.localhost\r\n\r\n")
    await reader.readexactly(1)
    async with asyncio.timeout(60):
        assert (await ask(port))[0] == 200
        # And who reads slowly has all of it in the end.
        received = bytearray()
        while (head := received.find(b"\r\n\r\n")) < 0 or len(received) < head + 4 + len(answer):
            received += await reader.read(1024 * 1024) or pytest.fail("the answer ends too early")
        assert received[head + 4 :] == answer
    writer.close()
    server.close()
    upstream.close()


@pytest.mark.parametrize("at_once", [1, 3])
async def test_turns_are_neither_lost_nor_doubled_whoever_leaves(at_once: int) -> None:
    line = Line(at_once=at_once, patience=60)
    inside, most = 0, 0

    async def visit() -> None:
        nonlocal inside, most
        assert await line.enter(is_newcomer=False)
        inside, most = inside + 1, max(most, inside + 1)
        await asyncio.sleep(0)
        inside -= 1
        line.leave()

    tasks = [asyncio.create_task(visit()) for _ in range(60)]
    await asyncio.sleep(0)
    for task in tasks[10:40:3]:  # their visitors have gone while they waited
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (most, line.length) == (at_once, 0)
    for _ in range(at_once):
        assert await line.enter(is_newcomer=True), "every place is free again"


async def test_a_line_has_an_end() -> None:
    line = Line(at_once=1, most_waiting=1)
    assert await line.enter(is_newcomer=False)
    waiting = asyncio.create_task(line.enter(is_newcomer=False))
    await until(line, 1)
    assert not await line.enter(is_newcomer=False)
    line.leave()
    assert await waiting
