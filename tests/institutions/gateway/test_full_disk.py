"""A full disk stops exchanges and says so; with room again they go on, and the records agree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from mynumber.foundation.law import InformationKind
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests import embedded
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange, resident_code, running_exchange
from tests.support.waiting import eventually

pytestmark = pytest.mark.thorough  # a house of its own

DISK = "256m"


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


def _refusal(exchange: Exchange) -> Refused | None:
    """Why an inquiry is refused now; None when it is answered."""
    try:
        assert exchange.inquire("C-1").outcome is Outcome.PROVIDED
    except Refused as refused:
        return refused
    return None


def _reconciled(exchange: Exchange) -> bool:
    done = _manage(exchange, "reconcile")
    return done.returncode == 0 and "途中のもの 0 件" in done.stdout


def test_a_full_disk_stops_exchanges_and_says_so(exchange_on_small_disk: tuple[Exchange, Path]) -> None:
    exchange, disk = exchange_on_small_disk
    exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
    exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
    assert exchange.inquire("C-1").outcome is Outcome.PROVIDED

    ballast = _fill(disk)
    refused = eventually(partial(_refusal, exchange), "a refusal: the last free pages are used up first")
    assert (refused.hop, refused.reason) == (Hop.NETWORK, Reason.RECORD_UNAVAILABLE)

    ballast.unlink()
    eventually(lambda: _refusal(exchange) is None, "exchanges that go on when there is room again")

    exchange.gateway.stop()
    exchange.gateway.start()  # settles what the full disk left open
    eventually(partial(_reconciled, exchange), "three records that agree, with nothing under way")
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
