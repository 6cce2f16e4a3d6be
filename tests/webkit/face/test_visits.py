"""What a visit sees: a page that is heavy, moves or shuts people out is found; what is weighed is what came over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from tests.webkit.face import reporting
from tests.webkit.face.reporting import BUDGET
from tests.webkit.face.serving import PHONE, browsing, serving
from tests.webkit.face.visits import OF_HEADERS, visit

pytestmark = pytest.mark.browser

WORDS = "<h1>見本</h1><p id=words>ことば</p>"
MOVES = """<script>
const twice = then => requestAnimationFrame(() => requestAnimationFrame(then));
twice(() => { words.style.marginTop = "200px"; twice(() => { document.body.dataset.moved = ""; }); });
</script>"""
PAGES = {
    "good": WORDS,
    "heavy": WORDS + f"<!--{'x' * BUDGET}-->",
    "moves": WORDS + MOVES,
    "shut": WORDS + "<input>",
}


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        words = PAGES.get(self.path.strip("/"), "")
        page = f'<!DOCTYPE html><html lang="ja" data-house="nobody"><title>見本</title><main>{words}</main></html>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def _no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(reporting.FOLDER, raising=False)


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def test_a_good_page_is_told_of(page: Page, pages: str) -> None:
    page.goto(f"{pages}/good")
    seen = visit(page)
    assert (seen.house, seen.path, seen.status, seen.width) == ("nobody", "/good", 200, 360)
    assert (seen.language, seen.theme, seen.shift) == ("ja", "plain", 0)
    assert seen.rules > 0
    assert seen.paint > 0


@pytest.mark.parametrize(("name", "finding"), [("heavy", "weighs"), ("shut", "label"), ("moves", "moves")])
def test_what_is_wrong_with_a_page_is_found(page: Page, pages: str, name: str, finding: str) -> None:
    page.goto(f"{pages}/{name}")
    if name == "moves":
        page.locator("[data-moved]").wait_for()
    with pytest.raises(AssertionError, match=finding):
        visit(page)


def test_what_answers_a_hand_may_move(page: Page, pages: str) -> None:
    page.goto(f"{pages}/good")
    page.keyboard.press("Tab")
    page.add_script_tag(content=MOVES.removeprefix("<script>").removesuffix("</script>"))
    page.locator("[data-moved]").wait_for()
    assert visit(page).shift == 0


def test_the_weight_is_what_came_over_the_wire_also_when_it_comes_from_a_cache(page: Page) -> None:
    arrived: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: arrived.append(event["encodedDataLength"]))
    with serving("tests.webkit.face_gallery.wsgi:application") as gallery:
        page.goto(f"{gallery}/face/values")
        cold = visit(page).weight
        while (
            len(arrived) < 4
        ):  # the page, its style, its font, its script: the browser tells of them in its own time
            page.wait_for_timeout(20)
        assert sum(arrived) <= cold <= sum(arrived) + OF_HEADERS * len(arrived)
        page.goto(f"{gallery}/face/values")
        assert visit(page).weight == cold
