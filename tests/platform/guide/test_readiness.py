"""Who answers now: real sockets, some of which refuse, hang or say no."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from mynumber.platform.guide.readiness import look_around
from mynumber.platform.registry import INSTITUTIONS, PROCESSES
from mynumber.platform.settings import Settings
from tests.support.ports import free_run

PORTS = max(process.slot for process in PROCESSES) + 1
"""What a platform takes in a row."""


class Ready(BaseHTTPRequestHandler):
    """Answers 200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class NotReady(Ready):
    """Answers 503 to everything."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()


@contextmanager
def answering(port: int, handler: type[BaseHTTPRequestHandler]) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_each_institution_is_told_as_it_answers(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, port=8000, port_base=free_run(PORTS), residents=1)
    port = {process.name: process.port(settings) for process in PROCESSES}
    with (
        answering(port["portal"], Ready),
        answering(port["network"], Ready),
        answering(port["jlis"], NotReady),
        socket.create_server(("127.0.0.1", port["wallet"])),  # accepts and never answers
    ):
        running = {r.institution.name: r for r in look_around(settings)}
    assert list(running) == [institution.name for institution in INSTITUTIONS]
    assert running["portal"].is_ready
    assert (running["network"].ready, running["network"].processes) == (1, 2)
    assert not running["network"].is_ready
    assert not running["jlis"].is_ready
    assert not running["wallet"].is_ready
    assert not running["municipality"].is_ready
    assert running["guide"].is_ready
    assert running["pension_service"].url == "http://pension-service.localhost:8000"
