"""The page of operations: figures of real processes' kind, told over real sockets, and looked at in a browser."""

from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import Browser, ViewportSize, expect
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from mynumber.platform.guide.operations import Watcher, read
from mynumber.platform.guide.readiness import SELF
from mynumber.platform.registry import PROCESSES
from mynumber.platform.settings import Settings
from tests.platform.guide.test_readiness import PORTS, answering
from tests.support.ports import free_run
from tests.webkit.face.serving import DESK, PHONE, browsing, look_at, serving

NETWORK, GATEWAY = PROCESSES[0], PROCESSES[1]


def told(answered: int, refused: int, *, seconds: float = 0.004) -> str:
    """What a process tells that has handled so many messages."""
    registry = CollectorRegistry()
    messages = Histogram("mynumber_message_seconds", "x", ("kind", "outcome"), registry=registry)
    for _ in range(answered):
        messages.labels("permit-requests.v2", "answered").observe(seconds)
    for _ in range(refused):
        messages.labels("permit-requests.v2", "not_in_table").observe(seconds)
    items = Histogram("mynumber_batch_items", "x", ("writer",), registry=registry)
    spent = Histogram("mynumber_batch_seconds", "x", ("writer",), registry=registry)
    for _ in range(2):
        items.labels("decisions").observe(8)
        spent.labels("decisions").observe(0.003)
    return generate_latest(registry).decode()


def test_figures_of_processes_are_added_up() -> None:
    look = read([(NETWORK, told(6, 1)), (GATEWAY, told(2, 3)), (PROCESSES[2], None)], at=0.0)
    assert [one.is_up for one in look.processes] == [True, True, False]
    kind = look.kinds["permit-requests.v2"]
    assert (look.messages, kind.refused, look.refusals()) == (12, 4, {"not_in_table": 4})
    assert look.batches["decisions"] == pytest.approx((4, 32.0, 0.012))
    assert kind.quantile_ms(0.5) == kind.quantile_ms(0.99) == 5, "the upper end of the bucket"


def test_a_quantile_is_told_by_the_bucket_that_reaches_it() -> None:
    fast, slow = told(98, 0, seconds=0.001), told(2, 0, seconds=1.5)
    kind = read([(NETWORK, fast), (GATEWAY, slow)], at=0.0).kinds["permit-requests.v2"]
    assert (kind.quantile_ms(0.5), kind.quantile_ms(0.98), kind.quantile_ms(0.99)) == (5, 5, 2500)
    endless = read([(NETWORK, told(1, 0, seconds=100))], at=0.0).kinds["permit-requests.v2"]
    assert endless.quantile_ms(0.99) is None


class Telling(BaseHTTPRequestHandler):
    """A process that tells figures at /metrics."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/metrics" else 404)
        self.end_headers()
        self.wfile.write(told(40, 9).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Rubbish(Telling):
    """A process that tells something else."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"\xff\xfe{ 1 2 = x\n")


@pytest.fixture(scope="module")
def base() -> Iterator[int]:
    """Ports of a platform of which two processes answer, one tells rubbish and the others are away."""
    first = free_run(PORTS)
    with ExitStack() as running:
        for process, handler in ((NETWORK, Telling), (GATEWAY, Telling), (PROCESSES[2], Rubbish)):
            running.enter_context(answering(first + process.slot, handler))
        yield first


def test_every_process_is_asked_and_those_that_are_away_are_said_to_be(base: int) -> None:
    settings = Settings.from_environment({"MYNUMBER_PORT_BASE": str(base)})
    watcher = Watcher()
    look = watcher.look(settings)
    assert {one.name for one in look.processes if one.is_up} == {
        NETWORK.name,
        GATEWAY.name,
        PROCESSES[2].name,
        SELF,
    }
    assert look.messages == 98
    assert watcher.rates() == (), "one look is no rate"


@pytest.mark.browser
@pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
def test_the_page_is_accessible_fits_and_needs_no_script(
    base: int, size: ViewportSize, browser: Browser, guide: str
) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    answer = page.goto(f"{guide}/operations")
    assert answer is not None
    assert "refresh" not in answer.headers
    look_at(page, "operations")
    expect(page.locator("#refused").get_by_text("not_in_table").first).to_be_visible()
    used = page.get_by_role("link", name="行ごとの利用")
    expect(used).to_have_attribute("href", "http://network.localhost:8000/statistics/rules")
    context.close()
    quiet = browser.new_context(viewport=size, java_script_enabled=False)
    page = quiet.new_page()
    page.goto(f"{guide}/operations")
    page.get_by_role("link", name="5秒ごとに更新する").click()
    page.wait_for_url("**/operations?every=5")
    answer = page.reload()
    assert answer is not None
    assert answer.headers["refresh"] == "5"
    quiet.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def guide(base: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    with serving(
        "mynumber.platform.guide.wsgi:application",
        MYNUMBER_HOME=str(home),
        MYNUMBER_PORT_BASE=str(base),
        MYNUMBER_PUBLIC_URLS='{"network": "http://network.localhost:8000"}',
    ) as address:
        yield address
