"""The front with real sockets: it finds the process, refuses messages, and says plainly what is wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from mynumber.platform.front import MAX_HEAD_BYTES, Front, Upstream, is_inward, routes
from mynumber.platform.registry import processes_of
from mynumber.platform.settings import Settings

SETTINGS = replace(Settings.from_environment({}), port=0)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A real HTTP server that answers with the head and body it received."""
    head = await reader.readuntil(b"\r\n\r\n")
    body = b""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            body = await reader.readexactly(int(line.split(b":")[1]))
        if line == b"transfer-encoding: chunked":
            body = await reader.readuntil(b"0\r\n\r\n")
    answer = head + body
    writer.write(b"HTTP/1.1 200 OK\r\nX-Seen: echo\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
    writer.close()


@asynccontextmanager
async def front(upstream_handler: object = echo) -> AsyncIterator[int]:
    """A front in front of one real server (portal) and a port where nothing listens (jlis); yields its port."""
    upstream = await asyncio.start_server(upstream_handler, "127.0.0.1", 0)  # type: ignore[arg-type]
    nobody = await asyncio.start_server(echo, "127.0.0.1", 0)
    closed = nobody.sockets[0].getsockname()[1]
    nobody.close()
    await nobody.wait_closed()
    table = {
        "portal.localhost": Upstream("マイナポータル", upstream.sockets[0].getsockname()[1]),
        "jlis.localhost": Upstream("機構", closed),
    }
    (server,) = await Front(table, SETTINGS).serve(("127.0.0.1",))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        upstream.close()


async def talk(port: int, *requests: bytes) -> list[tuple[int, dict[str, str], bytes]]:
    """Send requests one after the other on one connection; the answers as (status, headers, body)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = []
    try:
        for request in requests:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            answers.append((int(head[0].split(" ")[1]), headers, body))
    finally:
        writer.close()
    return answers


def get(path: str, host: str = "portal.localhost:8000", extra: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n".encode()


async def test_the_host_name_chooses_the_process() -> None:
    async with front() as port:
        ((status, headers, body),) = await talk(port, get("/records?page=2"))
    assert (status, headers["x-seen"]) == (200, "echo")
    assert body.startswith(b"GET /records?page=2 HTTP/1.1\r\nHost: portal.localhost:8000\r\n")


@pytest.mark.parametrize("host", ["PORTAL.localhost:8000", "portal.localhost.", "portal.localhost"])
async def test_case_port_and_final_dot_of_the_host_do_not_matter(host: str) -> None:
    async with front() as port:
        ((status, _, _),) = await talk(port, get("/", host))
    assert status == 200


async def test_a_form_arrives_whole_with_its_length() -> None:
    form = b"x=" + b"1" * 200_000
    request = b"POST /f HTTP/1.1\r\nHost: portal.localhost\r\nContent-Length: %d\r\n\r\n%s" % (
        len(form),
        form,
    )
    async with front() as port:
        ((status, _, body),) = await talk(port, request)
    assert status == 200
    assert body.endswith(form)


async def test_a_chunked_form_arrives_chunked_and_with_one_length_only() -> None:
    request = (
        b"POST /f HTTP/1.1\r\nHost: portal.localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
        b"5\r\nhello\r\n0\r\n\r\n"
    )
    async with front() as port:
        ((status, _, body),) = await talk(port, request)
    assert status == 200
    assert b"hello" in body
    assert b"content-length" not in body.lower()


async def test_a_kept_connection_may_ask_different_institutions() -> None:
    async with front() as port:
        first, second, third = await talk(port, get("/a"), get("/", "nobody.localhost"), get("/b"))
    assert (first[0], second[0], third[0]) == (200, 404, 200)
    assert b"GET /b " in third[2]


@pytest.mark.parametrize(
    "path",
    [
        "/messages/inquiry",
        "/messages",
        "/messages?x",
        "//messages/inquiry",
        "/./messages/inquiry",
        "/x/../messages/inquiry",
        "/%6dessages/inquiry",
        "/%256dessages/inquiry",
        "/MESSAGES/inquiry",
        "/%2e%2e/messages/",
        "/..\\messages/x",
        "/municipality.131229/messages/inquiry",
        "/metrics",
        "/METRICS?x",
        "/x/..//%6detrics",
        "/municipality.131229//%6Dessages/inquiry",
    ],
)
async def test_messages_are_refused_however_they_are_spelled_also_later_on_a_connection(path: str) -> None:
    async with front() as port:
        first, second = await talk(port, get("/fine"), get(path))
    assert first[0] == 200
    assert second[0] == 404
    assert "x-seen" not in second[1]
    assert "電文" in second[2].decode()


@pytest.mark.parametrize(
    "target", [b"/messages-from-the-city", b"/records/1/messages", b"/", b"/?next=/messages/x"]
)
def test_other_paths_are_not_taken_for_messages(target: bytes) -> None:
    assert not is_inward(target)


async def test_a_posted_message_is_refused_and_the_answer_is_not_torn_away() -> None:
    request = b"POST /messages/x HTTP/1.1\r\nHost: portal.localhost\r\nContent-Length: 5\r\n\r\nhello"
    async with front() as port:
        refused, after = await talk(port, request, get("/"))
    assert (refused[0], after[0]) == (404, 200)


async def test_an_unknown_host_gets_a_page_with_the_list() -> None:
    async with front() as port:
        ((status, headers, body),) = await talk(port, get("/", "evil.example"))
    assert status == 404
    assert "マイナポータル" in body.decode()
    assert "evil" not in body.decode()
    assert headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_institution_that_is_down_is_said_to_be_down_and_asked_again() -> None:
    async with front() as port:
        ((status, headers, body),) = await talk(port, get("/", "jlis.localhost:8000"))
    assert status == 503
    assert headers["retry-after"] in ("3", "4", "5", "6")
    assert f'<meta http-equiv="refresh" content="{headers["retry-after"]}">' in body.decode()


async def test_an_institution_that_dies_before_it_answers_is_said_to_be_down() -> None:
    async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with front(dies) as port:
        ((status, _, _),) = await talk(port, get("/"))
    assert status == 503


async def test_half_an_answer_is_cut_off_and_never_made_to_look_whole() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        writer.close()

    async with front(half) as port:
        with pytest.raises(asyncio.IncompleteReadError):
            await talk(port, get("/"))


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: portal.localhost\r\nX: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: portal.localhost\r\nHost: jlis.localhost\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://portal.localhost/messages/x HTTP/1.1\r\nHost: portal.localhost\r\n\r\n", 400),
        (b"CONNECT portal.localhost:80 HTTP/1.1\r\nHost: portal.localhost\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: portal.localhost\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: portal.localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
async def test_what_is_not_a_request_is_refused_with_its_reason(request_bytes: bytes, status: int) -> None:
    async with front() as port:
        ((answered, _, _),) = await talk(port, request_bytes)
    assert answered == status


async def test_a_visitor_cannot_claim_to_be_a_proxy() -> None:
    extra = "X-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\nConnection: X-Secret\r\nX-Secret: 1\r\n"
    async with front() as port:
        ((_, _, body),) = await talk(port, get("/", extra=extra))
    for name in (b"forwarded", b"x-secret", b"10.0.0.1"):
        assert name not in body.lower()


@pytest.mark.parametrize("path", ["/words", "/words/", "/words/a%2Fb", "/words?page=2"])
async def test_the_first_word_of_a_path_may_choose_another_process_of_the_institution(path: str) -> None:
    pages = await asyncio.start_server(echo, "127.0.0.1", 0)
    asked: list[bytes] = []

    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother")
        writer.close()

    words = await asyncio.start_server(other, "127.0.0.1", 0)
    port, of_words = (server.sockets[0].getsockname()[1] for server in (pages, words))
    table = {"portal.localhost": Upstream("マイナポータル", port, {"words": of_words})}
    (server,) = await Front(table, SETTINGS).serve(("127.0.0.1",))
    async with server, pages, words:
        answers = await talk(
            server.sockets[0].getsockname()[1], get(path), get("/"), get("/wordsmith"), get("/a/words")
        )
    assert [body == b"other" for _, _, body in answers] == [True, False, False, False]
    assert asked == [path.encode()]


async def test_the_front_answers_for_itself_under_its_own_name() -> None:
    async with front() as port:
        ((status, _, body),) = await talk(port, get("/readyz", "front.localhost:8000"))
    assert (status, body) == (200, b"ready\n")


def test_every_face_has_a_host_and_plain_localhost_is_the_guide() -> None:
    table = routes(Settings.from_environment({}))
    assert table["localhost"] == table["127.0.0.1"]
    assert table["localhost"].title == "この模型の案内"
    assert {"portal.localhost", "municipality.localhost", "wallet.localhost", "network.localhost"} <= set(
        table
    )
    assert len({upstream.port for upstream in table.values()}) == len(table) - 1


def test_questions_about_certificates_go_to_the_process_that_answers_them() -> None:
    settings = Settings.from_environment({})
    upstream = routes(settings)["jlis.localhost"]
    (api,) = processes_of("jlis-api")
    for path in (
        b"/ocsp/authentication",
        b"/timestamp",
        b"/revocation-lists/signature/131229.crl",
        b"/certificates/x",
    ):
        assert upstream.port_for(path) == api.port(settings)
    for path in (
        b"/",
        b"/figures",
        b"//ocsp/authentication",
        b"/OCSP/authentication",
        b"/%6Fcsp/authentication",
    ):
        assert upstream.port_for(path) == upstream.port
