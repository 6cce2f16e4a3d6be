"""A relay between two processes that keeps every HTTP body that passes: what a wiretap would see."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.waiting import PATIENCE_SECONDS


class Relay:
    """Listens on a port of its own and forwards each request to a process of the platform."""

    def __init__(self, target_port: int) -> None:
        self.bodies: list[tuple[str, bytes, bytes]] = []
        """(path, question, answer)."""
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                connection = http.client.HTTPConnection("127.0.0.1", target_port, timeout=PATIENCE_SECONDS)
                connection.request(
                    "POST", self.path, body=question, headers={"Content-Type": self.headers["Content-Type"]}
                )
                response = connection.getresponse()
                answer = response.read()
                connection.close()
                relay.bodies.append((self.path, question, answer))
                self.send_response(response.status)
                self.send_header("Content-Type", response.headers["Content-Type"])
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        """Listen until the process of the test ends."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
