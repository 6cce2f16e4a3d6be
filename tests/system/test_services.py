"""Services of other people sign residents in: the two examples of `kit/`, from registration to the person's claims, in Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from mynumber.platform.guide.demo import read_demo
from tests.support.platform import Platform
from tests.support.tools import needs
from tests.system.test_story_in_browser import enter_pin
from tests.webkit.face.serving import DESK, assert_accessible, assert_fits, browsing, keep_picture

pytestmark = pytest.mark.browser
KIT = Path(__file__).parents[2] / "kit"
Prepare = Callable[[Path], list[str]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def python(folder: Path) -> list[str]:
    """Install what the README says, in an environment of its own; the command that starts the example."""
    subprocess.run([sys.executable, "-m", "venv", str(folder / ".venv")], check=True)
    pip = [str(folder / ".venv/bin/pip"), "install", "--quiet", "-r", "requirements.txt"]
    installed = subprocess.run(pip, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode != 0 and os.environ.get("MYNUMBER_REQUIRE_TOOLS") != "1":
        pytest.skip("no package registry within reach")
    assert installed.returncode == 0, installed.stderr
    return [str(folder / ".venv/bin/python"), "app.py"]


def javascript(folder: Path) -> list[str]:
    """As the README says."""
    npm = ["npm", "ci", "--no-audit", "--no-fund"]
    installed = subprocess.run(npm, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode != 0 and os.environ.get("MYNUMBER_REQUIRE_TOOLS") != "1":
        pytest.skip("no package registry within reach")
    assert installed.returncode == 0, installed.stderr
    return ["node", "app.mjs"]


EXAMPLES = pytest.mark.parametrize(
    ("language", "prepare"),
    [
        pytest.param("python", python, id="authlib"),
        pytest.param("javascript", javascript, id="openid-client", marks=needs("node", "npm")),
    ],
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, address: str) -> Iterator[None]:
    """An example while it listens."""
    with (folder / "output.txt").open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        while True:
            assert process.poll() is None, (folder / "output.txt").read_text()
            try:
                urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 (our own address)
                break
            except urllib.error.URLError:
                continue
        yield
    finally:
        process.terminate()
        process.wait()


def register(page: Page, platform: Platform, callback: str, *scopes: str) -> str:
    """Register at the developers' page: what it shows as client.json."""
    page.goto(platform.url("portal", "/developers/"))
    assert_accessible(page)
    page.get_by_label("サービスの名前").fill("見本の図書館")
    page.get_by_label("戻り先のアドレス").fill(callback)
    for scope in scopes:
        page.get_by_label(f"{scope}：").check()
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登録しました")
    assert_accessible(page)
    assert_fits(page)
    keep_picture(page, "service-registered")
    return page.locator("pre").first.inner_text()


@EXAMPLES
def test_a_stranger_signs_people_in(
    chromium: Browser, platform: Platform, tmp_path: Path, language: str, prepare: Prepare
) -> None:
    folder = tmp_path / language
    shutil.copytree(
        KIT / language, folder, ignore=shutil.ignore_patterns("node_modules", ".venv", "client.json")
    )
    command = prepare(folder)
    home = f"http://localhost:{free_port()}"
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    client = register(page, platform, f"{home}/callback")
    (folder / "client.json").write_text(client, encoding="utf-8")
    client_id = json.loads(client)["client_id"]
    card = read_demo(platform.home)[0].card_of("hanako")
    assert card is not None
    with running(command, folder, home):
        subjects = set()
        for round_ in ("first", "second"):
            page.goto(home)
            page.get_by_role("link", name="カードでサインイン").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("見本の図書館へのサインイン")
            assert_accessible(page)
            assert_fits(page)
            keep_picture(page, f"service-begin-{language}")
            page.get_by_role("button", name="カードで確かめる").click()
            expect(page.get_by_text("見本の図書館").first).to_be_visible()
            enter_pin(page, card.name, card.pin)
            if round_ == "first":
                expect(page.get_by_role("heading", level=1)).to_have_text("見本の図書館に渡すもの")
                assert_accessible(page)
                assert_fits(page)
                keep_picture(page, f"service-consent-{language}")
                page.get_by_label("次からは、同じ内容なら確認しない").check()
                page.get_by_role("button", name="同意して進む").click()
            page.wait_for_url(f"{home}/callback?**")
            answer = json.loads(page.inner_text("body"))
            claims = answer["id_token"]
            assert (claims["aud"], claims["acr"]) == (client_id, "aal3 crl")
            assert answer["userinfo"]["sub"] == claims["sub"]
            subjects.add(claims["sub"])
        assert len(subjects) == 1
        # a code or an answer that comes again, or from another issuer, opens nothing
        used = page.url
        assert context.request.get(used).status >= 400
        for changes in ({"iss": "https://evil.example"}, {"state": "another"}, {"iss": ""}):
            sent = context.request.get(f"{home}/sign-in", max_redirects=0)
            state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
            issuer = json.loads(client)["issuer"]
            query = {"code": "x" * 43, "state": state, "iss": issuer, **changes}
            assert context.request.get(f"{home}/callback?{urlencode(query)}").status >= 400
    context.close()
