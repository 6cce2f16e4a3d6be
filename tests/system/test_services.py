"""Services of other people sign residents in: the two examples of `kit/`, from registration to the person's claims, in Chromium."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwe, jwt
from joserfc.jwk import ECKey
from playwright.sync_api import Browser, Page, expect

from mynumber.platform.guide.demo import DemoCard, read_demo
from tests.support.platform import Platform
from tests.support.ports import free_port
from tests.support.tools import needs
from tests.support.waiting import PATIENCE_SECONDS
from tests.webkit.face.serving import DESK, assert_accessible, browsing, look_at

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


@contextmanager
def running(command: list[str], folder: Path, address: str) -> Iterator[None]:
    """An example while it listens."""
    with (folder / "output.txt").open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        while True:
            assert process.poll() is None, (folder / "output.txt").read_text()
            try:
                urllib.request.urlopen(address, timeout=PATIENCE_SECONDS).close()  # noqa: S310 (our own address)
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
    look_at(page, "service-registered")
    return page.locator("pre").first.inner_text()


def hanako(platform: Platform) -> DemoCard:
    card = read_demo(platform.home)[0].card_of("hanako")
    assert card is not None
    return card


def at_the_device(page: Page, card: DemoCard, button: str, *pins: str) -> None:
    """Pick the card, read, and enter what the device asks for."""
    page.get_by_label(card.name).check()
    page.get_by_role("button", name="次へ：暗証番号").click()
    asked = page.locator("input[type=password]")
    expect(asked).to_have_count(len(pins))
    labels = {"署名用": card.signature_password, "利用者証明用": card.pin}
    for pin in pins:
        asked.and_(page.get_by_label(re.compile(pin))).fill(labels[pin])
    page.get_by_role("button", name=button).click()


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
    client = register(page, platform, f"{home}/callback", "name", "birthdate")
    (folder / "client.json").write_text(client, encoding="utf-8")
    client_id = json.loads(client)["client_id"]
    card = hanako(platform)
    with running(command, folder, home):
        subjects = set()
        for round_ in ("first", "second"):
            page.goto(home)
            page.get_by_role("link", name="カードでサインイン").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("見本の図書館へのサインイン")
            if round_ == "first":
                look_at(page, "service-begin")
            page.get_by_role("button", name="カードで確かめる").click()
            expect(page.get_by_text("見本の図書館").first).to_be_visible()
            at_the_device(page, card, "署名してサインイン", "署名用", "利用者証明用")
            if round_ == "first":
                expect(page.get_by_role("heading", level=1)).to_have_text("見本の図書館に渡すもの")
                look_at(page, "service-consent")
                expect(page.get_by_label("お名前：佐藤　花子")).to_be_checked()
                page.get_by_label("次からは、同じ内容なら確認しない").check()
                page.get_by_role("button", name="同意して進む").click()
            page.wait_for_url(f"{home}/callback?**")
            answer = json.loads(page.inner_text("body"))
            claims = answer["id_token"]
            assert (claims["aud"], claims["acr"]) == (client_id, "aal3 crl")
            userinfo = answer["userinfo"]
            assert userinfo["sub"] == claims["sub"]
            assert "佐藤" in userinfo["name"]
            assert set(userinfo) == {"sub", "name", "birthdate"}
            assert answer["scope"] == "openid name birthdate"
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


def post(url: str, body: bytes, **headers: str) -> dict[str, object]:
    request = urllib.request.Request(url, body, {name.replace("_", "-"): v for name, v in headers.items()})  # noqa: S310 (our own address)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        content: dict[str, object] = json.loads(answer.read())
    return content


@pytest.fixture
def callback() -> Iterator[str]:
    """A service's address that browsers can come back to."""

    class Back(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Back)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/callback"
    server.shutdown()
    server.server_close()


def test_a_service_has_a_document_signed_at_the_device(
    chromium: Browser, platform: Platform, callback: str
) -> None:
    """The signing API: the resident reads what is signed at two places, and the service alone reads the result."""
    document = "口座開設の申込書".encode()
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    client = json.loads(register(page, platform, callback, "sign"))
    # programs do not find portal.localhost: the front is asked by its address, under the public name
    inside = {"Host": urlsplit(client["issuer"]).netloc}
    issuer = f"http://127.0.0.1:{platform.port}/api/realms/main"
    key, encryption = (ECKey.import_key(jwk) for jwk in client["keys"])
    at = int(datetime.now(UTC).timestamp())
    claims = {"iss": client["client_id"], "sub": client["client_id"], "aud": client["issuer"]}
    proof = jwt.encode({"alg": "ES256"}, {**claims, "exp": at + 60, "jti": secrets.token_urlsafe()}, key)
    form = {
        "grant_type": "client_credentials",
        "scope": "sign",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": proof,
    }
    token = post(f"{issuer}/protocol/openid-connect/token", urlencode(form).encode(), **inside)
    bearer = {**inside, "Authorization": f"Bearer {token['access_token']}"}
    digest = base64.b64encode(hashlib.sha256(document).digest()).decode()
    asked = {
        "documents": [{"name": "口座開設の申込書", "digest": digest, "summary": "見本銀行に口座を開きます。"}]
    }
    left = post(
        f"http://127.0.0.1:{platform.port}/api/sign-transactions", json.dumps(asked).encode(), **bearer
    )
    transaction = left["sign_transaction_id"]
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": callback,
        "scope": "openid sign",
        "sign_transaction_id": transaction,
        "state": secrets.token_urlsafe(),
        "nonce": secrets.token_urlsafe(),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    page.goto(platform.url("portal", f"/api/realms/main/protocol/openid-connect/auth?{urlencode(query)}"))
    expect(page.get_by_text("見本銀行に口座を開きます。")).to_be_visible()
    page.get_by_role("button", name="カードで確かめる").click()
    card = hanako(platform)
    at_the_device(page, card, "署名してサインイン", "利用者証明用")
    expect(page.get_by_text("口座開設の申込書").first).to_be_visible()
    look_at(page, "service-consent-to-sign")
    page.get_by_role("button", name="同意して、署名に進む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("書類に署名")
    at_the_device(page, card, "署名する", "署名用")
    page.wait_for_url(f"{callback}?**")
    assert "code=" in page.url
    result = urllib.request.Request(
        f"http://127.0.0.1:{platform.port}/api/sign-transactions/{transaction}/result", headers=bearer
    )
    with urllib.request.urlopen(result, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
        encrypted = answer.read()
    registry = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM"])
    content = json.loads(jwe.decrypt_compact(encrypted, encryption, registry=registry).plaintext or b"")
    public = x509.load_der_x509_certificate(base64.b64decode(content["certificate"])).public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    signature = base64.b64decode(content["signatures"][0]["signature"])
    public.verify(signature, document, padding.PKCS1v15(), hashes.SHA256())
    context.close()
