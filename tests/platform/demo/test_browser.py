"""The browser against a server on this machine that plays two faces."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import pytest

from mynumber.platform.demo.browser import Browser, NoAnswer, WrongPage


class Faces(BaseHTTPRequestHandler):
    """`one` sets a cookie and shows a form; posting it leads to `two`, which tells what it was sent."""

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(".")[0]
        if self.path == "/away":
            self._answer(302, "", ("Location", "http://example.test/"))
        elif self.path == "/gone":
            self._answer(404, '<h1>ありません</h1><p role="alert">消えました</p>')
        else:
            form = '<form method="post" action="/form"><input name="a"><button>送る</button></form>'
            cookie = self.headers["Cookie"] or "-"
            self._answer(200, f"<h1>{host} {cookie}</h1>{form}", ("Set-Cookie", f"{host}=1; Path=/"))

    def do_POST(self) -> None:
        entries = parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
        port = self.headers["Host"].rpartition(":")[2]
        self._answer(303, "", ("Location", f"http://two.localhost:{port}/{dict(entries)['a']}#part"))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: str, header: tuple[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if header:
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Faces)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_form_leads_through_a_redirect_to_another_face(port: int) -> None:
    browser = Browser(port)
    page = browser.open(f"http://one.localhost:{port}/")
    form = page.form("送る")
    form.fill("a", "x")
    page = browser.submit(page, form, "送る")
    assert (page.status, page.url.partition("#")[0]) == (200, f"http://two.localhost:{port}/x")
    assert page.heading == "two -"


def test_a_cookie_returns_to_its_own_face_alone(port: int) -> None:
    browser = Browser(port)
    browser.open(f"http://one.localhost:{port}/")
    assert browser.open(f"http://one.localhost:{port}/").heading == "one one=1"
    assert browser.open(f"http://two.localhost:{port}/").heading == "two -"
    assert Browser(port).open(f"http://one.localhost:{port}/").heading == "one -"


def test_a_refusal_is_a_page_too(port: int) -> None:
    page = Browser(port).open(f"http://one.localhost:{port}/gone")
    assert (page.status, page.heading, page.problem) == (404, "ありません", "消えました")
    with pytest.raises(WrongPage, match="button '送る'") as wrong:
        page.form("送る")
    assert wrong.value.page is page


@pytest.mark.parametrize(
    "address", ["http://one.localhost:{port}/away", "http://example.test:{port}/", "file:///etc/hostname"]
)
def test_it_does_not_leave_the_platform(port: int, address: str) -> None:
    with pytest.raises(NoAnswer):
        Browser(port).open(address.format(port=port))


def test_nobody_there_is_said(port: int) -> None:
    with pytest.raises(NoAnswer, match=r"one\.localhost:1/"):
        Browser(1).open("http://one.localhost:1/")
