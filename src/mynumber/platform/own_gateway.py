"""Our gateway as the one that the conformance kit checks: on a PostgreSQL of its own that is gone afterwards."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from mynumber.conformance.world import OTHER, STRANGER, VENDOR, World
from mynumber.platform import launch
from mynumber.platform.databases import access_of, ensure_institution
from mynumber.platform.environment import institution_environment, migration_environment
from mynumber.platform.postgres import ADMIN, Access, PostgresError, Server
from mynumber.platform.probe import is_ready
from mynumber.platform.registry import institution, message_process
from mynumber.platform.secret_files import Passwords
from mynumber.platform.settings import Settings

READY_SECONDS: Final = 60.0
END_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.1


class NotStarted(Exception):
    """The gateway did not start; the message says why, in its own last words."""


@contextmanager
def own_gateway(folder: Path, world: World, settings: Settings) -> Iterator[None]:
    """Our gateway at the address that `conformance prepare` wrote down, with the keys and the directory of FOLDER/vendor. Raises NotStarted."""
    address = urlsplit(world.config.gateway)
    if address.hostname not in ("127.0.0.1", "localhost") or address.port is None:
        raise NotStarted(f"{world.config.gateway}: our own gateway listens on 127.0.0.1 and a port only")
    place = Path(tempfile.mkdtemp(prefix="mynumber-conformance-"))
    place.chmod(0o711)
    one = institution("gateway")
    server = Server(
        place / "postgres",
        Passwords(place / "passwords.json"),
        (access_of(one, one.name), Access("postgres", (ADMIN,))),
    )
    try:
        environment = _prepared(server, folder / "vendor", settings)
        with (place / "gateway.log").open("w+b") as log:
            running = subprocess.Popen(  # noqa: S603 (our own command)
                launch.serve_command(message_process("gateway"), f"127.0.0.1:{address.port}"),
                env=environment,
                stdout=log,
                stderr=log,
            )
            try:
                _wait(running, address.port, place / "gateway.log")
                yield
            finally:
                _end(running)
    except (PostgresError, OSError, subprocess.CalledProcessError) as error:
        raise NotStarted(str(error)) from None
    finally:
        server.stop()
        shutil.rmtree(place)


def _prepared(server: Server, vendor: Path, settings: Settings) -> dict[str, str]:
    """Start the server, make the database and its tables; the environment of the gateway."""
    one = institution("gateway")
    server.start()
    with server.connect_admin() as admin:
        tenants = tuple(member.replace(".", "_") for member in (VENDOR, OTHER, STRANGER))
        database = ensure_institution(server, admin, one, tenants)
    environment = {
        **institution_environment(
            settings, one, database_url=database.url, process=message_process("gateway")
        ),
        "MYNUMBER_KEYS": str((vendor / "keys").resolve()),
        "MYNUMBER_DIRECTORY": str((vendor / "directory.jws").resolve()),
        "MYNUMBER_DIRECTORY_KEY": str((vendor / "directory.pub").resolve()),
    }
    owner = migration_environment({**environment, "DATABASE_URL": database.owner_url})
    subprocess.run(launch.migrate_command(), env=owner, check=True)  # noqa: S603 (our own command)
    return environment


def _wait(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not asyncio.run(is_ready(port)):
        if running.poll() is not None or time.monotonic() > deadline:
            last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
            raise NotStarted(f"the gateway does not answer at port {port}: {' '.join(last)}")
        time.sleep(_LOOK_SECONDS)
    if running.poll() is not None:
        raise NotStarted(f"port {port} is another's: {log.name} tells no more")


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    with suppress(subprocess.TimeoutExpired):
        running.wait(END_SECONDS)
    running.kill()
    running.wait()
