"""A core and a gateway that are told to end do so, also while their database is gone or stands still."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import pytest

from mynumber.foundation.law import InformationKind
from tests import embedded
from tests.support.exchange import CITY, FORMER_CITY, TAX, resident_code, running_exchange
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.thorough  # processes are ended


@pytest.fixture
def own_server() -> Iterator[embedded.TestServer]:
    """A PostgreSQL that nobody else needs."""
    with tempfile.TemporaryDirectory(prefix="mynumber-ending-") as folder:
        Path(folder).chmod(0o711)
        server = embedded.TestServer(Path(folder) / "server")
        server.start()
        yield server
        server.server.stop()


def _signal_all(server: embedded.TestServer, number: signal.Signals) -> None:
    postmaster = server.server.postmaster()
    assert postmaster is not None
    process = psutil.Process(postmaster)
    for one in (process, *process.children(recursive=True)):
        one.send_signal(number)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGKILL, id="gone"),
        pytest.param(signal.SIGSTOP, id="still", marks=pytest.mark.thorough),
    ],
)
def test_processes_end_without_their_database(
    tmp_path: Path, own_server: embedded.TestServer, how: signal.Signals
) -> None:
    with running_exchange(tmp_path, own_server.institution_database) as exchange:
        exchange.give_codes({resident_code(): {CITY: "C-1", FORMER_CITY: "F-1"}})
        exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
        exchange.inquire("C-1")
        _signal_all(own_server, how)
        try:
            for server in (exchange.network, exchange.gateway):
                assert server.process is not None
                server.process.terminate()
            for server in (exchange.network, exchange.gateway):
                assert server.process is not None
                server.process.wait(timeout=PATIENCE_SECONDS)
        finally:
            for server in (exchange.network, exchange.gateway):
                server.kill()
            if how is signal.SIGSTOP:
                _signal_all(own_server, signal.SIGCONT)
