"""The landing page in a real browser, with and without the demonstration, without script, in both languages."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from mynumber.population.personas import PERSONAS
from tests.platform.guide.test_demo import WRITTEN, write
from tests.webkit.face.serving import DESK, PHONE, assert_accessible, browsing, look_at, serving

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize(
    "size", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
GUIDE = "mynumber.platform.guide.wsgi:application"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    write(home, json.dumps(WRITTEN).encode())
    return home


@pytest.fixture(scope="module")
def guide(home: Path) -> Iterator[str]:
    with serving(GUIDE, MYNUMBER_HOME=str(home), MYNUMBER_PORT_BASE="64000") as address:
        yield address


@SIZES
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_landing_page_is_accessible_and_fits(
    browser: Browser, guide: str, size: ViewportSize, language: str
) -> None:
    context = browser.new_context(viewport=size)
    context.add_cookies([{"name": "guide_language", "value": language, "url": guide}])
    page = context.new_page()
    page.goto(guide)
    assert page.locator("html").get_attribute("lang") == language
    look_at(page, f"guide-{language}")
    context.close()


@pytest.mark.parametrize(
    "path", ["/docs/", "/docs/docs/webkit.md", "/docs/nothing.md", "/face/", "/face/procedure"]
)
def test_other_pages_are_accessible_and_fit(browser: Browser, guide: str, path: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(guide + path)
    look_at(page, path.strip("/").replace("/", "-"))
    page.close()


def test_a_visitor_finds_the_way_without_script(browser: Browser, guide: str) -> None:
    context = browser.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(guide)
    town = page.get_by_role("link", name="葛飾区の画面へ")
    expect(town).to_have_attribute("href", "http://municipality.localhost:8000/131229/")
    expect(page.get_by_role("link", name="マイナポータルへ")).to_have_attribute(
        "href", "http://portal.localhost:8000/"
    )
    first = page.get_by_role("region", name="だれになって、何を試しますか")
    expect(first.get_by_role("link", name="妊娠を届け出る")).to_have_attribute(
        "href", "http://portal.localhost:8000/procedures/pregnancy_notification/"
    )
    expect(page.get_by_text("teate", exact=True)).to_be_visible()
    expect(page.locator(".part").get_by_text("1234", exact=True)).to_be_visible()
    for persona in PERSONAS:
        expect(page.get_by_role("heading", name=persona.name, level=3)).to_be_visible()
    expect(page.get_by_role("table", name="それぞれの機関が本人について知ること")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Who knows what")).to_be_visible()
    context.close()


def test_the_key_of_the_log_can_be_saved(browser: Browser, guide: str) -> None:
    page = browser.new_page(viewport=DESK)
    page.goto(guide)
    with page.expect_download() as download:
        page.get_by_role("link", name="公開鍵を保存").click()
    assert download.value.suggested_filename == "log.vkey"
    assert Path(download.value.path()).read_text() == WRITTEN["log_key"]
    page.close()


def test_before_the_seeding_the_page_says_what_to_wait_for(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    with serving(GUIDE, MYNUMBER_HOME=str(tmp_path), MYNUMBER_PORT_BASE="64000") as address:
        page = browser.new_page(viewport=DESK)
        page.goto(address)
        expect(page.get_by_text("名前と暗証番号の準備ができていません")).to_be_visible()
        assert_accessible(page)
        assert page.request.get(f"{address}/log-key").status == 404
        # The seeding finishes while the guide runs: the next look shows it.
        shutil.copytree(home / "guide", tmp_path / "guide")
        page.reload()
        expect(page.get_by_text("名前と暗証番号の準備ができていません")).to_be_hidden()
        expect(page.get_by_text("teate", exact=True)).to_be_visible()
        page.close()
