"""What the environment says is read strictly; what it does not say is safe."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.environment import BadEnvironment, DatabaseAddress, Environment
from mynumber.webkit.settings import institution_settings
from tests.webkit import faces
from tests.webkit.conftest import PROJECT


def _settings(monkeypatch: pytest.MonkeyPatch, name: str = "jlis", **variables: str) -> dict[str, object]:
    for variable in ("DATABASE_URL", "MYNUMBER_INSTITUTION", "MYNUMBER_KEYS", "MYNUMBER_SECRET_KEY"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return institution_settings(name, apps=[], urlconf="mynumber.webkit.urls")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "postgresql://network:p%40ss@/network?host=/var/run/x",
            DatabaseAddress("network", "network", "p@ss", "/var/run/x", ""),
        ),
        ("postgresql://u:p@db.example:5433/n", DatabaseAddress("n", "u", "p", "db.example", "5433")),
        ("postgres://u@/n?host=/s&port=5444", DatabaseAddress("n", "u", "", "/s", "5444")),
        (
            "postgresql://u:p@h/n?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
            DatabaseAddress("n", "u", "p", "h", "", {"sslmode": "verify-ca", "sslrootcert": "/etc/ca.pem"}),
        ),
    ],
)
def test_a_database_address_is_read(url: str, address: DatabaseAddress) -> None:
    assert DatabaseAddress.parse(url) == address


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://u:geheim@h/n", "must start with postgresql://"),
        ("postgresql://u:geheim@h", "must name one database"),
        ("postgresql://u:geheim@h/", "must name one database"),
        ("postgresql://u:geheim@h/a/b", "must name one database"),
        ("postgresql://u:geheim@h:port/n", "is not a URL"),
        ("postgresql://u:geheim@h/n?sslmode=disable", "options this program does not know"),
        ("postgresql://u:geheim@h/n?sslmode=prefer", "options this program does not know"),
        ("postgresql://u:geheim@h/n?sslrootcert=/etc/ca.pem", "options this program does not know"),
        ("postgresql://u:geheim@h/n?options=-c%20fsync=off", "options this program does not know"),
        ("postgresql://u:geheim@h/n?host", "is not a URL"),
    ],
)
def test_a_bad_database_address_is_refused_without_showing_it(url: str, message: str) -> None:
    with pytest.raises(BadEnvironment, match=re.escape(message)) as caught:
        DatabaseAddress.parse(url)
    assert "geheim" not in str(caught.value)


def test_a_password_does_not_print() -> None:
    assert "geheim" not in repr(DatabaseAddress.parse("postgresql://u:geheim@h/n"))


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"MYNUMBER_INSTITUTION": "network"}, "MYNUMBER_INSTITUTION"),
        ({"MYNUMBER_PUBLIC_URL": "javascript:alert(1)"}, "MYNUMBER_PUBLIC_URL"),
        ({"MYNUMBER_PUBLIC_URLS": "{"}, "MYNUMBER_PUBLIC_URLS"),
        ({"MYNUMBER_PUBLIC_URLS": '{"portal": "ftp://x"}'}, "MYNUMBER_PUBLIC_URLS"),
        ({"MYNUMBER_SIMULATION": "no"}, "MYNUMBER_SIMULATION"),
    ],
)
def test_a_bad_variable_is_named(variables: dict[str, str], name: str) -> None:
    with pytest.raises(BadEnvironment, match=name):
        Environment.read("jlis", variables)


def test_the_secret_key_comes_from_the_key_ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = KeyRing.create(tmp_path / "keys").add_secret("django")
    assert _settings(monkeypatch, MYNUMBER_KEYS=str(tmp_path / "keys"))["SECRET_KEY"] == secret.hex()


def test_without_a_key_ring_no_two_processes_share_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {str(_settings(monkeypatch)["SECRET_KEY"]) for _ in range(2)}
    assert len(keys) == 2
    assert min(map(len, keys)) >= 50


def test_host_names_have_no_underscore(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(monkeypatch, "pension_service")
    assert settings["PUBLIC_URL"] == "http://pension-service.localhost:8000"
    assert settings["ALLOWED_HOSTS"] == ["pension-service.localhost", "127.0.0.1", "localhost"]


def test_cookies_are_secure_under_https(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(monkeypatch, MYNUMBER_PUBLIC_URL="https://jlis.example")
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000
    assert _settings(monkeypatch, MYNUMBER_PUBLIC_URL="http://jlis.example")["SESSION_COOKIE_SECURE"] is False


def test_sign_in_of_two_kinds_in_one_face_is_refused() -> None:
    with pytest.raises(ValueError, match="its own sessions"):
        institution_settings("jlis", apps=[], urlconf="x", staff=True, sessions="database")
    with pytest.raises(ValueError, match="need a database"):
        institution_settings("jlis", apps=[], urlconf="x", staff=True, database=False)


def test_every_page_carries_the_security_headers(visitor: Client) -> None:
    response = visitor.get("/131229/sign-in")
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self' http://wallet.localhost:8000; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), "nothing inline"
    cookie = visitor.cookies["municipality_csrf"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["/131229/nowhere", "/131229/write-and-fail", "/static/face/face.css"])
def test_pages_of_errors_and_files_carry_them_too(visitor: Client, path: str) -> None:
    response = visitor.get(path)
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_static_files_are_served_from_the_package(visitor: Client) -> None:
    response = visitor.get("/static/face/face.css")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")


def test_another_host_name_is_refused(visitor: Client) -> None:
    assert visitor.get("/hello", headers={"host": "evil.example"}).status_code == 400


def test_a_lost_database_stops_the_work_and_says_so(tmp_path: Path) -> None:
    address = f"postgresql://municipality:x@/municipality?host={tmp_path}"
    with faces.face(PROJECT, InstitutionDatabase("municipality", address, address, {})):
        visitor = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
        for path in ("/hello", "/131229/entries"):
            response = visitor.get(path)
            assert response.status_code == 503
            assert "いまつながりません" in response.content.decode()


def test_a_command_of_an_unknown_institution_says_so() -> None:
    command = [sys.executable, "-m", "mynumber.webkit.manage", "nobody", "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "mynumber.institutions.nobody" in done.stdout + done.stderr
