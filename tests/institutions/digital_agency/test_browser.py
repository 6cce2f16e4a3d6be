"""The page in a real browser: accessible, narrow, by keyboard, without script, in both languages."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from mynumber.foundation.documents import sign_cms, sign_pdf
from mynumber.institutions.digital_agency.validation.uploads import MAXIMUM_BYTES
from tests.institutions.digital_agency.house import House
from tests.support.signing import HOLDER, plain_pdf
from tests.webkit.face.serving import CHROMIUM, DESK, PHONE, browsing, look_at, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture(scope="module")
def address(neighbour: House) -> Iterator[str]:
    environment = {k: v for k, v in neighbour.environment.items() if k != "MYNUMBER_PUBLIC_URL"}
    application = "mynumber.institutions.digital_agency.wsgi:application"
    with serving(application, DATABASE_URL=neighbour.database.url, **environment) as place:
        yield place


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as running:
        yield running


@pytest.fixture(scope="module")
def files(neighbour: House, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A signed PDF, a changed one, one signed twice, a signature without its content."""
    folder, now = tmp_path_factory.mktemp("files"), datetime.now(UTC)
    good = sign_pdf(plain_pdf(), neighbour.card, signed_at=now)
    documents = {
        "good.pdf": good,
        "changed.pdf": good.replace(b"I agree", b"I refus"),
        "twice.pdf": sign_pdf(good, neighbour.card, signed_at=now + timedelta(seconds=1)),
        "alone.p7s": sign_cms(b"content", neighbour.card, signed_at=now),
    }
    for name, document in documents.items():
        (folder / name).write_bytes(document)
    return {name: folder / name for name in documents}


def choose(page: Page, address: str, file: Path, *, holder: bool = False) -> None:
    """Choose a file and send it."""
    page.goto(f"{address}/validations/")
    page.set_input_files("#document", file)
    page.locator("#holder").set_checked(holder)
    page.locator("main button").click()
    page.wait_for_selector("h2")


@pytest.mark.parametrize(
    "screen", [pytest.param(DESK, id="desk", marks=pytest.mark.thorough), pytest.param(PHONE, id="phone")]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_state_of_the_page_is_accessible_and_fits(
    browser: Browser, address: str, files: dict[str, Path], screen: object, language: str
) -> None:
    page = browser.new_page(viewport=screen)  # type: ignore[arg-type]
    page.goto(f"{address}/validations/")
    if language == "en":
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check a signature")
    for name, file in [("form", None), *files.items()]:
        if file is not None:
            choose(page, address, file, holder=name == "good.pdf")
        look_at(page, f"validation-{name.partition('.')[0]}-{language}")
    page.close()


def test_a_person_reads_whether_the_document_holds_without_script(
    browser: Browser, address: str, files: dict[str, Path]
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    choose(page, address, files["good.pdf"], holder=True)
    expect(page.get_by_text("この署名は有効です").first).to_be_visible()
    expect(page.get_by_text(HOLDER.address)).to_be_visible()
    choose(page, address, files["changed.pdf"])
    expect(page.get_by_text("署名されたときと違います").first).to_be_visible()
    expect(page.get_by_text(HOLDER.address)).to_have_count(0)
    choose(page, address, files["twice.pdf"])
    expect(page.get_by_role("heading", level=2)).to_contain_text(["この署名は有効です", "署名 1", "署名 2"])
    context.close()


def test_the_form_is_sent_by_keyboard_alone(browser: Browser, address: str, files: dict[str, Path]) -> None:
    page = browser.new_page(viewport=DESK)
    page.goto(f"{address}/validations/")
    page.set_input_files("#document", files["alone.p7s"])  # the file dialogue belongs to the system
    page.focus("#document")
    seen = []
    for _ in range(4):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if seen[-1] == "BUTTON":
            break
    assert seen == ["content", "holder", "BUTTON"]
    page.keyboard.press("Enter")
    expect(page.get_by_text("署名の対象のファイルがありません").first).to_be_visible()
    page.close()


def test_a_program_that_sends_too_much_is_told_so(address: str) -> None:
    """Over a real connection: the answer must not be lost because nobody read the body."""
    head = b'--x\r\nContent-Disposition: form-data; name="document"; filename="x"\r\n\r\n'
    place = urlsplit(address)
    for length in (MAXIMUM_BYTES + 1, 3 * MAXIMUM_BYTES):
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        body = head + b"x" * length + b"\r\n--x--\r\n"
        connection.request(
            "POST", "/validations", body=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        response = connection.getresponse()
        assert response.status == 413
        assert b"too_large" in response.read()
        connection.close()
