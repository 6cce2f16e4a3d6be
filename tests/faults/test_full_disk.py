"""A disk that is full while members ask: nothing moves that is not recorded; with room again everything goes on, and the records agree."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests import embedded
from tests.faults.counts import count
from tests.faults.load import Load, prepare
from tests.faults.looking import look
from tests.faults.reckoning import manage, settled
from tests.support.exchange import Exchange, running_exchange
from tests.support.waiting import eventually

pytestmark = pytest.mark.thorough  # a house of its own

DISK = "256m"
BEFORE, AFTER = 30, 60
"""Inquiries that end before the disk is full, and after there is room again."""


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own, which only root can make. Not in pytest's folder: the next pytest closes that to the account of the database."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder = Path(tempfile.mkdtemp(prefix="mynumber-disk-"))
    folder.chmod(0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


@contextmanager
def exchange_on(
    server: embedded.TestServer,
    whose: str,
    folder: Path,
    institution_database: Callable[..., InstitutionDatabase],
) -> Iterator[Exchange]:
    """An exchange of which one institution's database lies on this server; the other's does not."""

    def database(name: str, **options: object) -> InstitutionDatabase:
        if name == whose:
            return server.institution_database(name, **options)  # type: ignore[arg-type]
        return institution_database(name, **options)

    with running_exchange(folder, database) as exchange:
        yield exchange


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (bytes(1 << 20), bytes(512)):
            with suppress(OSError):
                while file.write(piece):
                    pass
    return ballast


def _refusal(exchange: Exchange) -> Refused | None:
    """Why an inquiry is refused now; None when it is answered."""
    try:
        exchange.inquire("C-1")
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize(
    ("whose", "hop"), [("network", Hop.NETWORK), ("gateway", Hop.INQUIRER_GATEWAY)], ids=["core", "gateway"]
)
def test_a_full_disk_stops_exchanges_and_loses_nothing(
    tmp_path: Path,
    small_disk: Path,
    institution_database: Callable[..., InstitutionDatabase],
    whose: str,
    hop: Hop,
    seed: int,
) -> None:
    server = embedded.TestServer(small_disk / "server")
    server.start()
    try:
        with exchange_on(server, whose, tmp_path, institution_database) as exchange:
            prepare(exchange)
            load = Load(exchange, seed)
            load.start()
            try:
                eventually(lambda: load.ended >= BEFORE, "answers while there is room")
                ballast = _fill(small_disk)
                refused = eventually(
                    partial(_refusal, exchange), "a refusal: the last free pages are used up first"
                )
                assert (refused.hop, refused.reason) == (hop, Reason.RECORD_UNAVAILABLE)
                assert shutil.disk_usage(small_disk).free < 1 << 20
                ballast.unlink()
                server.start()  # as an operator would: PostgreSQL ends where it cannot write its log
                before = load.ended
                eventually(lambda: load.ended >= before + AFTER, "answers when there is room again")
            finally:
                load.stop()
            exchange.gateway.stop()
            exchange.gateway.start()  # settles what the full disk left open
            eventually(lambda: settled(exchange), "the end of what was open")
            found = look(exchange, load.asked)
            wrong = [*found.wrong, *(text for one in load.asked for text in one.contradictions)]
            count(f"disk of the {whose} full under load", "inquiries", len(load.asked), len(wrong))
            assert (wrong, load.failures, found.pending) == ([], [], 0)
            for command in ("reconcile", "audit"):
                done = manage(exchange, command)
                assert done.returncode == 0, done.stdout + done.stderr
    finally:
        server.server.stop()
