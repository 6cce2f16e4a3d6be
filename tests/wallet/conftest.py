"""A device with cards of a real CA, and a wire on which recorded bytes of a portal arrive."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from mynumber.foundation.pki import CertificateAuthority, certificate_expiry, new_serial
from mynumber.foundation.smartcard import AUTHENTICATION_PIN_RULES, CardKey, CardPins, Pin, personalise
from mynumber.protocols.card_handover import HandedCard
from mynumber.wallet.cards import CardFolder
from tests.webkit import faces

SETTINGS = "mynumber.wallet.settings"
PIN = Pin.parse("4649", AUTHENTICATION_PIN_RULES)
PORTAL = "http://portal.localhost:8000"
faces.install(SETTINGS)


@pytest.fixture(scope="session")
def authority() -> CertificateAuthority:
    return CertificateAuthority.create(now=datetime.now(UTC) - timedelta(days=1))


@pytest.fixture(scope="session")
def handed(authority: CertificateAuthority) -> HandedCard:
    """A card as it comes from the counter."""
    now = datetime.now(UTC)
    key = rsa.generate_private_key(65537, 2048)
    certificate = authority.issue_authentication(
        key.public_key(),
        common_name="1",
        serial=new_serial(),
        issued_at=now - timedelta(hours=1),
        expires_on=certificate_expiry(now.date(), datetime(1990, 5, 3, tzinfo=UTC).date()),
    )
    state = personalise(
        card_serial="123456789012345",
        authentication=CardKey(key, certificate, authority.certificate_der()),
        pins=CardPins(authentication=PIN),
    )
    return HandedCard(id="hanako", name="甲野 花子", note="ひとりで子を育てている", card=state.to_bytes())


@pytest.fixture
def folder(tmp_path: Path, handed: HandedCard) -> CardFolder:
    """The device's folder with one card."""
    folder = CardFolder(tmp_path / "wallet" / "cards")
    folder.receive(handed)
    return folder


@dataclass
class Wire:
    """Listens on the loopback address; answers each connection with the next recorded bytes and keeps what it hears."""

    port: int
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def will_say(self, *answers: tuple[int, bytes]) -> None:
        """Status and body of the coming answers, in order."""
        self.answers.extend(answers)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener.getsockname()[1])
        thread = threading.Thread(target=_answer, args=(listener, wire))
        thread.start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _answer(listener: socket.socket, wire: Wire) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            wire.heard.append(_read_request(connection))
            status, body = wire.answers.pop(0)
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            connection.sendall(head.encode() + body)


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def device(tmp_path: Path, wire: Wire) -> Iterator[None]:
    """Django as the device whose home is `tmp_path` and whose portal is at the other end of the wire."""
    internal = f'{{"portal": "http://127.0.0.1:{wire.port}"}}'
    with faces.face(
        SETTINGS,
        None,
        MYNUMBER_HOME=str(tmp_path),
        MYNUMBER_PUBLIC_URL="http://wallet.localhost:8000",
        MYNUMBER_INTERNAL_URLS=internal,
    ):
        yield
