"""Other people's software uses our card: OpenSC's tools, OpenSSL, python-pkcs11, pyHanko and pyscard, through pcscd.

Debian: opensc pcscd vsmartcard-vpcd openssl iproute2.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from mynumber.foundation.smartcard import CardFile, FaceClient, PinName, PinPad, build_face_files
from mynumber.foundation.smartcard.administration import Order, WriteFace
from mynumber.platform.cards.specimen import make_specimen
from tests.support.signing import plain_pdf
from tests.support.tools import needs
from tests.support.virtual_reader import OPENSC_MODULE, Pcscd, done, mynumber_card, pcscd, run
from tests.support.waiting import PATIENCE_SECONDS

VPCD_LIBRARY = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
pytestmark = [
    pytest.mark.system,
    pytest.mark.xdist_group("pcscd"),
    needs("opensc-tool", "pkcs11-tool", "pkcs15-tool", "pcscd", "openssl", OPENSC_MODULE, VPCD_LIBRARY),
]
AUTHENTICATION, SIGNATURE = ("0", "1234", "01", "authentication"), ("1", "ABC123", "02", "signature")
"""Slot, PIN, id of the key, name of the certificate."""
slots = pytest.mark.parametrize(
    ("slot", "pin", "key_id", "name"), [AUTHENTICATION, SIGNATURE], ids=["authentication", "signature"]
)


@pytest.fixture(scope="module")
def specimen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `mynumber card new` makes."""
    folder = tmp_path_factory.mktemp("specimen") / "card"
    done(*mynumber_card("new", str(folder)))
    return folder


@pytest.fixture
def folder(specimen: Path, tmp_path: Path) -> Path:
    """A copy of its own for each test: no wrong PIN is left from another."""
    return Path(shutil.copytree(specimen, tmp_path / "card"))


@pytest.fixture
def reader() -> Iterator[Pcscd]:
    with pcscd() as running:
        yield running


@pytest.fixture
def inserted(reader: Pcscd, folder: Path) -> Iterator[Path]:
    """The card lies in the reader."""
    with reader.holding(folder / "test.card"):
        yield folder


def pkcs15(*words: str) -> str:
    return done("pkcs15-tool", "--reader", "0", *words)


def tries(name: str) -> list[str]:
    return [line.split()[-1] for line in pkcs15("--list-pins").splitlines() if name in line]


def test_opensc_recognises_the_card_and_lists_what_it_holds(inserted: Path) -> None:
    assert done("opensc-tool", "--reader", "0", "--atr").strip() == "3b:e0:00:ff:81:31:fe:45:14"
    assert done("opensc-tool", "--reader", "0", "--name").strip() == "jpki"
    certificates = pkcs15("--list-certificates")
    for label in (
        "User Authentication Certificate",
        "Digital Signature Certificate",
        "User Authentication Certificate CA",
        "Digital Signature Certificate CA",
    ):
        assert f"[{label}]" in certificates
    assert "Object Flags   : [0x01], private" in certificates
    pins = pkcs15("--list-pins")
    assert "[User Authentication PIN]" in pins
    assert "[Digital Signature PIN]" in pins
    assert tries("Tries left") == ["3", "5"]


def test_certificates_are_read_and_that_for_signatures_only_with_its_pin(inserted: Path) -> None:
    for number, name in (("1", "authentication"), ("3", "ca-authentication"), ("4", "ca-signature")):
        assert pkcs15("--read-certificate", number) == (inserted / f"{name}.pem").read_text()
    refused = run("pkcs15-tool", "--reader", "0", "--read-certificate", "2")
    assert "BEGIN CERTIFICATE" not in refused.stdout
    with_pin = ("--verify-pin", "--auth-id", "2", "--pin", "ABC123")
    assert pkcs15("--read-certificate", "2", *with_pin) == (inserted / "signature.pem").read_text()


def pkcs11(slot: str, pin: str, *words: str) -> tuple[str, ...]:
    return ("pkcs11-tool", "--module", OPENSC_MODULE, "--slot-index", slot, "--login", "--pin", pin, *words)


def sign(slot: str, pin: str, key_id: str, source: Path, target: Path) -> tuple[str, ...]:
    files = ("--input-file", str(source), "--output-file", str(target))
    return pkcs11(slot, pin, "--sign", "--id", key_id, "--mechanism", "SHA256-RSA-PKCS", *files)


def openssl_verifies(certificate: Path, signature: Path, data: Path) -> str:
    public = data.with_suffix(".pub")
    public.write_text(done("openssl", "x509", "-in", str(certificate), "-pubkey", "-noout"))
    return done("openssl", "dgst", "-sha256", "-verify", str(public), "-signature", str(signature), str(data))


@slots
def test_pkcs11_tool_signs_and_openssl_verifies(
    inserted: Path, tmp_path: Path, slot: str, pin: str, key_id: str, name: str
) -> None:
    data, signature = tmp_path / "data.txt", tmp_path / "signature.bin"
    data.write_text("a contract\n")
    done(*sign(slot, pin, key_id, data, signature))
    assert openssl_verifies(inserted / f"{name}.pem", signature, data) == "Verified OK\n"
    data.write_text("another contract\n")
    refused = run(
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        str(data.with_suffix(".pub")),
        "-signature",
        str(signature),
        str(data),
    )
    assert "Verified OK" not in refused.stdout


@slots
def test_wrong_pins_count_the_right_one_restores_and_a_blocked_one_stays_blocked(
    reader: Pcscd, folder: Path, tmp_path: Path, slot: str, pin: str, key_id: str, name: str
) -> None:
    data, signature, index = tmp_path / "data.txt", tmp_path / "signature.bin", int(slot)
    data.write_text("a contract\n")
    wrong = pin[:-1] + "9"
    card = folder / "test.card"
    with reader.holding(card):
        everything = int(tries("Tries left")[index])
        refused = run(*sign(slot, wrong, key_id, data, signature))
        assert "CKR_PIN_INCORRECT" in refused.stderr
        assert int(tries("Tries left")[index]) == everything - 1
        done(*sign(slot, pin, key_id, data, signature))
        assert int(tries("Tries left")[index]) == everything
        for left in range(everything - 1, -1, -1):
            assert run(*sign(slot, wrong, key_id, data, signature)).returncode != 0
            assert int(tries("Tries left")[index]) == left
    # Out of the reader and in again: still blocked, also for the right PIN.
    signature.unlink()
    with reader.holding(card):
        assert int(tries("Tries left")[index]) == 0
        assert run(*sign(slot, pin, key_id, data, signature)).returncode != 0
        assert not signature.exists() or signature.read_bytes() == b""
    left = PinPad(CardFile(card)).tries_left(PinName.AUTHENTICATION if index == 0 else PinName.SIGNATURE)
    assert left == 0


@slots
def test_python_pkcs11_signs(
    inserted: Path, tmp_path: Path, slot: str, pin: str, key_id: str, name: str
) -> None:
    data, signature = tmp_path / "data.txt", tmp_path / "signature.bin"
    data.write_text("a contract\n")
    words = ("python-pkcs11", slot, pin, str(data), str(signature))
    done(sys.executable, "-m", "tests.support.through_pkcs11", *words)
    assert openssl_verifies(inserted / f"{name}.pem", signature, data) == "Verified OK\n"


def test_pyhanko_signs_a_pdf_with_the_signature_key(inserted: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "plain.pdf", tmp_path / "signed.pdf"
    source.write_bytes(plain_pdf())
    words = ("pyhanko", "1", "ABC123", str(source), str(target))
    done(sys.executable, "-m", "tests.support.through_pkcs11", *words)
    with target.open("rb") as opened:
        signature = PdfFileReader(opened).embedded_signatures[0]
        status = validate_pdf_signature(signature, _trusting(inserted / "ca-signature.pem"))
    assert status.bottom_line
    assert status.intact
    assert status.trusted


def _trusting(root: Path) -> ValidationContext:
    """Trust in one CA; its revocation lists are nowhere on this network."""
    der = x509.load_pem_x509_certificate(root.read_bytes()).public_bytes(Encoding.DER)
    return ValidationContext(trust_roots=[Certificate.load(der)], allow_fetching=False)


def test_the_card_is_read_through_pcsc(inserted: Path) -> None:
    needs_pyscard()
    report = done(*mynumber_card("read", "--text-pin"), typed="1234\n")
    assert "Virtual PCD 00 00" in report
    assert "氏名 (name): 見本　花子" in report
    assert "住所 (address): 東京都千代田区見本町１－２－３" in report
    wrong = run(*mynumber_card("read", "--text-pin"), typed="4321\n")
    assert wrong.returncode == 1
    assert "あと2回" in wrong.stderr
    assert "4321" not in wrong.stdout + wrong.stderr
    malformed = run(*mynumber_card("read", "--text-pin"), typed="12345\n")
    assert "カードには送っていません" in malformed.stderr
    assert PinPad(CardFile(inserted / "test.card")).tries_left(PinName.TEXT_SUPPORT) == 2


CARRY_OUT = """
import pathlib, sys
from mynumber.foundation.smartcard.administration import carry_out
from mynumber.platform.cards.readers import card_in
with card_in() as card:
    print(carry_out(card, pathlib.Path(sys.argv[1]).read_bytes()).sequence)
"""


def test_an_order_in_extended_length_reaches_the_card(reader: Pcscd, tmp_path: Path) -> None:
    needs_pyscard()
    made, issuer = make_specimen(datetime.now(UTC)), Ed25519PrivateKey.generate()
    face_key = rsa.generate_private_key(65537, 2048)
    memory = msgspec.structs.replace(made.card.memory, issuer_key=issuer.public_key().public_bytes_raw())
    path, order = tmp_path / "test.card", tmp_path / "order"
    card = CardFile.create(path, dataclasses.replace(made.card, memory=memory))
    files = build_face_files(dataclasses.replace(made.face, photo=bytes(20_000)), face_key)
    order.write_bytes(Order(memory.card_serial, 1, (WriteFace(files),)).sign(issuer))
    with reader.holding(path):
        assert done(sys.executable, "-c", CARRY_OUT, str(order)) == "1\n"
        again = run(sys.executable, "-c", CARRY_OUT, str(order))
        assert "already_done" in again.stderr
    face = FaceClient(card)
    face.select()
    face.open_with_number_b(made.face.number_b)
    assert face.read_face(face_key.public_key()).photo == bytes(20_000)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_takes_the_card_out(reader: Pcscd, folder: Path, number: signal.Signals) -> None:
    needs_pyscard()
    with reader.holding(folder / "test.card") as inserting:
        inserting.send_signal(number)
        said, _ = inserting.communicate(timeout=PATIENCE_SECONDS)
        assert inserting.returncode == 0
        assert "抜きました" in said
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        nothing = run(*mynumber_card("read"))
        assert nothing.returncode == 1
        if "リーダーにカードがありません" in nothing.stderr.replace("\n", ""):
            return
        # pcscd looks at its readers now and then: until it does, the card in it does not answer
        assert "カードが外れたか、応答しません" in nothing.stderr.replace("\n", "")
        assert time.monotonic() < deadline


def test_the_card_is_out_when_its_file_goes(reader: Pcscd, folder: Path) -> None:
    card = folder / "test.card"
    with reader.holding(card) as inserting:
        card.unlink()
        assert run("pkcs15-tool", "--reader", "0", "--list-pins").returncode != 0
        inserting.wait(timeout=PATIENCE_SECONDS)
        assert inserting.returncode == 1


def needs_pyscard() -> None:
    if importlib.util.find_spec("smartcard") is None:
        pytest.skip("pyscard is not installed")
