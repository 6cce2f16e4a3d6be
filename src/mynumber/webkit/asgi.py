"""A small raw ASGI app for signed messages: the hot side of an institution, beside its Django project. No Django here.

``POST /<system>/messages/<name>`` carries a message for one of this process's systems (``/messages/<name>`` when it is only one). The app
bounds the body, verifies the envelope, checks that the sender may send this kind, calls the handler and signs its answer or refusal.
The handler checks what only it can (replay, rule) inside its transaction.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec
from asyncpg.exceptions import InterfaceError, PostgresError

from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs, metrics, tracing
from mynumber.webkit.garbage import spare_what_stands
from mynumber.webkit.marks import RouteTable, public, signed_message
from mynumber.webkit.posting import Connections

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

DATABASE_FAILURES = (PostgresError, InterfaceError, OSError, TimeoutError)
"""What a lost connection, a full disk or a restarting server look like: no record can be written, so nothing moves."""

IDLE_SECONDS = 3.0
"""How long a connection is kept that nobody uses: less than the 5 s after which uvicorn closes it, because a message sent at the moment
that the other side closes is lost, and a message is never sent twice."""

BODY_SECONDS = 20.0
"""How long a sender may take for a whole body: who cannot send it so fast holds memory that others need."""

_log = logs.get_logger("mynumber.webkit.asgi")


@dataclass(frozen=True, slots=True)
class Question(Generic[Q]):
    """A verified question, with the time it was received."""

    received: wire.Received[Q]
    at: datetime

    @property
    def body(self) -> Q:
        return self.received.question

    @property
    def sender(self) -> str:
        return self.received.sender

    @property
    def receiver(self) -> str:
        return self.received.receiver


Handler = Callable[[Question[Q]], Awaitable[A]]
MayAsk = Callable[[str, str], bool]
"""(sender system, receiver system) -> whether this kind of message is open to it."""
OnRefused = Callable[[str, str, str | None, Refused], Awaitable[None]]
"""(receiver, message name, proven sender or None, refusal): count it."""


@dataclass(frozen=True, slots=True)
class _Endpoint(Generic[Q, A]):
    message: Message[Q, A]
    handler: Handler[Q, A]
    may_ask: MayAsk
    hop: Hop


class MessageApp:
    """The ASGI application. ``start``/``stop`` run at the lifespan events; ``ready`` raises or returns False when it cannot serve.

    ``is_many``: it acts as all systems whose id begins with ``institution``, and not as this one alone.
    """

    def __init__(
        self,
        *,
        institution: str,
        is_many: bool = False,
        start: Callable[[], Awaitable[Node]],
        stop: Callable[[], Awaitable[None]],
        ready: Callable[[], Awaitable[bool]],
        on_refused: OnRefused,
    ) -> None:
        self._institution = institution
        self._is_many = is_many
        self._start = start
        self._stop = stop
        self._ready = ready
        self._on_refused = on_refused
        self._node: Node | None = None
        self._spans: tracing.Spans | None = None
        self._endpoints: dict[str, _Endpoint[Any, Any]] = {}
        self.routes = RouteTable()
        self.routes.add("GET", "/healthz", self._healthz)
        self.routes.add("GET", "/readyz", self._readyz)
        self.routes.add("GET", metrics.PATH, self._metrics)

    def answer(self, message: Message[Q, A], handler: Handler[Q, A], *, may_ask: MayAsk, hop: Hop) -> None:
        """Register the handler of one kind of message."""
        endpoint = _Endpoint(message, handler, may_ask, hop)

        @signed_message
        async def serve(receiver: str, body: bytes | None) -> tuple[int, bytes, str]:
            return await self._serve(endpoint, receiver, body)

        self.routes.add("POST", message.path, serve)
        self._endpoints[message.path] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send, start=self.begin, stop=self.end)
            return
        if scope["type"] != "http":
            return
        status, body, content_type = await self._dispatch(scope, receive)
        headers = [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def begin(self) -> None:
        """What the lifespan does before the first request; another application that passes messages on to this one calls it itself."""
        self._spans = tracing.spans_of(self._institution)
        self._node = await self._start()
        spare_what_stands()

    async def end(self) -> None:
        """The same after the last."""
        await self._stop()
        if self._spans is not None:
            await asyncio.to_thread(self._spans.close)

    async def _dispatch(self, scope: Scope, receive: Receive) -> tuple[int, bytes, str]:
        method, path = scope["method"], scope["path"]
        receiver, slash, name = path.partition("/messages/")
        if not slash:
            handler = self.routes.find(method, path)
            if handler is None:
                return 404, b'{"error":"no such address"}', "application/json"
            result: tuple[int, bytes, str] = await handler()
            return result
        handler = self.routes.find(method, "/messages/" + name)
        if handler is None:
            return 404, b'{"error":"no such kind of message, or not POST"}', "application/json"
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await read_body(receive, self._endpoints["/messages/" + name].message.max_bytes)
        except (TimeoutError, ConnectionError):
            return 408, b'{"error":"the body did not come"}', "application/json"
        answered: tuple[int, bytes, str] = await handler(receiver.strip("/") or self._institution, body)
        return answered

    async def _serve(
        self, endpoint: _Endpoint[Q, A], receiver: str, body: bytes | None
    ) -> tuple[int, bytes, str]:
        node = self._node
        if node is None:
            raise RuntimeError("a message arrived before start")
        began = time.perf_counter()
        received: wire.Received[Q] | None = None
        message = endpoint.message
        outcome = "answered"
        reply: A | None = None
        try:
            if body is None:
                raise Refused(endpoint.hop, Reason.TOO_LARGE)
            if receiver not in node.directory or not self._is_ours(receiver):
                raise Refused(endpoint.hop, Reason.WRONG_AUDIENCE)
            now = datetime.now(UTC)
            received = wire.receive(node, body, message, receiver=receiver, hop=endpoint.hop, now=now)
            if not endpoint.may_ask(received.sender, receiver):
                raise Refused(endpoint.hop, Reason.NOT_ENTITLED)
            reply = await endpoint.handler(Question(received, now))
            status, token = 200, wire.answer(node, received, message, reply, now=datetime.now(UTC))
        except Refused as refused:
            outcome = refused.reason.value
            status, token = await self._refuse(endpoint, receiver, received, refused)
        except DATABASE_FAILURES as error:
            outcome = Reason.RECORD_UNAVAILABLE.value
            _log.error("no record, no exchange", kind=message.name, exception=logs.outline(error))
            status, token = wire.refuse(
                node,
                received,
                Refused(endpoint.hop, Reason.RECORD_UNAVAILABLE).refusal,
                receiver=receiver,
                now=datetime.now(UTC),
            )
        except Exception as error:  # noqa: BLE001 - the caller gets a refusal, the log the outline
            outcome = Reason.UNAVAILABLE.value
            _log.error("a handler failed", kind=message.name, exception=logs.outline(error))
            status, token = wire.refuse(
                node,
                received,
                Refused(endpoint.hop, Reason.UNAVAILABLE).refusal,
                receiver=receiver,
                now=datetime.now(UTC),
            )
        took = time.perf_counter() - began
        metrics.MESSAGES.labels(message.name, outcome).observe(took)
        if self._spans is not None and received is not None:
            self._spans.record(message.name, endpoint.hop, received.question, reply, outcome, took)
        if status != 200:
            # answers are recorded in the database already; a line for each would cost more than the exchange
            _log.info(
                "message refused",
                kind=message.name,
                sender=received.sender if received else None,
                receiver=receiver if receiver in node.directory else None,
                outcome=outcome,
                duration_ms=round((time.perf_counter() - began) * 1000, 2),
            )
        return status, token, wire.CONTENT_TYPE if not token.startswith(b"{") else "application/json"

    def _is_ours(self, receiver: str) -> bool:
        return receiver == self._institution or (
            self._is_many and receiver.startswith(self._institution + ".")
        )

    async def _refuse(
        self,
        endpoint: _Endpoint[Q, A],
        receiver: str,
        received: wire.Received[Q] | None,
        refused: Refused,
    ) -> tuple[int, bytes]:
        node = self._node
        if node is None:
            raise RuntimeError("a message arrived before start")
        try:
            known = receiver if receiver in node.directory and self._is_ours(receiver) else self._institution
            await self._on_refused(
                known, endpoint.message.name, received.sender if received else refused.sender, refused
            )
        except DATABASE_FAILURES as error:
            _log.error("a refusal could not be counted", exception=logs.outline(error))
        return wire.refuse(node, received, refused.refusal, receiver=receiver, now=datetime.now(UTC))

    @public
    async def _healthz(self) -> tuple[int, bytes, str]:
        return 200, b'{"status":"alive"}', "application/json"

    @public
    async def _readyz(self) -> tuple[int, bytes, str]:
        try:
            ready = await self._ready()
        except DATABASE_FAILURES:
            ready = False
        if ready:
            return 200, b'{"status":"ready"}', "application/json"
        return 503, b'{"status":"not ready"}', "application/json"

    @public  # counts and durations of this process; the front refuses the address
    async def _metrics(self) -> tuple[int, bytes, str]:
        body, content_type = metrics.exposition()
        return 200, body, content_type


async def live(
    receive: Receive, send: Send, *, start: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]
) -> None:
    """The lifespan of an ASGI application: ``start`` before the first request, ``stop`` after the last."""
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            try:
                await start()
            except Exception as error:
                _log.error("cannot start", exception=logs.outline(error))
                await send({"type": "lifespan.startup.failed", "message": type(error).__name__})
                raise
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None when it is over the limit (some of the rest is read and dropped, so the refusal reaches the sender).

    Raises ConnectionError when the sender went away before its end: half a message is none.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionError("the sender went away")
        chunk: bytes = event.get("body", b"")
        size += len(chunk)
        if size <= limit:
            parts.append(chunk)
        else:
            parts.clear()
            if size > 4 * limit:
                return None
        if not event.get("more_body"):
            return b"".join(parts) if size <= limit else None


class Caller:
    """Asks other systems without blocking, over kept connections."""

    def __init__(self, node: Node, *, timeout_seconds: float = wire.TIMEOUT_SECONDS) -> None:
        self._node = node
        self._connections = Connections(
            timeout_seconds=timeout_seconds, idle_seconds=IDLE_SECONDS, largest=wire.MAX_ANSWER_BYTES
        )

    async def call(
        self,
        message: Message[Q, A],
        question: Q,
        *,
        sender: str,
        receiver: str,
        hop: Hop,
        unreachable: Reason = Reason.UNREACHABLE,
    ) -> A:
        """Ask and wait. Raises :class:`Refused`; with ``unreachable`` as the reason when there is no answer."""
        outgoing = wire.prepare(
            self._node, message, question, sender=sender, receiver=receiver, hop=hop, now=datetime.now(UTC)
        )
        try:
            status, body = await self._connections.post(
                outgoing.url + message.path, outgoing.token, wire.CONTENT_TYPE
            )
        except OSError:
            raise Refused(hop, unreachable, f"no answer from {receiver}") from None
        return wire.conclude(self._node, outgoing, status, body, hop=hop, now=datetime.now(UTC))

    async def close(self) -> None:
        await self._connections.close()
