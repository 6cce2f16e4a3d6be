"""Answers about certificates over HTTP: the status service of J-LIS beside OpenSSL's own responder, with one client, one key and one list of certificates.

`openssl ocsp -port` speaks HTTP/1.0 and closes after each answer, so it is asked over a connection each; the service is asked so as well, and over
connections that are kept, as verifiers do.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp as theirs

from bench.place import Databases, postgres
from bench.processes import cpu_microseconds, family_microseconds, loaded
from bench.report import Cell, Scale, Table, Tell, median
from bench.steps import since
from bench.timing import measure
from mynumber.foundation.pki import ocsp, serial_text
from mynumber.foundation.pki.signing import DerSigner
from mynumber.platform.launch import serve_command
from mynumber.platform.postgres import Server
from mynumber.platform.registry import processes_of

CERTIFICATES = 10_000
REQUESTS = 2_000
"""Different ones, asked again and again."""
KEPT_CERTIFICATES = 500
"""So many are asked about without a nonce, and their answers soon kept."""
CONCURRENCIES = (1, 16)
ROUNDS = 7
"""Many short ones, in which all take turns: a shared machine changes its speed within seconds."""
SECONDS = 1.0
WARM_UP = 0.4
FIRST_SERIAL = 0x10000000
_OPENSSL, _EACH, _KEPT, _PRE = (
    "openssl ocsp, a connection each",
    "live, a connection each",
    "live, kept connections",
    "pre-produced, kept connections",
)


# --- the client: a process of its own -----------------------------------------------------------------------


class Order(msgspec.Struct, frozen=True):
    """What to do. The requests are gone through in turn, again and again."""

    port: int
    requests: tuple[bytes, ...]
    """Whole HTTP requests."""
    keep: bool
    """Whether connections are kept."""
    concurrency: int
    warm_up: float
    seconds: float


class Result(msgspec.Struct, frozen=True):
    """What came of it between ``begin`` and ``end``. Latencies in microseconds; ``sample``: one answer, with the request it is for."""

    seconds: float
    answers: int
    p50: float
    p99: float
    failures: int
    sample: tuple[bytes, bytes]


class _Asker(asyncio.Protocol):
    """One connection. Asks on it again and again, or once."""

    def __init__(self, client: _Client) -> None:
        self._client = client
        self._received = b""
        self._asked = b""
        self._begun = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        self._asked = self._client.next_request()
        self._begun = time.perf_counter_ns()
        self._transport.write(self._asked)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        self._received = b""
        self._client.note(self._begun, self._asked, head.split(b" ", 2)[1], body)
        if self._client.done:
            self._close()
        elif self._client.order.keep:
            self._ask()
        else:
            self._close()
            self._client.connect()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport is not None:
            self._client.failures += 1
            self._client.connect()


class _Client:
    def __init__(self, order: Order) -> None:
        self.order = order
        self.done = False
        self.failures = 0
        self.latencies: list[int] = []
        self.sample = (b"", b"")
        self._requests = itertools.cycle(order.requests)
        self._answered = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    def next_request(self) -> bytes:
        return next(self._requests)

    def note(self, begun: int, asked: bytes, status: bytes, body: bytes) -> None:
        self.latencies.append(time.perf_counter_ns() - begun)
        if status != b"200" or len(body) < 500:  # a refusal has five bytes
            self.failures += 1
        self.sample = (asked, body)
        self._answered.set()

    def connect(self) -> None:
        if not self.done:
            loop = asyncio.get_running_loop()
            task = loop.create_task(self._connect(loop))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            await loop.create_connection(lambda: _Asker(self), "127.0.0.1", self.order.port)
        except OSError:
            self.failures += 1
            self.connect()

    async def run(self) -> Result:
        for _ in range(self.order.concurrency):
            self.connect()
        await asyncio.sleep(self.order.warm_up)
        await self._answered.wait()  # a busy machine
        print("begin", flush=True)
        self.latencies.clear()
        begun = time.perf_counter()
        await asyncio.sleep(self.order.seconds)
        seconds, found = time.perf_counter() - begun, sorted(self.latencies)
        print("end", flush=True)
        self.done = True
        return Result(
            seconds=seconds,
            answers=len(found),
            p50=found[len(found) // 2] / 1000 if found else 0.0,
            p99=found[len(found) * 99 // 100] / 1000 if found else 0.0,
            failures=self.failures,
            sample=self.sample,
        )


# --- the measurement ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured while the client asked: CPU in microseconds an answer, by process."""

    result: Result
    cpu: dict[str, float]
    steps: dict[str, tuple[int, int]]

    @property
    def rate(self) -> float:
        return self.result.answers / self.result.seconds

    @property
    def answers_a_core(self) -> float:
        """Answers for one second of CPU of everything but the client."""
        return 1_000_000 / sum(us for name, us in self.cpu.items() if name != "client")


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure answers. Raises RuntimeError when one is refused or its signature is wrong: then the figures would be of something else."""
    for elliptic in (False, True):
        tell("ocsp: starting PostgreSQL and the status service")
        with postgres("ocsp") as (server, folder):
            bench = _Bench(server, folder, scale, tell, elliptic=elliptic)
            with bench.running() as openssl_port:
                yield bench.rates(openssl_port)
            if not elliptic:
                with bench.running("--steps"):
                    tell("ocsp: the split of one answer")
                    yield bench.split()


class _Bench:
    def __init__(self, server: Server, folder: Path, scale: Scale, tell: Tell, *, elliptic: bool) -> None:
        # The tests' service is a Django project in one of its helpers; only this benchmark needs it.
        from tests.institutions.jlis.status.service import Service

        self._server, self._scale, self._tell = server, scale, tell
        self._kind = "P-256" if elliptic else "RSA-2048"
        self._folder = folder / "status"
        self._folder.mkdir()
        self._service = Service.make(self._folder, Databases(server)("jlis", migrated=True))
        authority = self._service.add_authority()
        self._issuer = authority.certificate
        self._key = self._service.add_verifier("bench", "authentication")
        self._count = scale.count(CERTIFICATES, 100)
        self._service.add_certificates(FIRST_SERIAL, self._count)
        options = ("--elliptic",) if elliptic else ()
        subprocess.run(
            [sys.executable, "-m", "django", "renew_responders", "--verbosity", "0", *options],
            env={**os.environ, **self._service.server.environment},
            check=True,
        )
        self._pem = self._service.keyring.pem("ocsp-authentication")
        (row,) = self._service.tables.execute(
            "SELECT certificate FROM jlis_status_servicecertificate WHERE service = 'ocsp-authentication'"
        ).fetchall()
        assert isinstance(row[0], bytes)
        self._responder = x509.load_der_x509_certificate(row[0])
        self._requests = {nonce: self._written(nonce=nonce) for nonce in (True, False)}

    # --- what is asked ------------------------------------------------------------------------------------------------

    def _written(self, *, nonce: bool) -> tuple[bytes, ...]:
        """OCSP requests, DER, about certificates of the service."""
        name = hashes.Hash(hashes.SHA256())
        name.update(self._issuer.subject.public_bytes())
        ids = next(i for i in ocsp.issuer_ids(self._issuer) if name.copy().finalize() in i)
        key_hash = ids[-32:]
        builder = theirs.OCSPRequestBuilder()
        asked = min(self._count, REQUESTS if nonce else KEPT_CERTIFICATES)
        requests = []
        for number in range(asked):
            request = builder.add_certificate_by_hash(
                name.copy().finalize(), key_hash, FIRST_SERIAL + number, hashes.SHA256()
            )
            if nonce:
                request = request.add_extension(x509.OCSPNonce(os.urandom(32)), critical=False)
            requests.append(request.build().public_bytes(Encoding.DER))
        return tuple(requests)

    def _http(self, requests: Sequence[bytes], *, keep: bool) -> tuple[bytes, ...]:
        head = (
            "POST /ocsp/authentication HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._key}\r\nContent-Type: {ocsp.REQUEST_TYPE}\r\n"
            + ("" if keep else "Connection: close\r\n")
        )
        return tuple(f"{head}Content-Length: {len(r)}\r\n\r\n".encode() + r for r in requests)

    # --- who answers --------------------------------------------------------------------------------------------------

    @contextmanager
    def running(self, *options: str) -> Iterator[int]:
        """The service as in production (with options: as bench.served runs it) and OpenSSL's responder; yields the port of the latter."""
        from tests.support.ports import free_port

        server = self._service.server
        (process,) = processes_of("jlis-api")
        server.command = tuple(serve_command(process, f"127.0.0.1:{server.port}"))
        if options:
            figures = ("--figures", str(self._folder / "figures"))
            server.command = (
                *(sys.executable, "-m", "bench.served", "jlis", "--port", str(server.port)),
                *(*figures, *options),
            )
        self._service.start()
        port = free_port()
        with tempfile.TemporaryFile() as said:
            responder = subprocess.Popen(
                self._openssl_command(port), stdout=subprocess.DEVNULL, stderr=said, cwd=self._folder
            )
            try:
                self._openssl = responder.pid
                _wait_for(port, self._http(self._requests[True], keep=False)[0])
                yield port
            finally:
                responder.terminate()
                responder.wait()
                server.stop()

    def _openssl_command(self, port: int) -> list[str]:
        lines = (
            f"V\t351231000000Z\t\t{serial_text(FIRST_SERIAL + n)}\tunknown\t/C=JP/CN={n}\n"
            for n in range(self._count)
        )
        (self._folder / "index.txt").write_text("".join(lines))
        (self._folder / "index.txt.attr").write_text("unique_subject = no\n")
        (self._folder / "ca.pem").write_bytes(self._issuer.public_bytes(Encoding.PEM))
        (self._folder / "responder.pem").write_bytes(self._responder.public_bytes(Encoding.PEM))
        key = self._folder / "responder.key"
        key.touch(mode=0o600)
        key.write_bytes(self._pem)
        return [
            *("openssl", "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "responder.pem"),
            *("-rkey", "responder.key", "-port", str(port), "-nmin", "10"),
        ]

    # --- windows ------------------------------------------------------------------------------------------------------

    def window(
        self, port: int, concurrency: int, *, nonce: bool = True, keep: bool, ours: bool = True
    ) -> Window:
        """Let the client ask, and read all clocks when it is warm and when it ends."""
        order = Order(
            port,
            self._http(self._requests[nonce], keep=keep),
            keep,
            concurrency,
            self._scale.seconds(WARM_UP),
            self._scale.seconds(SECONDS),
        )
        before, after, found = loaded(
            "bench.ocsp", msgspec.msgpack.encode(order), partial(self._read, ours=ours)
        )
        result = msgspec.msgpack.decode(found, type=Result)
        if result.failures:
            raise RuntimeError(f"{result.failures} requests were not answered")
        self._verify(*result.sample, nonce=nonce)
        cpu = {name: (after[0][name] - us) / max(1, result.answers) for name, us in before[0].items()}
        return Window(result, cpu, since(before[1], after[1]))

    def _verify(self, asked: bytes, answer: bytes, *, nonce: bool) -> None:
        """Raises unless the sample is signed, good, and for its request."""
        request = theirs.load_der_ocsp_request(asked.partition(b"\r\n\r\n")[2])
        response = theirs.load_der_ocsp_response(answer)
        key = self._responder.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), hashes.SHA256())
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))
        same_nonce = not nonce or (
            request.extensions.get_extension_for_class(x509.OCSPNonce).value
            == response.extensions.get_extension_for_class(x509.OCSPNonce).value
        )
        good = response.certificate_status is theirs.OCSPCertStatus.GOOD
        if not (good and same_nonce and response.serial_number == request.serial_number):
            raise RuntimeError("an answer is not that of its request")

    def _read(self, client: int, *, ours: bool) -> tuple[dict[str, float], dict[str, tuple[int, int]]]:
        cpu = {"client": cpu_microseconds(client)}
        if not ours:
            return {**cpu, "responder": cpu_microseconds(self._openssl), "postgres": 0.0}, {}
        process = self._service.server.process
        postmaster = self._server.postmaster()
        assert process is not None
        assert postmaster is not None
        cpu |= {"responder": cpu_microseconds(process.pid), "postgres": family_microseconds(postmaster)}
        if "--figures" not in self._service.server.command:
            return cpu, {}
        file = self._folder / "figures"
        file.unlink(missing_ok=True)
        os.kill(process.pid, signal.SIGUSR1)
        while not file.exists():
            time.sleep(0.001)
        return cpu, msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, tuple[int, int]]])[
            "steps"
        ]

    # --- tables -------------------------------------------------------------------------------------------------------

    def rates(self, openssl_port: int) -> Table:
        """All patterns, in turns."""
        port = self._service.server.port
        rounds = self._scale.count(ROUNDS, 1)
        windows: dict[tuple[str, int], list[Window]] = {}
        bare: list[float] = []
        for number in range(rounds):
            for concurrency in CONCURRENCIES:
                self._tell(f"ocsp: {self._kind}, {concurrency} at a time, round {number + 1} of {rounds}")
                found = {
                    _OPENSSL: self.window(openssl_port, concurrency, keep=False, ours=False),
                    _EACH: self.window(port, concurrency, keep=False),
                    _KEPT: self.window(port, concurrency, keep=True),
                    _PRE: self.window(port, concurrency, keep=True, nonce=False),
                }
                for name, window in found.items():
                    windows.setdefault((name, concurrency), []).append(window)
            bare.append(self._bare())
        table = Table(
            f"OCSP answers over HTTP, {self._kind}, {self._count:,} certificates, median of {rounds} rounds of "
            f"{self._scale.seconds(SECONDS):g} s",
            (
                *("", "answers/s", "x openssl", "p50 ms", "p99 ms"),
                *("CPU us", "responder us", "postgres us", "client us", "answers/core s", "x openssl's"),
            ),
        )
        for concurrency in CONCURRENCIES:
            peers = windows[_OPENSSL, concurrency]
            table.rows += [
                _row(f"{name}: {n}", found, peers) for (name, n), found in windows.items() if n == concurrency
            ]
        table.notes += [
            f"bare: one {self._kind} signature takes {median(bare):,.0f} us of CPU in this run",
            "x openssl: answers a second beside openssl's of the same round, as many at a time, median of the rounds",
            "x openssl's: the same of answers for a second of CPU, PostgreSQL's included",
            "openssl ocsp closes after each answer (HTTP/1.0), keeps its certificates in memory, checks no key and counts for nobody",
        ]
        return table

    def _bare(self) -> float:
        key = load_pem_private_key(self._pem, None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        sign = DerSigner.of(key, self._responder).sign
        data = os.urandom(300)
        return measure({"": lambda: sign(data)}, self._scale.seconds(0.5))[""]

    def split(self) -> Table:
        """Where one answer's time goes: one client, one kept connection, steps timed inside the service."""
        window = self.window(self._service.server.port, 1, keep=True)
        whole = window.result.seconds * 1_000_000 / max(1, window.result.answers)
        spent = {
            name: nanoseconds / 1000 / max(1, window.result.answers)
            for name, (_, nanoseconds) in window.steps.items()
        }
        sign, answer = spent["sign"], spent["answer"]
        rows = {
            "receive the body": spent["body"],
            "find the verifier by its key": spent["verifier"],
            "parse the request": spent["parse"],
            "look the certificate up: wait for PostgreSQL": spent["look up"],
            "sign": sign,
            "put the answer together": answer - sign,
        }
        rows["HTTP on both sides, event loops, hand-over to the batch"] = whole - sum(rows.values())
        table = Table("One OCSP answer split: live, RSA-2048, 1 at a time, kept", ("", "us", "%"))
        table.rows += [(name, us, 100 * us / whole) for name, us in rows.items()]
        table.rows.append(("all of it", whole, 100.0))
        return table


def _row(name: str, windows: list[Window], peers: list[Window]) -> tuple[Cell, ...]:
    """The round whose rate is the median, and the medians of the ratios to the peer in the same round."""
    window = _middle(windows)
    pairs = list(zip(windows, peers, strict=True))
    cpu = {who: window.cpu[who] for who in ("responder", "postgres", "client")}
    return (
        name,
        window.rate,
        round(median([one.rate / peer.rate for one, peer in pairs]), 2),
        round(window.result.p50 / 1000, 2),
        round(window.result.p99 / 1000, 2),
        cpu["responder"] + cpu["postgres"],
        *cpu.values(),
        window.answers_a_core,
        round(median([one.answers_a_core / peer.answers_a_core for one, peer in pairs]), 2),
    )


def _middle(windows: list[Window]) -> Window:
    """The round whose rate is the median: its figures belong together."""
    return sorted(windows, key=lambda window: window.rate)[len(windows) // 2]


def _wait_for(port: int, request: bytes) -> None:
    """Ask until there is an answer. OpenSSL's responder waits for ever for a request on a connection that was closed without one."""
    deadline = time.monotonic() + 10
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(request)
                if connection.recv(12).endswith(b"200"):
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


if __name__ == "__main__":
    done = uvloop.run(_Client(msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)).run())
    sys.stdout.buffer.write(msgspec.msgpack.encode(done))
