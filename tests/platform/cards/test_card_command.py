"""`mynumber card ...`: what it prints, and what it says when something is missing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from mynumber.foundation.smartcard import CardFile, JpkiClient, KeyName, Pin, PinName
from mynumber.platform.cards.specimen import PINS
from mynumber.platform.commands.card import app


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cards") / "new"
    made = CliRunner().invoke(app, ["new", str(folder)])
    assert made.exit_code == 0
    assert "ABC123" in made.output
    return folder


def test_a_new_card_signs_with_both_keys_and_its_certificates_lie_beside_it(folder: Path) -> None:
    client = JpkiClient(CardFile(folder / "test.card"))
    client.select()
    for which in KeyName:
        client.verify_pin(Pin(PINS[PinName(which.value)]), PinName(which.value))
        certificate = x509.load_der_x509_certificate(client.read_certificate(which))
        beside = x509.load_pem_x509_certificate((folder / f"{which.value}.pem").read_bytes())
        assert certificate == beside
        root = x509.load_pem_x509_certificate((folder / f"ca-{which.value}.pem").read_bytes())
        certificate.verify_directly_issued_by(root)
    assert (folder / "test.card").stat().st_mode & 0o777 == 0o600


def test_a_card_is_not_made_over_another(folder: Path) -> None:
    before = (folder / "test.card").read_bytes()
    again = CliRunner().invoke(app, ["new", str(folder)])
    assert again.exit_code == 1
    assert "上書きはしません" in again.output.replace("\n", "")
    assert (folder / "test.card").read_bytes() == before


def test_a_card_is_shown_without_a_pin(folder: Path) -> None:
    shown = CliRunner().invoke(app, ["show", str(folder / "test.card")])
    assert shown.exit_code == 0
    assert "個人番号カード (Individual Number Card" in shown.output
    assert "暗証番号 署名用 (signature): あと5回 (5 tries left) / 5" in shown.output
    assert "署名用電子証明書 (signature): あり" in shown.output
    for personal in ("見本", PINS[PinName.SIGNATURE]):
        assert personal not in shown.output


@pytest.mark.parametrize("command", ["show", "insert"])
def test_a_file_that_is_no_card_is_said_so(tmp_path: Path, command: str) -> None:
    missing, other = tmp_path / "x.card", tmp_path / "y.card"
    other.write_bytes(b"no card")
    other.chmod(0o600)
    for path, words in ((missing, "カードのファイルがありません"), (other, "壊れています")):
        said = CliRunner().invoke(app, [command, str(path)])
        assert said.exit_code == 1
        assert words in said.output


def test_a_closed_port_names_the_packages(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    said = CliRunner().invoke(app, ["insert", str(folder / "test.card"), "--port", str(port)])
    assert said.exit_code == 1
    assert "vsmartcard-vpcd" in said.output.replace("\n", "")


def read(environment: dict[str, str], before: str = "") -> subprocess.CompletedProcess[str]:
    code = f"{before}\nfrom mynumber.platform.commands.card import app; app()"
    command = [sys.executable, "-c", code, "read"]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_missing_package_is_named() -> None:
    ended = read({}, "import sys; sys.modules['smartcard'] = None")
    assert ended.returncode == 1
    assert "mynumber[readers]" in ended.stderr.replace("\n", "")


def test_pcscd_that_does_not_run_is_said_so(tmp_path: Path) -> None:
    pytest.importorskip("smartcard")
    ended = read({"PCSCLITE_CSOCK_NAME": str(tmp_path / "nothing")})
    assert ended.returncode == 1
    assert "pcscd が動いていません" in ended.stderr


def test_every_command_explains_itself_in_both_languages() -> None:
    for name in ("new", "insert", "read", "show"):
        text = CliRunner().invoke(app, [name, "--help"]).output
        assert "カード" in text
        assert "card" in text
