"""A full disk stops exchanges and says so; with room again they go on, and the records agree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mynumber.foundation.law import InformationKind
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests import embedded
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange, resident_code, running_exchange

DISK = "256m"
PATIENCE_SECONDS = 60


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def exchange_on_small_disk(
    tmp_path: Path, small_disk: Path, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[tuple[Exchange, Path]]:
    """A network whose database lies on the small disk; the gateway's does not."""
    server = embedded.TestServer(small_disk / "server")
    server.start()

    def database(name: str, **options: object) -> InstitutionDatabase:
        if name == "network":
            return server.institution_database(name, **options)  # type: ignore[arg-type]
        return institution_database(name, **options)

    try:
        with running_exchange(tmp_path, database) as exchange:
            yield exchange, small_disk
    finally:
        server.server.stop()


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (bytes(1 << 20), bytes(512)):
            with suppress(OSError):
                while file.write(piece):
                    pass
    assert shutil.disk_usage(disk).free == 0
    return ballast


def test_a_full_disk_stops_exchanges_and_says_so(exchange_on_small_disk: tuple[Exchange, Path]) -> None:
    exchange, disk = exchange_on_small_disk
    exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
    exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
    assert exchange.inquire("C-1").outcome is Outcome.PROVIDED

    ballast = _fill(disk)
    refused: Refused | None = None
    deadline = time.monotonic() + PATIENCE_SECONDS
    while refused is None and time.monotonic() < deadline:
        try:
            exchange.inquire("C-1")  # the last free pages are used up first
        except Refused as no:
            refused = no
    assert refused is not None
    assert (refused.hop, refused.reason) == (Hop.NETWORK, Reason.RECORD_UNAVAILABLE)

    ballast.unlink()
    provided = False
    while not provided and time.monotonic() < deadline:
        try:
            provided = exchange.inquire("C-1").outcome is Outcome.PROVIDED
        except Refused:
            time.sleep(0.2)
    assert provided, "exchanges did not go on when there was room again"

    exchange.gateway.stop()
    exchange.gateway.start()  # settles what the full disk left open
    done = None
    while time.monotonic() < deadline + PATIENCE_SECONDS:
        done = _manage(exchange, "reconcile")
        if done.returncode == 0 and "途中のもの 0 件" in done.stdout:
            break
        time.sleep(0.2)
    assert done is not None
    assert done.returncode == 0, done.stdout
    audited = _manage(exchange, "audit")
    assert audited.returncode == 0, audited.stdout


def _manage(exchange: Exchange, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", "network", *command],
        env={**exchange.network.environment, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
