"""What anybody's software asks J-LIS about certificates, in the formats of the Internet: OCSP, time-stamps, lists. Run by uvicorn.

    POST /ocsp/authentication, /ocsp/signature       RFC 6960; GET with the request in the path as well
    POST /timestamp                                  RFC 3161
    GET  /revocation-lists/KIND/CITYCODE.crl         X.509, DER; 6 digits, or all; CITYCODE-GENERATION.crl for an older CA
    GET  /certificates/ca-KIND-GENERATION.cer        X.509, DER
    POST /messages/certificate-status.v1             a signed message, for systems of the directory

Certificates are checked, and lists given, only for registered verifiers (公的個人認証法 art. 17, 36), who show a key. What state a certificate
is in is read from the database for every answer, many requests in one statement: what was committed before the question shows in the answer.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import asyncpg
import msgspec

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import JAPAN, MalformedSerial, Purpose, ocsp, serial_text, timestamp
from mynumber.foundation.pki.ocsp import ResponseStatus
from mynumber.institutions.jlis.certification.words import UseKind
from mynumber.institutions.jlis.entitlement import SYSTEM, may_send
from mynumber.institutions.jlis.status.desk import Desk, NoAnswer
from mynumber.institutions.jlis.status.furnishing import furnish, keep_furnished
from mynumber.institutions.jlis.status.messages import CHECKS, StatusMessages
from mynumber.institutions.jlis.status.store import CertificateRow, Count, Store, Verifier
from mynumber.institutions.jlis.status.usage import Usage
from mynumber.institutions.jlis.status.verifiers import Verifiers
from mynumber.protocols.certification import CHECK_STATUS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop
from mynumber.webkit import logs, metrics
from mynumber.webkit.asgi import (
    BODY_SECONDS,
    DATABASE_FAILURES,
    MessageApp,
    Receive,
    Scope,
    Send,
    live,
    read_body,
)
from mynumber.webkit.background import attempt, end, keep_running
from mynumber.webkit.batching import Batcher
from mynumber.webkit.garbage import spare_what_stands
from mynumber.webkit.marks import RouteTable, public, registered
from mynumber.webkit.pool import close_pool, open_pool

CONNECTIONS: Final = 8
REGISTER: Final = (
    "電子証明書の有効性確認と失効リストは、届出または認定を受けた検証者だけが利用できます。検証者として登録し、"
    "渡された鍵を Authorization: Bearer 鍵 で送ってください。\n"
    "Only registered verifiers may check certificates or read revocation lists. Register with J-LIS (mynumber run jlis register_verifier --help) "
    "and send the key you are given: Authorization: Bearer KEY\n"
)

_log = logs.get_logger(__name__)

_LIST_FILE: Final = re.compile(r"([0-9]{6}|all)(?:-([1-9][0-9]{0,5}))?\.crl", re.ASCII)
_CA_FILE: Final = re.compile(r"ca-(authentication|signature)-([1-9][0-9]{0,5})\.cer", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, as far as a handler needs it."""

    rest: str
    """What follows the address of the route in the path."""
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes | None
    """None when it is longer than the route takes."""

    def content_type(self) -> str:
        """Without parameters, in lower case."""
        value = next((value for name, value in self.headers if name == b"content-type"), b"")
        return value.partition(b";")[0].strip().lower().decode("latin-1")


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


Handler = Callable[[Request], Awaitable[Reply]]


def say(status: int, words: str, *headers: tuple[bytes, bytes]) -> Reply:
    """An answer for a person."""
    return Reply(status, words.encode(), "text/plain; charset=utf-8", headers)


class StatusApp:
    """The ASGI application."""

    def __init__(self) -> None:
        self.routes = RouteTable()
        for purpose in Purpose:
            for method, path in (("POST", f"/ocsp/{purpose}"), ("GET", f"/ocsp/{purpose}/*")):
                self.routes.add(method, path, self._checks(purpose, method))
            self.routes.add("GET", f"/revocation-lists/{purpose}/*", self._lists(purpose))
        self.routes.add("POST", "/timestamp", self._timestamp)
        self.routes.add("GET", "/certificates/*", self._certificate)
        self.routes.add("GET", "/healthz", self._healthz)
        self.routes.add("GET", "/readyz", self._readyz)
        self.routes.add("GET", metrics.PATH, self._metrics)
        self._tasks: list[asyncio.Task[None]] = []
        self._pool: asyncpg.Pool | None = None
        self._messages: MessageApp | None = None
        """Where this process is told its keys and the directory of systems."""

    # --- life ---------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open key ring and database. A CA or a responder may be missing yet: it is taken up when it is there."""
        logs.configure("jlis")
        self._pool = await open_pool(os.environ["DATABASE_URL"], connections=CONNECTIONS)
        keyring = KeyRing.open(os.environ["MYNUMBER_KEYS"])
        self.store = Store(self._pool)
        self.desk = Desk()
        self.usage = Usage(self.store.add)
        self.verifiers = Verifiers(self.store.verifiers, self.store.verifiers_by_system)
        self.look_up: Batcher[str, CertificateRow | None] = Batcher(
            self.store.certificates, name="certificates"
        )
        await self._take_messages()
        with suppress(*DATABASE_FAILURES):
            await furnish(self.desk, self.store, keyring)
        spare_what_stands()
        self._tasks = [
            asyncio.create_task(keep_running("usage", self.usage.run)),
            asyncio.create_task(
                keep_running("certificates", lambda: keep_furnished(self.desk, self.store, keyring))
            ),
        ]

    async def _take_messages(self) -> None:
        if not os.environ.get("MYNUMBER_DIRECTORY"):
            return

        async def node() -> Node:
            return Node.from_environment()

        async def nothing(*_: object) -> None:
            pass

        async def ready() -> bool:
            return True

        self._messages = MessageApp(
            institution=SYSTEM, start=node, stop=nothing, ready=ready, on_refused=nothing
        )
        answering = StatusMessages(self.verifiers, self.look_up.submit, self.usage)
        self._messages.answer(
            CHECK_STATUS,
            answering.answer,
            may_ask=lambda sender, receiver: receiver == SYSTEM and may_send(sender, CHECK_STATUS.name),
            hop=Hop.JLIS,
        )
        await self._messages.begin()

    async def stop(self) -> None:
        """Write the last counts and close."""
        if self._messages is not None:
            await self._messages.end()
        await end(self._tasks)
        await attempt("write the last counts", self.usage.close())
        await self.store.close()
        if self._pool is not None:
            await close_pool(self._pool)

    # --- HTTP ---------------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send, start=self.start, stop=self.stop)
            return
        if scope["type"] != "http":
            return
        if self._messages is not None and "/messages/" in scope["path"]:
            await self._messages(scope, receive, send)
            return
        reply = await self._reply(scope, receive)
        headers = [
            (b"content-type", reply.content_type.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            *reply.headers,
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        method, path = scope["method"], scope["path"]
        handler, rest = self.routes.find(method, path), ""
        if handler is None:
            handler, rest = self._under(method, path)
        if handler is None:
            return say(404, "no such address, or not with this method\n")
        body: bytes | None = b""
        if method == "POST":
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    body = await read_body(receive, ocsp.LARGEST_REQUEST)
            except (TimeoutError, ConnectionError):
                return say(408, "the body did not come\n")
        try:
            reply: Reply = await handler(Request(rest, tuple(scope["headers"]), body))
        except DATABASE_FAILURES as error:
            _log.error("the database does not answer", exception=logs.outline(error))
            return say(503, "try later\n", (b"retry-after", b"5"))
        except Exception as error:  # noqa: BLE001 - the caller gets a sentence, the log the outline
            _log.error("a handler failed", exception=logs.outline(error))
            return say(500, "this did not work; it is noted\n")
        return reply

    def _under(self, method: str, path: str) -> tuple[Handler | None, str]:
        """The route under whose address a path lies, and the rest of the path."""
        parts = path.split("/", 3)
        for words in (3, 2):
            if len(parts) > words:
                handler = self.routes.find(method, "/".join(parts[:words]) + "/*")
                if handler is not None:
                    return handler, "/".join(parts[words:])
        return None, ""

    async def _admit(self, request: Request, purpose: Purpose) -> Verifier | Reply:
        """The registered verifier who asks, or the answer for whoever may not."""
        verifier = await self.verifiers.find(request.headers)
        if verifier is None:
            return _unknown_key()
        if purpose not in verifier.purposes:
            return say(
                403,
                "この種類の証明書の検証者としては登録されていません。\nNot registered for this kind of certificate.\n",
            )
        return verifier

    # --- certificates' status -----------------------------------------------------------------------------------------

    def _checks(self, purpose: Purpose, method: str) -> Handler:
        @registered
        async def check(request: Request) -> Reply:
            verifier = await self._admit(request, purpose)
            if isinstance(verifier, Reply):
                return verifier
            body = request.body if method == "POST" else _from_path(request.rest)
            if method == "POST" and request.content_type() != ocsp.REQUEST_TYPE:
                return say(415, f"send {ocsp.REQUEST_TYPE}\n")
            return Reply(200, await self._status(body, purpose, verifier), ocsp.RESPONSE_TYPE)

        return check

    async def _status(self, body: bytes | None, purpose: Purpose, verifier: Verifier) -> bytes:
        now = datetime.now(
            UTC
        )  # before the look-up: what was committed by then is in the answer of that time
        try:
            request = ocsp.parse_request(body or b"")
            answerer = self.desk.answerer_for(request, purpose)
            rows = await self._rows(request)
        except ocsp.RequestRefused:
            return ocsp.refusal(ResponseStatus.MALFORMED_REQUEST)
        except NoAnswer as none:
            return ocsp.refusal(none.status)
        except DATABASE_FAILURES as error:
            _log.error("no status without the database", exception=logs.outline(error))
            return ocsp.refusal(ResponseStatus.TRY_LATER)
        answer = answerer.answer(request, rows, now=now)
        self._count(verifier, CHECKS[purpose], now, len(rows))
        return answer

    def _count(self, verifier: Verifier, kind: UseKind, now: datetime, number: int = 1) -> None:
        self.usage.add(Count(verifier.id, kind, now.astimezone(JAPAN).date()), number)

    async def _rows(self, request: ocsp.StatusRequest) -> list[CertificateRow | None]:
        first, *others = request.certificates
        if not others:  # nearly always, and a task for each costs as much as the look-up
            return [await self._row(first.serial)]
        return await asyncio.gather(*(self._row(one.serial) for one in request.certificates))

    async def _row(self, serial: int) -> CertificateRow | None:
        try:
            return await self.look_up.submit(serial_text(serial))
        except MalformedSerial:  # no certificate has such a number
            return None

    # --- time-stamps --------------------------------------------------------------------------------------------------

    @public  # a digest says nothing of anybody, and whoever signs a document needs its time
    async def _timestamp(self, request: Request) -> Reply:
        verifier = None
        if any(name == b"authorization" for name, _ in request.headers):
            verifier = await self.verifiers.find(request.headers)
            if verifier is None:
                return _unknown_key()
        if request.content_type() != timestamp.REQUEST_TYPE:
            return say(415, f"send {timestamp.REQUEST_TYPE}\n")
        now = datetime.now(UTC)
        try:
            token = self._stamp(request.body or b"", now)
        except timestamp.RequestRefused as refused:
            return Reply(200, timestamp.rejection(refused.failure), timestamp.RESPONSE_TYPE)
        if verifier is not None:
            self._count(verifier, UseKind.TIME_STAMP, now)
        return Reply(200, token, timestamp.RESPONSE_TYPE)

    def _stamp(self, body: bytes, now: datetime) -> bytes:
        asked = timestamp.parse_request(body)
        if self.desk.stamping is None:
            raise timestamp.RequestRefused(timestamp.Failure.SYSTEM_FAILURE)
        return self.desk.stamping.stamp(asked, now=now)

    # --- lists and certificates ---------------------------------------------------------------------------------------

    def _lists(self, purpose: Purpose) -> Handler:
        @registered
        async def give(request: Request) -> Reply:
            verifier = await self._admit(request, purpose)
            if isinstance(verifier, Reply):
                return verifier
            wanted = _LIST_FILE.fullmatch(request.rest)
            generations = [root.generation for root in self.desk.roots if root.purpose is purpose]
            if wanted is None or not generations:
                return say(404, "no such list\n")
            generation = int(wanted[2]) if wanted[2] else max(generations)
            municipality = "" if wanted[1] == "all" else wanted[1]
            content = await self.store.revocation_list(purpose, generation, municipality)
            if content is None:
                return say(404, "no such list\n")
            self._count(verifier, UseKind.REVOCATION_LIST, datetime.now(UTC))
            return Reply(200, content, "application/pkix-crl")

        return give

    @public  # who holds a certificate must be able to find its issuer
    async def _certificate(self, request: Request) -> Reply:
        wanted = _CA_FILE.fullmatch(request.rest)
        for root in self.desk.roots:
            if wanted and (root.purpose.value, root.generation) == (wanted[1], int(wanted[2])):
                return Reply(200, root.certificate, "application/pkix-cert")
        return say(404, "no such certificate\n")

    # --- health -------------------------------------------------------------------------------------------------------

    @public
    async def _healthz(self, _: Request) -> Reply:
        return Reply(200, b'{"status":"alive"}', "application/json")

    @public  # counts and durations of this process; the front refuses the address
    async def _metrics(self, _: Request) -> Reply:
        body, content_type = metrics.exposition()
        return Reply(200, body, content_type)

    @public
    async def _readyz(self, _: Request) -> Reply:
        """Ready while the database answers. What is missing is no fault of this process: it asks for certificates itself once there is a CA."""
        try:
            ready = self._pool is not None and await self._pool.fetchval("SELECT 1") == 1
        except DATABASE_FAILURES:
            ready = False
        if not ready:
            return Reply(503, b'{"status":"not ready"}', "application/json")
        body = msgspec.json.encode({"status": "ready", "missing": self.desk.missing(datetime.now(UTC))})
        return Reply(200, body, "application/json")


def _unknown_key() -> Reply:
    return say(401, REGISTER, (b"www-authenticate", b'Bearer realm="J-LIS"'))


def _from_path(text: str) -> bytes | None:
    """The request in a path (RFC 6960, A.1): base64 of its DER."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


app = StatusApp()
