"""The holder's device, played where the browser meets it: `http://wallet.localhost:8000` leads every browser under test to a window of this process.

A real server, since Chromium's headless shell lets nobody answer in a redirect's stead. One person holds a card at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import SplitResult, urlsplit

PUBLIC = "wallet.localhost:8000"

Answer = Callable[[SplitResult], str]
"""From the address that the browser is sent to, to the address it is sent back to."""


class Window(ThreadingHTTPServer):
    """Answers each address with a redirect to where `answer` says."""

    answer: Answer


class _Visit(BaseHTTPRequestHandler):
    server: Window

    def do_GET(self) -> None:
        self.send_response(303)
        self.send_header("Location", self.server.answer(urlsplit(self.path)))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Not on the terminal."""


@cache
def window() -> Window:
    """The one of this process, begun when first asked for."""
    made = Window(("127.0.0.1", 0), _Visit)
    Thread(target=made.serve_forever, daemon=True).start()
    return made


def play(answer: Answer) -> None:
    """From now on the device answers so."""
    window().answer = answer
