"""Complete sign-ins with the card at a service: our identity provider as the platform runs it, beside `oidc-provider` with everything in memory.

A sign-in is the whole of it: authorization request, the card's signature over a fresh challenge, its certificate checked (at ours also with J-LIS), the
consent that was remembered, the code, and the token for it with private_key_jwt (ES256) and PKCE, its ID token checked. Both have the same client: one process that plays
browsers, devices and the service, and makes the same signatures for both.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.institutions.jlis.people import entry, somebody
from tests.support.directory import Systems, make_systems
from tests.support.exchange import CITY, Server
from tests.support.ports import free_port

from bench.cards import Made
from bench.place import STATE, Databases, fsync_microseconds, postgres
from bench.processes import cpu_microseconds, expect, family_microseconds, loaded
from bench.report import Cell, Scale, Table, Tell
from bench.timing import measure
from bench.visitors import OURS, THEIRS, Order, Result, Step
from mynumber.foundation.keyring import KeyRing
from mynumber.platform import postgres as platform_postgres
from mynumber.platform.launch import serve_command, workers
from mynumber.platform.registry import institution, message_doors, processes_of
from mynumber.protocols import wire
from mynumber.protocols.refusal import Hop
from mynumber.protocols.residents import REGISTER_RESIDENTS, RegisterResidents

CARDS = 48
CONCURRENCIES = (1, 16)
ROUNDS = 3
SECONDS = 4.0
WARM_UP = 1.5
PUBLIC = "http://portal.localhost:8000"
REALM = "/api/realms/main"
REDIRECT = "https://bench.example/callback"
PEER = Path(__file__).with_name("oidc_provider")
STEPS = (
    ("authorize", "authorization request: check it, open interaction and session, show who asks"),
    ("to the device", "make the request that the card signs"),
    ("device reads", "device reads the request"),
    (
        "card's answer",
        "device's answer: verify the card's signature and certificate, ask J-LIS for its state, record",
    ),
    (
        "back, consent, code",
        "browser comes back from the device: finish, find the remembered consent, make the code, record",
    ),
    ("token", "token: client assertion, PKCE, code spent, ID token signed"),
)


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """Measure sign-ins. Raises RuntimeError when one does not succeed: then the figures would be of something else."""
    tell("sign_ins: starting PostgreSQL, J-LIS and the portal; making cards")
    with postgres("sign-ins") as (server, folder):
        bench = _Bench(server, folder, scale, tell)
        with (
            bench.running_ours() as ours,
            bench.running_narrower(ours) as narrower,
            _running_peer(folder, ours, bench.authority, tell) as peer,
        ):
            yield bench.rates({_OURS: ours, _NARROWER: narrower} | ({_THEIRS: peer} if peer else {}))
        with bench.running_ours("bench.served_wsgi:application") as ours:
            tell("sign_ins: the split of one")
            yield bench.split(ours)


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured while visitors signed in: CPU in microseconds a sign-in, by process."""

    result: Result
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        """Sign-ins a second."""
        return self.result.sign_ins / self.result.seconds

    @property
    def server_cpu(self) -> float:
        """Microseconds of CPU a sign-in, of everything but the client."""
        return sum(us for name, us in self.cpu.items() if name != "client")


@dataclass(frozen=True, slots=True)
class Provider:
    """One that runs: what to ask of it, and the processes that are its own."""

    order: Order
    pids: Mapping[str, int]


class _Bench:
    def __init__(self, server: platform_postgres.Server, folder: Path, scale: Scale, tell: Tell) -> None:
        self._server, self._folder, self._scale, self._tell = server, folder, scale, tell
        databases = Databases(server)
        names = ("jlis", "portal")
        ports = {process: free_port() for process in ("jlis", _STATUS, "portal")}
        urls = {process: f"http://127.0.0.1:{port}" for process, port in ports.items()}
        systems = make_systems(folder, CITY, *names, urls=urls)
        doors = {name: message_doors(name) for name in names}
        self._systems = systems.with_doors(
            {name: {kind: urls[one.name] for kind, one in own.items()} for name, own in doors.items()}
        )
        addresses = {name: databases(name, migrated=True).url for name in names}
        self._servers = {
            process: _server(process, port, self._systems, addresses, folder)
            for process, port in ports.items()
        }
        for name in names:
            KeyRing.open(self._systems.keys(name)).add_secret("django")
        portal = self._servers["portal"]
        self._narrower = dataclasses.replace(portal, port=free_port(), log=folder / "narrower.log")
        self._narrower.command = tuple(
            "1" if before == "--workers" else word.replace(str(portal.port), str(self._narrower.port))
            for before, word in itertools.pairwise(("", *portal.command))
        )
        self._manage("jlis", "create_ca")
        self._manage("portal", "create_identity_keys")
        service = self._manage("portal", "register_service", "--name", "見本商店", "--redirect-uri", REDIRECT)
        self._service = msgspec.json.decode(service, type=_Service)
        self._servers["jlis"].start()
        made = self._make_cards(scale.count(CARDS, 3))
        self._cards, self.authority = made.cards, x509.load_der_x509_certificate(made.authority)
        self.begun = False

    # --- what runs ----------------------------------------------------------------------------------------------------

    @contextmanager
    def running_ours(self, application: str = "") -> Iterator[Provider]:
        """J-LIS and the portal as in production; with another WSGI application in its place."""
        portal = self._servers["portal"]
        command = portal.command
        if application:
            portal.command = (*command[:-1], application)
        try:
            for server in self._servers.values():
                if server.process is None:
                    server.start()
            yield self._ours()
        finally:
            portal.command = command
            for server in self._servers.values():
                server.stop()
                server.process = None

    @contextmanager
    def running_narrower(self, ours: Provider) -> Iterator[Provider]:
        """The same portal once more, with one worker process."""
        try:
            self._narrower.start()
            assert self._narrower.process is not None
            order = msgspec.structs.replace(ours.order, port=self._narrower.port)
            yield Provider(order, {**ours.pids, "portal": self._narrower.process.pid})
        finally:
            self._narrower.stop()

    def _ours(self) -> Provider:
        postmaster = self._server.postmaster()
        pids = {name: server.process.pid for name, server in self._servers.items() if server.process}
        assert postmaster is not None
        jwk = next(key for key in self._service.keys if key["use"] == "sig")
        endpoints = {n: f"{REALM}/protocol/openid-connect/{n}" for n in ("auth", "token", "certs")}
        order = Order(
            OURS,
            self._servers["portal"].port,
            PUBLIC.removeprefix("http://"),
            f"{PUBLIC}{REALM}",
            endpoints,
            self._service.client_id,
            REDIRECT,
            jwk,
            self._cards,
            1,
            self._scale.seconds(WARM_UP),
            self._scale.seconds(SECONDS),
        )
        found = Provider(order, {**pids, "postgres": postmaster})
        if not self.begun:
            # The consent of each resident, once.
            _visit(msgspec.structs.replace(order, first=True))
            self.begun = True
        return found

    def _manage(self, name: str, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "mynumber.webkit.manage", name, *command],
            env={**os.environ, **self._servers[name].environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout

    def _make_cards(self, count: int) -> Made:
        """Residents of a city, each with a card."""
        registered = wire.call(
            self._systems.node("municipality"),
            REGISTER_RESIDENTS,
            RegisterResidents(entries=tuple(entry(somebody()) for _ in range(count))),
            sender=CITY,
            receiver="jlis",
            hop=Hop.JLIS,
            now=lambda: datetime.now(UTC),
        )
        numbers = [each.individual_number for each in registered.results]
        done = subprocess.run(
            [sys.executable, "-m", "bench.cards", CITY],
            env={**os.environ, **self._servers["jlis"].environment},
            input=msgspec.json.encode(numbers),
            stdout=subprocess.PIPE,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Made)

    # --- windows and tables -------------------------------------------------------------------------------------------

    def window(self, provider: Provider, concurrency: int) -> Window:
        """Let visitors sign in, and read all clocks when they are warm and when they end."""
        order = msgspec.structs.replace(provider.order, concurrency=concurrency)
        before, after, found = loaded("bench.visitors", msgspec.json.encode(order), partial(_cpu, provider))
        result = msgspec.json.decode(found, type=Result)
        cpu = {name: (after[name] - us) / max(1, result.sign_ins) for name, us in before.items()}
        return Window(result, cpu)

    def rates(self, providers: Mapping[str, Provider]) -> Table:
        """All of them, in turns."""
        rounds = self._scale.count(ROUNDS, 1)
        windows: dict[tuple[int, str], list[Window]] = {}
        for number in range(rounds):
            for concurrency in CONCURRENCIES:
                for name, provider in providers.items():
                    self._tell(f"sign_ins: {name}, {concurrency} at a time, round {number + 1} of {rounds}")
                    windows.setdefault((concurrency, name), []).append(self.window(provider, concurrency))
        table = Table(
            f"Complete sign-ins with the card, median of {rounds} rounds of {self._scale.seconds(SECONDS):g} s",
            (
                *("", "sign-ins/s", "x oidc-provider", "p50 ms", "p99 ms"),
                *("server CPU us", "portal us", "jlis us", "postgres us", "client us", "client busy %"),
            ),
        )
        for (concurrency, name), found in windows.items():
            beside = windows.get((concurrency, _THEIRS))
            peers = _middle(beside) if beside else None
            table.rows.append(_row(f"{name}: {concurrency} at a time", _middle(found), peers))
        table.notes += [
            f"ours: as the platform runs it, with {WORKERS} worker processes of the portal; one worker: the same with one, which uses one core at most",
            "ours: every grant, consent, code and token durable (fsync and synchronous_commit on), the certificate's state asked of J-LIS each time, 6 requests",
            "oidc-provider: the same flow, everything in memory, nothing durable, no state of the certificate, 5 requests, one Node process"
            if _THEIRS in providers
            else "oidc-provider was not measured: there is no node here, or npm could not install it",
            f"client: the same for both, one process; of its CPU {self._bare()}",
            f"a durable write of one block takes {fsync_microseconds(self._folder):,.0f} us on this disk; load average now {os.getloadavg()[0]:.2f}",
        ]
        return table

    def _bare(self) -> str:
        """What the client's signatures cost, the same for both."""
        card, service = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
        data, ecdsa = os.urandom(32), ec.ECDSA(hashes.SHA256())
        signature = service.sign(data, ecdsa)
        costs = measure(
            {
                "the card's RSA signature": lambda: card.sign(data, padding.PKCS1v15(), hashes.SHA256()),
                "the service's signature": lambda: service.sign(data, ecdsa),
                "the check of the ID token": lambda: service.public_key().verify(signature, data, ecdsa),
            },
            self._scale.seconds(0.5),
            batch=10,
        )
        return ", ".join(f"{name} {us:,.0f} us" for name, us in costs.items())

    def split(self, ours: Provider) -> Table:
        """Where the time of one sign-in goes, one at a time."""
        window = self.window(ours, 1)
        steps, whole = window.result.steps, window.result.mean
        table = Table(
            "One sign-in split: ours, one at a time, mean",
            ("", "us", "%", "in the view us", "CPU us", "statements", "transactions", "J-LIS us"),
        )
        seen = [_split_row(words, steps[name], whole) for name, words in STEPS]
        table.rows += seen
        sums = [sum(float(row[place] or 0) for row in seen) for place in range(1, len(table.columns))]
        left = whole - sums[0]
        table.rows.append(
            ("the client: signatures, parsing, its turn on a core", left, 100 * left / whole, *[None] * 5)
        )
        table.rows.append(("the whole", whole, 100.0, *sums[2:]))
        table.notes += [
            "us: until the answer is there; in the view, CPU: Django with its middleware, of the thread of the portal; J-LIS: until its answer is there",
            "CPU a sign-in: "
            + ", ".join(f"{name} {us:,.0f} us" for name, us in window.cpu.items())
            + "; the portal's has Granian in it",
        ]
        return table


WORKERS = workers(next(one for one in processes_of("portal") if one.name == "portal"))
_STATUS = "jlis-api"
"""The process of J-LIS that says how certificates stand."""
_OURS, _NARROWER, _THEIRS = "ours, durable", "ours, one worker", "oidc-provider, in memory"


class _Service(msgspec.Struct, frozen=True):
    """client.json, as far as it is needed."""

    client_id: str
    keys: tuple[dict[str, str], ...]


def _server(name: str, port: int, systems: Systems, addresses: Mapping[str, str], folder: Path) -> Server:
    (process,) = (one for one in processes_of(name) if one.name == name)
    owner = process.institution
    environment = {
        **systems.environment(owner),
        "DATABASE_URL": addresses[owner],
        "DJANGO_SETTINGS_MODULE": institution(owner).settings_module,
        "MYNUMBER_PUBLIC_URL": PUBLIC.replace("portal", owner),
    }
    command = tuple(serve_command(process, f"127.0.0.1:{port}"))
    return Server(name, port, environment, folder / f"{name}.log", command)


@contextmanager
def _running_peer(
    folder: Path, ours: Provider, authority: x509.Certificate, tell: Tell
) -> Iterator[Provider | None]:
    """oidc-provider, installed into the benchmarks' own folder; None where there is no Node."""
    place = STATE / "bench" / "oidc_provider"
    node = shutil.which("node")
    if node is None or not _installed(place, tell):
        yield None
        return
    port = free_port()
    order = ours.order
    configuration = folder / "peer.json"
    public = {name: value for name, value in order.jwk.items() if name != "d"}
    key = authority.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    configuration.write_bytes(
        msgspec.json.encode(
            {
                "port": port,
                "client": {"id": order.client_id, "redirect": REDIRECT, "jwk": public},
                "ca": key,
            }
        )
    )
    with (
        (folder / "peer.log").open("wb") as log,
        subprocess.Popen(
            [node, "provider.mjs", str(configuration)],
            cwd=place,
            env={**os.environ, "NODE_ENV": "production"},
            stdout=subprocess.PIPE,
            stderr=log,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            expect(process.stdout.readline(), b"ready\n")
            peer = msgspec.structs.replace(
                order,
                provider=THEIRS,
                port=port,
                host=f"127.0.0.1:{port}",
                issuer=f"http://127.0.0.1:{port}",
                endpoints={"auth": "/auth", "token": "/token", "certs": "/jwks"},
            )
            yield Provider(peer, {"oidc-provider": process.pid})
        finally:
            process.terminate()


def _installed(place: Path, tell: Tell) -> bool:
    """Whether oidc-provider is there, of the versions that the lock file says; npm fetches it once."""
    lock, npm = place / "node_modules" / ".bench-lock.json", shutil.which("npm")
    wanted = (PEER / "package-lock.json").read_bytes()
    place.mkdir(parents=True, exist_ok=True)
    for file in PEER.iterdir():
        shutil.copy(file, place)
    if lock.exists() and lock.read_bytes() == wanted:
        return True
    tell("sign_ins: npm installs oidc-provider")
    command = [npm or "npm", "ci", "--no-audit", "--no-fund", "--silent"]
    if npm is None or subprocess.run(command, cwd=place, check=False).returncode:
        return False
    lock.write_bytes(wanted)
    return True


def _visit(order: Order) -> None:
    """Let each card be used once. Raises subprocess.CalledProcessError when a sign-in fails."""
    command = [sys.executable, "-m", "bench.visitors"]
    subprocess.run(command, input=msgspec.json.encode(order), stdout=subprocess.PIPE, check=True)


def _cpu(provider: Provider, client: int) -> dict[str, float]:
    return {
        "client": cpu_microseconds(client),
        **{name: family_microseconds(pid) for name, pid in provider.pids.items()},
    }


def _row(name: str, window: Window, peer: Window | None) -> tuple[Cell, ...]:
    cpu = window.cpu
    return (
        name,
        window.rate,
        round(window.rate / peer.rate, 2) if peer else None,
        round(window.result.p50 / 1000, 2),
        round(window.result.p99 / 1000, 2),
        window.server_cpu,
        cpu.get("portal"),
        cpu["jlis"] + cpu[_STATUS] if "jlis" in cpu else None,
        cpu.get("postgres"),
        cpu["client"],
        round(window.rate * cpu["client"] / 10_000, 1),
    )


def _split_row(words: str, step: Step, whole: float) -> tuple[Cell, ...]:
    wall, cpu, statements, transactions, jlis = (value / step.calls for value in step.figures)
    mean = step.wall / step.calls
    return (
        *(words, mean, 100 * mean / whole, wall, cpu),
        *(round(statements, 1), round(transactions, 1), jlis or None),
    )


def _middle(windows: list[Window]) -> Window:
    """The round whose rate is the median: its figures belong together."""
    return sorted(windows, key=lambda window: window.rate)[len(windows) // 2]
