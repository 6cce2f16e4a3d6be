"""The raw app for messages reads no more than it must, from senders and from those it asks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from mynumber.protocols import wire
from mynumber.protocols.exchange import QUERY_STATUS, StatusQuery
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import asgi
from mynumber.webkit.asgi import Caller, MessageApp
from tests.support.directory import make_systems


@asynccontextmanager
async def _serving(answer: Callable[[web.Request], Any]) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_post("/messages/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def test_an_endless_answer_is_given_up(tmp_path: Path) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while sent < 100 * wire.MAX_ANSWER_BYTES:
                await response.write(bytes(1024 * 1024))
                sent += 1024 * 1024
        except ConnectionError:
            pass
        return response

    async with _serving(endless) as port:
        systems = make_systems(
            tmp_path, "gateway.pension_service", "network", urls={"network": f"http://127.0.0.1:{port}"}
        )
        caller = Caller(systems.node("gateway"))
        with pytest.raises(Refused) as refused:
            await caller.call(
                QUERY_STATUS,
                StatusQuery(request_ids=()),
                sender="gateway.pension_service",
                receiver="network",
                hop=Hop.INQUIRER_GATEWAY,
            )
        await caller.close()
    assert refused.value.reason is Reason.UNREACHABLE
    assert sent < 10 * wire.MAX_ANSWER_BYTES


def _app() -> MessageApp:
    async def unused(*_: object) -> Any:
        raise AssertionError("nothing may get here")

    app = MessageApp(institution="network", start=unused, stop=unused, ready=unused, on_refused=unused)
    app.answer(QUERY_STATUS, unused, may_ask=lambda *_: True, hop=Hop.NETWORK)
    return app


async def _answer(receive: Callable[[], Any]) -> int:
    sent: list[MutableMapping[str, Any]] = []

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "POST", "path": QUERY_STATUS.path}
    await _app()(scope, receive, send)
    status: int = sent[0]["status"]
    return status


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "BODY_SECONDS", 0.05)
    pieces = iter([{"type": "http.request", "body": b"a", "more_body": True}])

    async def receive() -> MutableMapping[str, Any]:
        for piece in pieces:
            return piece
        await asyncio.Event().wait()
        raise AssertionError

    assert await _answer(receive) == 408


async def test_half_a_message_is_none() -> None:
    events: Iterator[MutableMapping[str, Any]] = iter(
        [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> MutableMapping[str, Any]:
        return next(events)

    assert await _answer(receive) == 408
