"""Bodies over kept connections, against servers that say what they are told to, byte by byte."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mynumber.webkit.posting import LONGEST_HEADERS, Connections, NoAnswer

LARGEST = 1_000
YES = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"


class _Server:
    """Answers each request with the pieces it was made with; an empty piece at the end closes the connection."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self.connections = 0
        self.closed = 0
        self.requests: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length"))
                self.requests.append(head + await reader.readexactly(int(length.split(b":")[1])))
                for piece in self._pieces:
                    if not piece:
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self.closed += 1


@asynccontextmanager
async def _serving(*pieces: bytes) -> AsyncIterator[tuple[_Server, Connections, str]]:
    server = _Server(pieces)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    connections = Connections(timeout_seconds=20, idle_seconds=3, largest=LARGEST)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield server, connections, f"http://127.0.0.1:{port}/a/messages/b"
    finally:
        await connections.close()
        listening.close()
        await listening.wait_closed()


async def _post(*pieces: bytes) -> tuple[int, bytes]:
    async with _serving(*pieces) as (_, connections, address):
        return await connections.post(address, b"question", "text/x")


async def _eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.005)


async def test_what_is_sent() -> None:
    async with _serving(YES) as (server, connections, address):
        assert await connections.post(address, b"question", "text/x") == (200, b"yes")
        host = address.split("/")[2].encode()
        assert server.requests == [
            b"POST /a/messages/b HTTP/1.1\r\nHost: " + host + b"\r\nContent-Type: text/x\r\n"
            b"Content-Length: 8\r\n\r\nquestion"
        ]


async def test_a_connection_is_kept() -> None:
    async with _serving(YES) as (server, connections, address):
        for _ in range(5):
            await connections.post(address, b"q", "text/x")
        assert server.connections == 1
        await asyncio.gather(*(connections.post(address, b"q", "text/x") for _ in range(4)))
        assert server.connections == 4


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno", 503, b"no"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n", 200, b"yes"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + YES, 200, b"yes"),
        (b"HTTP/1.1 204 None\r\n\r\n", 204, b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * LARGEST, 200, b"x" * LARGEST),
    ],
)
async def test_answers(answer: bytes, status: int, body: bytes) -> None:
    assert await _post(answer) == (status, body)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes",
        b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nyes",
        YES + YES,  # an answer that nobody asked for would be taken for the next one's
        YES + b"rest",
    ],
)
async def test_a_connection_that_is_not_kept(answer: bytes) -> None:
    async with _serving(answer) as (server, connections, address):
        for _ in range(2):
            assert await connections.post(address, b"q", "text/x") == (200, b"yes")
        assert server.connections == 2


async def test_an_answer_that_ends_with_its_connection() -> None:
    assert await _post(b"HTTP/1.1 200 OK\r\n\r\n", b"yes", b"") == (200, b"yes")


async def test_an_answer_after_the_answer_is_no_answer_to_the_next() -> None:
    async with _serving(YES, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno") as (
        server,
        connections,
        address,
    ):
        assert await connections.post(address, b"q", "text/x") == (200, b"yes")
        await _eventually(lambda: server.closed == 1)
        assert await connections.post(address, b"q", "text/x") == (200, b"yes")
        assert server.connections == 2


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"HTTP/1.1 200 OK\r\nContent-Le", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nyes", b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n", b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"HTTP/1.1 101 Other\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",),
        (b"SSH-2.0-OpenSSH_9.2\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nyes",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + b"x" * (LARGEST + 1),),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"ff\r\n" + b"x" * 255 + b"\r\n"] * 9),
        (b"HTTP/1.1 200 OK\r\n", *[b"A: " + b"a" * 1000 + b"\r\n"] * (LONGEST_HEADERS // 1000 + 1)),
    ],
)
async def test_what_is_no_answer(pieces: tuple[bytes, ...], caplog: pytest.LogCaptureFixture) -> None:
    async with _serving(*pieces) as (server, connections, address):
        with pytest.raises(NoAnswer):
            await connections.post(address, b"q", "text/x")
        await _eventually(lambda: server.closed == 1)
    assert not caplog.records, "asyncio has nothing to complain of"


@settings(max_examples=60, deadline=None)
@given(cuts=st.lists(st.integers(1, len(YES) - 1), unique=True), again=st.integers(1, 3))
async def test_answers_come_in_any_pieces(cuts: list[int], again: int) -> None:
    places = [0, *sorted(cuts), len(YES)]
    async with _serving(*(YES[a:b] for a, b in pairwise(places))) as (
        server,
        connections,
        address,
    ):
        for _ in range(again):
            assert await connections.post(address, b"q", "text/x") == (200, b"yes")
        assert server.connections == 1


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60).map(lambda end: b"HTTP/1.1 " + end) | st.binary(min_size=1, max_size=60))
async def test_any_bytes_are_an_answer_or_none(said: bytes) -> None:
    async with _serving(said, b"") as (_, connections, address):
        try:
            status, body = await connections.post(address, b"q", "text/x")
        except NoAnswer:
            return
        assert 200 <= status <= 999
        assert len(body) <= len(said)


async def test_nobody_answers_in_time() -> None:
    async with _serving(b"HTTP/1.1 200 OK\r\n") as (server, _, address):
        hasty = Connections(timeout_seconds=0.05, idle_seconds=3, largest=LARGEST)
        with pytest.raises(TimeoutError):
            await hasty.post(address, b"q", "text/x")
        await _eventually(lambda: server.closed == 1)


async def test_who_gives_up_leaves_no_connection_behind() -> None:
    async with _serving(b"HTTP/1.1 200 OK\r\n") as (server, connections, address):
        asking = asyncio.create_task(connections.post(address, b"q", "text/x"))
        await _eventually(lambda: bool(server.requests))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await _eventually(lambda: server.closed == 1)


async def test_a_connection_that_was_idle_for_long_is_not_used() -> None:
    async with _serving(YES) as (server, _, address):
        forgetful = Connections(timeout_seconds=20, idle_seconds=0, largest=LARGEST)
        for _ in range(2):
            await forgetful.post(address, b"q", "text/x")
        await forgetful.close()
        assert server.connections == 2


async def test_nobody_is_there() -> None:
    async with _serving() as (_, connections, address):
        pass
    with pytest.raises(ConnectionRefusedError):
        await connections.post(address, b"q", "text/x")


@pytest.mark.parametrize(
    "address",
    [
        "https://a/b",
        "a/b",
        "http:///b",
        "http://a:b/c",
        "http://a:99999/c",
        "http://a@b/c",
        "http://a/b?c",
        "http://a/b c",
        "http://a..b/c",
        "http://a/b\r\nX: y",
        "http://あ/b",
        "",
    ],
)
async def test_what_is_no_address(address: str) -> None:
    connections = Connections(timeout_seconds=20, idle_seconds=3, largest=LARGEST)
    with pytest.raises(NoAnswer):
        await connections.post(address, b"q", "text/x")
