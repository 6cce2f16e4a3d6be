"""A face on a real server and a real browser in front of it.

with serving("tests.webkit.face_gallery.wsgi:application") as address, browsing() as browser:
    page = browser.new_page(viewport=DESK)
"""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.support.waiting import PATIENCE_SECONDS, eventually
from tests.webkit.face import device
from tests.webkit.face.visits import visit

ROOT = Path(__file__).parents[3]
SCREENSHOTS = ROOT / "build" / "screenshots"
"""Pictures for a person to look at; not committed."""
PICTURES = "PYTEST_XDIST_WORKER" not in os.environ or os.environ.get("MYNUMBER_PICTURES") == "1"
"""Whether pictures are taken: not in runs with several workers, which nobody looks at, unless they are asked for."""
THOROUGH = os.environ.get("MYNUMBER_THOROUGH") == "1"
_HEADLESS = "/usr/bin/chromium-headless-shell"
CHROMIUM = _HEADLESS if Path(_HEADLESS).exists() else "/usr/bin/chromium"
DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)


@contextmanager
def serving(application: str, **variables: str) -> Iterator[str]:
    """The address of an application under Granian, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {
        **{
            name: value for name, value in os.environ.items() if not name.startswith(("MYNUMBER_", "DJANGO_"))
        },
        "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
        "MYNUMBER_PUBLIC_URL": address,
        **variables,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--blocking-threads", "4"]
    server = subprocess.Popen(
        [*command, "--port", str(port), application],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said: list[str] = []
        assert server.stdout is not None
        for line in server.stdout:
            said.append(line)
            if "Started worker" in line:
                break
        else:
            raise AssertionError("the server did not start:\n" + "".join(said))
        # A server whose log nobody reads stops at the next line once the pipe is full.
        Thread(target=_read_to_the_end, args=(server.stdout,), daemon=True).start()
        eventually(lambda: _answers(port), f"an answer of {application}")
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    """Whether a request comes through to the application, whatever it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        connection.close()


def _read_to_the_end(log: IO[str]) -> None:
    for _ in log:
        pass


@contextmanager
def browsing(places: Mapping[str, int] | None = None) -> Iterator[Browser]:
    """Debian's Chromium without a window. `places`: names with their port, as browsers know them -> the port on this machine; the device's is known."""
    ports = {device.PUBLIC: device.window().server_port, **(places or {})}
    rules = ", ".join(f"MAP {name} 127.0.0.1:{port}" for name, port in ports.items())
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)  # its own five seconds are short on a busy machine
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", f"--host-resolver-rules={rules}"]
        )
        try:
            yield browser
        finally:
            browser.close()


def assert_accessible(page: Page) -> None:
    """axe finds nothing on the page as it stands, it is light, and nothing moved (visits.py); a line in the report."""
    visit(page)


def look_at(page: Page, name: str, *widths: ViewportSize) -> None:
    """The page in its width, or in several: nothing scrolls sideways, a picture; and `assert_accessible`.

    axe looks at the first width; `make thorough` lets it look at all. What each component is in each width, it sees in the gallery.
    """
    for number, size in enumerate(widths or (page.viewport_size or DESK,)):
        if size != page.viewport_size:
            page.set_viewport_size(size)
        keep_picture(page, f"{name}-{size['width']}")
        assert_fits(page)
        if number == 0 or THOROUGH:
            visit(page)


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    page.wait_for_load_state()
    room, needed, outside = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            const outside = [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > room);
            return [room, document.documentElement.scrollWidth, outside.map(one => one.outerHTML.slice(0, 200))];
        }"""
    )
    assert needed <= room, outside


def keep_picture(page: Page, name: str) -> None:
    """Write the whole page as a picture, where pictures are taken."""
    if PICTURES:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
