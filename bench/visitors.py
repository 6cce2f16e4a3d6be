"""The load of `bench.sign_ins`: browsers, the devices with their cards, and the service's own program, all in one process.

Each visitor signs in again and again, every time with a fresh browser (no cookie), over kept connections. The order comes as JSON on standard input;
it prints ``begin`` when it is warm, ``end`` when the time is over, and then its result as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import itertools
import re
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import uvloop
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from mynumber.protocols import sign_in

FIGURES = "x-bench"
"""Header with what a step cost in the server (`bench.served_wsgi`): numbers, in its order."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FIELD = "csrfmiddlewaretoken"
OURS, THEIRS = "ours", "theirs"
FEWEST = 2
"""Sign-ins of a measurement: with one visitor, each step was then taken."""


class CardKey(msgspec.Struct, frozen=True):
    """A card's authentication key, PKCS#8, and its certificate, both DER."""

    key: bytes
    certificate: bytes


class Order(msgspec.Struct, frozen=True):
    """What to do: sign in at `provider` (ours or theirs), with the cards in turn."""

    provider: str
    port: int
    host: str
    """Host header."""
    issuer: str
    endpoints: Mapping[str, str]
    """Paths of auth, token and certs."""
    client_id: str
    redirect: str
    jwk: dict[str, str]
    """Private key of the service."""
    cards: tuple[CardKey, ...]
    concurrency: int
    warm_up: float
    seconds: float
    first: bool = False
    """Each card once, and no measurement: its holder is asked for consent, agrees, and has it remembered."""


class Step(msgspec.Struct):
    """Sums of one step: how often, microseconds until the answer, and the figures of the server."""

    calls: int = 0
    wall: float = 0.0
    figures: list[float] = []


class Result(msgspec.Struct, frozen=True):
    """What came of it between ``begin`` and ``end``. Latencies of whole sign-ins in microseconds."""

    seconds: float
    sign_ins: int
    mean: float
    p50: float
    p99: float
    steps: dict[str, Step]


class Unexpected(RuntimeError):
    """An answer that is not that of a sign-in."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of HTTP."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first of this name, or nothing."""
        return next((value for given, value in self.headers if given == name), "")


class Connection:
    """One kept HTTP/1.1 connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, head: str, body: bytes) -> Reply:
        """Send a request; its whole answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(head.encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines[1:] if line)
        headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
        reply = Reply(int(lines[0].split(" ", 2)[1]), headers, b"")
        if length := int(reply.header("content-length") or 0):
            reply = Reply(reply.status, headers, await reader.readexactly(length))
        return reply

    def close(self) -> None:
        """Good-bye."""
        if self._streams is not None:
            self._streams[1].close()


@dataclass(slots=True)
class Card:
    """A card whose PIN was entered."""

    key: RSAPrivateKey
    certificate: bytes

    def sign(self, digest: bytes) -> bytes:
        """As the chip does."""
        return self.key.sign(digest, padding.PKCS1v15(), Prehashed(SHA256()))


@dataclass(slots=True)
class Attempt:
    """What the service remembers of one sign-in."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


class Visitor:
    """One browser after the other, and the device and the service with it."""

    def __init__(self, load: Load) -> None:
        self._load, self._order = load, load.order
        self._connection = Connection(load.order.port)
        self._cookies: dict[str, str] = {}

    async def sign_in(self, card: Card) -> None:
        """All of it. Raises Unexpected."""
        order, attempt = self._order, Attempt()
        self._cookies.clear()
        challenge = hashlib.sha256(attempt.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": order.client_id,
            "redirect_uri": order.redirect,
            "scope": "openid",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": _base64url(challenge),
            "code_challenge_method": "S256",
        }
        address = f"{order.endpoints['auth']}?{urlencode(asked)}"
        back = await (self._at_ours if order.provider == OURS else self._at_theirs)(card, address)
        answer = dict(parse_qsl(urlsplit(back).query))
        if not back.startswith(order.redirect) or answer.get("state") != attempt.state:
            raise Unexpected("the browser did not come back with a code")
        await self._redeem(answer["code"], attempt)

    async def _at_ours(self, card: Card, address: str) -> str:
        shown = await self._ask("authorize", address, 200)
        to_device = await self._led("to the device", 303, *_form(shown))
        identifier = dict(parse_qsl(urlsplit(to_device).query))["request"]
        path = f"/sign-in/requests/{identifier}"
        asked = sign_in.decode_request((await self._ask("device reads", path, 200)).body)
        response = sign_in.SignInResponse(
            certificate=card.certificate, signature=card.sign(sign_in.challenge(asked))
        )
        body = (await self._ask("card's answer", f"{path}/response", 200, sign_in.encode(response))).body
        accepted = msgspec.json.decode(body, type=sign_in.SignInAccepted)
        finish = sign_in.finish_url(asked, accepted).removeprefix(asked.portal)
        led = _led_to(await self._ask("back, consent, code", finish, 200))
        if not self._order.first:
            return led
        action, form = _form(await self._ask("consent page", led, 200))
        given = {**form, "answer": "yes", "remember": "on"}
        return _led_to(await self._ask("consent", action, 200, urlencode(given).encode()))

    async def _at_theirs(self, card: Card, address: str) -> str:
        page = await self._led("authorize", 303, address)
        shown = (await self._ask("page before the card", page, 200)).body.decode()
        found = re.search(r'name="challenge" value="([^"]+)"', shown)
        if found is None:
            raise Unexpected("no challenge")
        signature = card.sign(hashlib.sha256(base64.b64decode(found[1])).digest())
        body = msgspec.json.encode({"certificate": card.certificate, "signature": signature})
        resume = await self._led("card's answer", 303, page, body)
        return await self._led("consent, code", 303, urlsplit(resume)._replace(scheme="", netloc="").geturl())

    async def _redeem(self, code: str, attempt: Attempt) -> None:
        order, load = self._order, self._load
        at = int(time.time())
        claims = {
            "iss": order.client_id,
            "sub": order.client_id,
            "aud": order.issuer,
            "exp": at + 60,
            "iat": at,
            "jti": secrets.token_urlsafe(16),
        }
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": order.redirect,
            "code_verifier": attempt.verifier,
            "client_id": order.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": jwt.encode({"alg": "ES256"}, claims, load.key),
        }
        self._cookies.clear()  # the service's program is no browser
        answer = await self._ask("token", order.endpoints["token"], 200, urlencode(form).encode())
        tokens = msgspec.json.decode(answer.body)
        told = jwt.decode(tokens["id_token"], load.published, algorithms=["ES256"]).claims
        if (told["iss"], told["aud"], told["nonce"]) != (order.issuer, order.client_id, attempt.nonce):
            raise Unexpected("the ID token is another's")

    async def _led(self, step: str, status: int, path: str, form: Mapping[str, str] | bytes = b"") -> str:
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        return (await self._ask(step, path, status, body)).header("location")

    async def _ask(self, step: str, path: str, status: int, body: bytes = b"") -> Reply:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        kind = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
        head = (
            f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: {self._order.host}\r\n"
            + (f"Cookie: {cookies}\r\n" if cookies else "")
            + (f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n" if body else "")
            + "\r\n"
        )
        begun = time.perf_counter_ns()
        reply = await self._connection.ask(head, body)
        self._load.note(step, (time.perf_counter_ns() - begun) / 1000, reply.header(FIGURES))
        if reply.status != status:
            raise Unexpected(f"{step}: {reply.status} {reply.body[:2000].decode(errors='replace')}")
        for name, value in reply.headers:
            if name == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self._cookies[cookie] = content
        return reply

    async def published(self) -> KeySet:
        """The keys that sign ID tokens."""
        reply = await self._ask("keys", self._order.endpoints["certs"], 200)
        return KeySet.import_key_set(msgspec.json.decode(reply.body))

    def close(self) -> None:
        """Good-bye."""
        self._connection.close()


class Load:
    """All visitors."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.key = ECKey.import_key(dict(order.jwk))
        self.published: KeySet
        cards = [Card(_rsa(one.key), one.certificate) for one in order.cards]
        self._cards: Iterator[Card] = iter(cards) if order.first else itertools.cycle(cards)
        self._done = False
        self._latencies: list[float] = []
        self._steps: dict[str, Step] = {}

    def note(self, step: str, microseconds: float, figures: str) -> None:
        """Add what a step took, and what the server says of it."""
        found = self._steps.setdefault(step, Step(figures=[]))
        found.calls += 1
        found.wall += microseconds
        given = [float(word) for word in figures.split()]
        found.figures = [a + b for a, b in itertools.zip_longest(found.figures, given, fillvalue=0.0)]

    async def run(self) -> Result:
        """Sign in until the time is over, or each card was used once. Raises Unexpected."""
        visitors = [Visitor(self) for _ in range(self.order.concurrency)]
        self.published = await visitors[0].published()
        tasks = [asyncio.create_task(self._visit(visitor)) for visitor in visitors]
        if self.order.first:
            await asyncio.gather(*tasks)
            return self._result(0.0)
        await _pass(tasks, self.order.warm_up)
        print("begin", flush=True)
        self._latencies.clear()
        self._steps.clear()
        begun = time.perf_counter()
        await _pass(tasks, self.order.seconds)
        while len(self._latencies) < FEWEST:  # a busy machine
            await _pass(tasks, 0.1)
        result = self._result(time.perf_counter() - begun)
        print("end", flush=True)
        self._done = True
        await asyncio.gather(*tasks)
        return result

    async def _visit(self, visitor: Visitor) -> None:
        for card in self._cards:
            begun = time.perf_counter_ns()
            await visitor.sign_in(card)
            self._latencies.append((time.perf_counter_ns() - begun) / 1000)
            if self._done:
                break
        visitor.close()

    def _result(self, seconds: float) -> Result:
        found = sorted(self._latencies)
        return Result(
            seconds=seconds,
            sign_ins=len(found),
            mean=sum(found) / len(found) if found else 0.0,
            p50=found[len(found) // 2] if found else 0.0,
            p99=found[len(found) * 99 // 100] if found else 0.0,
            steps=dict(self._steps),
        )


async def _pass(tasks: list[asyncio.Task[None]], seconds: float) -> None:
    """Let time pass; raises what a visitor raised."""
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


def _form(reply: Reply) -> tuple[str, dict[str, str]]:
    """The address of the first form of an interaction on a page, and its token. (The frame of the page has forms too: the language.)"""
    page = reply.body.decode()
    action, token = (
        re.search(r'<form [^>]*action="(/connect/[^"]+)"', page),
        re.search(rf'name="{FIELD}" value="([^"]+)"', page),
    )
    if action is None or token is None:
        raise Unexpected("no form")
    return html.unescape(action[1]), {FIELD: token[1]}


def _led_to(reply: Reply) -> str:
    """Where a page leads on to by itself."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', reply.body.decode())
    if found is None:
        raise Unexpected("the page does not lead on")
    return html.unescape(found[1])


def _rsa(der: bytes) -> RSAPrivateKey:
    key = load_der_private_key(der, None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    done = uvloop.run(Load(msgspec.json.decode(sys.stdin.buffer.read(), type=Order)).run())
    print(msgspec.json.encode(done).decode(), flush=True)
