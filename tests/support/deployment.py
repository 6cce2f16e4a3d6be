"""The files of deploy/ as real hosts on this machine: 10.0.2.11 becomes an address of the loopback range, and nothing else changes but folders.

etcd and Patroni on three hosts, HAProxy before two cores and before the database, all with TLS from an authority of the test.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mynumber.platform.account import database_account, let_through
from mynumber.platform.postgres import programs
from tests.support.tools import find
from tests.support.waiting import PATIENCE_SECONDS, eventually

DEPLOY = Path(__file__).parents[2] / "deploy"
DATABASES = ("db-1", "db-2", "db-3")
MESH = ("mesh-1", "mesh-2", "mesh-3")
MESH_USERS = ("NETWORK", "GATEWAY", "GATEWAY_271403")
_NAMES = ("network.example", "gateway.example", "mesh-1.example", "mesh-2.example", "mesh-3.example")
_HOSTS = ("0.10", "1.11", "1.12", "2.11", "2.12", "2.13", "3.10", "4.11", "4.12", "4.13")


@dataclass(slots=True)
class Hosts:
    """Where everything is, and what runs there."""

    folder: Path
    octet: int
    passwords: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def address(self, host: str) -> str:
        """`2.11` -> the address that stands for 10.0.2.11 here."""
        return f"127.{self.octet}.{host}"

    @property
    def local(self) -> str:
        """What stands for 127.0.0.1 of a host that runs processes."""
        return self.address("9.1")

    @property
    def tls(self) -> Path:
        return self.folder / "tls"

    def here(self, file: str, *, host: str = "") -> str:
        """A file of deploy/ with addresses and folders of this machine; for `db-2` or `mesh-2` where the file is the first one's."""
        text = (DEPLOY / file).read_text()
        if host:
            number = host.rpartition("-")[2]
            first = host.replace(number, "1")
            text = "\n".join(
                line
                if line.startswith("ETCD_INITIAL_CLUSTER=") or "hosts: " in line
                else line.replace(first, host).replace("10.0.2.11", f"10.0.2.1{number}")
                for line in text.splitlines()
            )
        for written, meant in (
            # on the loopback all calls come from this address
            ("10.0.1.0/24", "127.0.0.1/32"),
            ("10.0.2.0/24", "127.0.0.1/32"),
            ("127.0.0.1:", f"{self.local}:"),
            ("10.0.", f"127.{self.octet}."),
            ("/etc/mynumber/tls", str(self.tls)),
            ("/var/lib/etcd/network", str(self.folder / "etcd" / host)),
            ("/var/lib/postgresql/18/network", str(self.folder / "data" / host)),
            ("/usr/lib/postgresql/18/bin", str(programs())),
            ("/var/lib/postgresql/.pgpass-network", str(self.folder / f"pgpass-{host}")),
            ("/var/run/postgresql", str(self.folder / "sockets" / host)),
            # a leader that is gone is missed sooner than on hosts whose network stutters
            ("ttl: 30", "ttl: 20"),
            ("loop_wait: 10", "loop_wait: 2"),
            ("retry_timeout: 10", "retry_timeout: 5"),
        ):
            text = text.replace(written, meant)
        return text

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        as_database: bool = False,
    ) -> None:
        """Start a program in a session of its own, as the account of the database where it is PostgreSQL's."""
        account = database_account()
        becomes = {"user": account.uid, "group": account.gid} if as_database and os.geteuid() == 0 else {}
        with self._log(name) as log:
            self.running[name] = subprocess.Popen(
                list(command),
                # libpq looks for certificates in the home of whoever started the test
                env={**os.environ, "HOME": str(self.folder), **(environment or {})},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **becomes,  # type: ignore[call-overload]  # user and group, or neither
            )

    def _log(self, name: str) -> IO[bytes]:
        return (self.folder / f"{name}.log").open("ab")

    def said(self, name: str) -> str:
        """The end of a program's log."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def kill(self, *names: str) -> None:
        """As a power cut would: what runs under these names, and what it started."""
        for name in names:
            process = self.running.pop(name, None)
            if process is None:
                continue
            started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=PATIENCE_SECONDS)
            _kill(started)
            if name.startswith("patroni "):
                self._kill_postgres(self.folder / "data" / name.removeprefix("patroni "))

    @staticmethod
    def _kill_postgres(data: Path) -> None:
        """Every process of a server: each is a session of its own, and the one that receives would still say yes to the leader."""
        while found := [one for one in psutil.process_iter() if _works_in(one, data)]:
            _kill(found)

    def stop(self) -> None:
        """End everything, what asks for the database first."""
        for name in reversed(list(self.running)):
            self.kill(name)

    # one kind of program each -----------------------------------------------------------------------------------------------

    def start_etcd(self, host: str) -> None:
        lines = self.here("etcd/etcd.env", host=host).splitlines()
        environment = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        self.start(f"etcd {host}", [_program("etcd"), "--log-level=warn", "--unsafe-no-fsync"], environment)

    def start_patroni(self, host: str) -> None:
        file = self.folder / f"{host}.yml"
        lines = self.here("patroni/network.yml", host=host).replace("hostssl ", "host ").splitlines()
        # the embedded PostgreSQL is built without TLS
        file.write_text("\n".join(line for line in lines if not line.strip().startswith("ssl")))
        asked = [
            line.partition("=")[0] for line in (DEPLOY / "patroni" / "secrets.env").read_text().splitlines()
        ]
        environment = {name: self.passwords[name] for name in asked if name in self.passwords}
        self.start(f"patroni {host}", [_program("patroni"), str(file)], environment, as_database=True)

    def start_haproxy(self, name: str) -> None:
        file = self.folder / f"{name}.cfg"
        # no right is needed to listen at this one
        file.write_text(self.here(f"haproxy/{name}.cfg").replace(":443 ", ":8444 "))
        environment = {"MYNUMBER_TLS": str(self.tls / "host.pem"), "MYNUMBER_CA": str(self.tls / "ca.crt")}
        self.start(f"haproxy {name}", [_program("haproxy"), "-db", "-f", str(file)], environment)

    def start_nats(self, host: str) -> None:
        text = self.here("nats/mesh.conf").replace("0.0.0.0", self.mesh(host))  # noqa: S104 (the file, not this program)
        text = text.replace(f"{self.local}:8222", f"{self.mesh(host)}:8222")
        for node in MESH:
            text = text.replace(f"{node}.example", self.mesh(node))
        folder = self.folder / host
        folder.mkdir(exist_ok=True)
        file = folder / "mesh.conf"
        file.write_text(text.replace("/var/lib/nats", str(folder)))
        shutil.copy(DEPLOY / "nats" / "users.conf", folder)
        environment = {
            f"MESH_{user}_PASSWORD": self.passwords[f"MESH_{user}_PASSWORD"] for user in MESH_USERS
        }
        tls = {"CERTIFICATE": "host.crt", "KEY": "host.key"}
        environment |= {f"MESH_TLS_{name}": str(self.tls / value) for name, value in tls.items()}
        environment |= {"MESH_NODE": host, "MESH_NODES_CA": str(self.tls / "ca.crt")}
        self.start(f"nats {host}", [_program("nats-server"), "-c", str(file)], environment)

    def mesh(self, host: str) -> str:
        return self.address(f"4.1{host.rpartition('-')[2]}")

    def mesh_urls(self, user: str) -> str:
        """`MESH_URL` of a user of NATS."""
        password = self.passwords[f"MESH_{user.upper()}_PASSWORD"]
        return ",".join(f"tls://{user}:{password}@{self.mesh(host)}:4222" for host in MESH)

    def stream(self) -> dict[str, object]:
        """What NATS says of the stream of events; empty while there is none."""
        for host in MESH:
            with suppress(OSError, http.client.HTTPException, ValueError, LookupError):
                connection = http.client.HTTPConnection(self.mesh(host), 8222, timeout=2)
                connection.request("GET", "/jsz?streams=1&config=1")
                told = json.loads(connection.getresponse().read())
                connection.close()
                found: dict[str, object] = told["account_details"][0]["stream_detail"][0]
                return found
        return {}

    def roles(self) -> dict[str, str]:
        """What each database says of itself: `running` leader, sync_standby, replica; empty when nobody answers."""
        for host in DATABASES:
            with suppress(OSError, http.client.HTTPException, ValueError):
                connection = http.client.HTTPConnection(self.database(host), 8008, timeout=2)
                connection.request("GET", "/cluster")
                members = json.loads(connection.getresponse().read())["members"]
                connection.close()
                return {one["name"]: f"{one['state']} {one['role']}" for one in members}
        return {}

    def database(self, host: str) -> str:
        return self.address(f"2.1{host.rpartition('-')[2]}")

    def leader(self) -> str | None:
        """The host that leads, when a second one follows it synchronously."""
        roles = self.roles()
        leads = [name for name, role in roles.items() if role == "running leader"]
        follows = [role for role in roles.values() if role.endswith("sync_standby")]
        return leads[0] if leads and follows else None

    def wait_for_leader(self, *, other_than: str | None = None) -> str:
        def led() -> str | None:
            found = self.leader()
            return found if found != other_than else None

        try:
            found = eventually(led, "a leader with a synchronous follower")
        except AssertionError as error:
            told = "\n".join(f"{host}: {self.said(f'patroni {host}')}" for host in DATABASES)
            raise AssertionError(f"{error}\n{self.roles()}\n{told}") from None
        assert found is not None
        return found


def _kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=PATIENCE_SECONDS)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False


def _program(name: str) -> str:
    found = find(name)
    assert found is not None
    return found


def _free_octet() -> int:
    """A part of the loopback range where nobody listens at the ports that are used."""
    while True:
        octet = 20 + secrets.randbelow(230)
        try:
            for host, port in (("0.10", 8443), ("1.11", 8121), ("2.11", 5432), ("2.11", 2379), ("9.1", 8121)):
                with socket.socket() as probe:
                    probe.bind((f"127.{octet}.{host}", port))
        except OSError:
            continue
        return octet


@contextmanager
def hosts() -> Iterator[Hosts]:
    """Folders, certificates and passwords; nothing runs yet, and everything is ended afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mynumber-hosts-"))
    folder.chmod(0o755)
    account = database_account()
    names = ("SUPERUSER", "REPLICATION", "REWIND", "RESTAPI")
    made = Hosts(
        folder,
        _free_octet(),
        {
            **{f"PATRONI_{name}_PASSWORD": secrets.token_urlsafe(18) for name in names},
            **{f"MESH_{user}_PASSWORD": f"of-{secrets.token_hex(12)}" for user in MESH_USERS},
            "PATRONI_RESTAPI_USERNAME": "patroni",
        },
    )
    for name in ("data", "sockets", "tls", "etcd"):
        (folder / name).mkdir()
        account.own(folder / name)
    for host in DATABASES:
        (folder / "sockets" / host).mkdir()
        account.own(folder / "sockets" / host)
    account.own(folder)
    let_through(account, programs())
    _make_certificates(made)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def _make_certificates(made: Hosts) -> None:
    """An authority, and a certificate of all hosts at once."""
    authority, host = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def builder(subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return x509.CertificateBuilder(
            name("authority of the test"),
            name(subject),
            key,
            x509.random_serial_number(),
            now - timedelta(minutes=5),
            now + timedelta(days=1),
        )

    root = (
        builder("authority of the test", authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority, hashes.SHA256())
    )
    addresses = [
        x509.IPAddress(ipaddress.ip_address(one))
        for one in ("127.0.0.1", made.local, *map(made.address, _HOSTS))
    ]
    leaf = (
        builder("host", host.public_key())
        .add_extension(
            x509.SubjectAlternativeName([*(x509.DNSName(one) for one in _NAMES), *addresses]), critical=False
        )
        .sign(authority, hashes.SHA256())
    )
    key = host.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    account = database_account()
    for file, content in (
        ("ca.crt", root.public_bytes(Encoding.PEM)),
        ("host.crt", leaf.public_bytes(Encoding.PEM)),
        ("host.key", key),
        ("host.pem", key + leaf.public_bytes(Encoding.PEM)),
    ):
        path = made.tls / file
        path.write_bytes(content)
        path.chmod(0o600 if "key" in file or "pem" in file else 0o644)
        account.own(path)
