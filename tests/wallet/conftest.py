"""A device with cards of a real CA, and a wire on which recorded bytes of a portal arrive."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from mynumber.foundation.numbers import IndividualNumber
from mynumber.foundation.people import PartialDate, Sex
from mynumber.foundation.pki import (
    SIGNATURE,
    CertificateAuthority,
    Municipality,
    SignatureHolder,
    certificate_expiry,
    new_serial,
)
from mynumber.foundation.smartcard import (
    CardFace,
    CardKey,
    CardPins,
    Pin,
    PinName,
    personalise,
)
from mynumber.protocols.card_handover import HandedCard
from mynumber.wallet.cards import CardFolder
from mynumber.wallet.pins import read_pin
from tests.wallet.far_end import FarEnd, far_end, public_urls
from tests.webkit import faces

SETTINGS = "mynumber.wallet.settings"
PINS = {
    PinName.AUTHENTICATION: "4649",
    PinName.SIGNATURE: "HANAKO1990",
    PinName.TEXT_SUPPORT: "1234",
    PinName.JUKI: "5678",
}
PIN = read_pin("4649", PinName.AUTHENTICATION)
PORTAL = "http://portal.localhost:8000"
HOST = {"host": "wallet.localhost:8000"}
CARD_SERIAL = "000000020500003"
PHOTO = b"\x89PNG\r\n\x1a\n"
faces.install(SETTINGS)


def pin(name: PinName) -> Pin:
    return read_pin(PINS[name], name)


@dataclass(frozen=True)
class Issuers:
    """Who makes cards."""

    authentication: CertificateAuthority
    signature: CertificateAuthority
    orders: Ed25519PrivateKey
    face: rsa.RSAPrivateKey

    def card(self, *, pins: CardPins, serial: str = CARD_SERIAL, signature: bool = True) -> bytes:
        """A card for a person who does not exist."""
        now = datetime.now(UTC)
        birth = date(1990, 5, 3)
        issued, until = now - timedelta(hours=1), certificate_expiry(now.date(), birth)
        keys = [rsa.generate_private_key(65537, 2048) for _ in range(2)]
        authentication = self.authentication.issue_authentication(
            keys[0].public_key(), common_name="1", serial=new_serial(), issued_at=issued, expires_on=until
        )
        signing = self.signature.issue_signature(
            keys[1].public_key(),
            holder=SignatureHolder(
                name="甲野　花子",
                birth_date=PartialDate.of(birth),
                sex=Sex.FEMALE,
                address="東京都葛飾区立石５丁目１３番１号",
            ),
            municipality=Municipality.of("13122"),
            common_name="1",
            serial=new_serial(),
            issued_at=issued,
            expires_on=until,
        )
        state = personalise(
            card_serial=serial,
            authentication=CardKey(keys[0], authentication, self.authentication.certificate_der()),
            signature=CardKey(keys[1], signing, self.signature.certificate_der()) if signature else None,
            face=CardFace(
                individual_number=IndividualNumber.parse("123456789018"),
                name="甲野　花子",
                former_name=None,
                address="東京都葛飾区立石５丁目１３番１号",
                birth_date=birth,
                sex=Sex.FEMALE,
                municipality_code="13122",
                expires_on=date(now.year + 9, 5, 3),
                security_code="1234",
                photo=PHOTO,
            ),
            pins=pins,
            face_key=self.face,
            issuer_key=self.orders.public_key(),
        )
        return state.to_bytes()


@pytest.fixture(scope="session")
def issuers() -> Issuers:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return Issuers(
        CertificateAuthority.create(now=yesterday),
        CertificateAuthority.create(now=yesterday, profile=SIGNATURE),
        Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 2048),
    )


@pytest.fixture(scope="session")
def authority(issuers: Issuers) -> CertificateAuthority:
    return issuers.authentication


@pytest.fixture(scope="session")
def handed(issuers: Issuers) -> HandedCard:
    """A card as it comes from the counter."""
    pins = CardPins(*(pin(name) for name in PINS))
    return HandedCard(
        id="hanako", name="甲野 花子", note="ひとりで子を育てている", card=issuers.card(pins=pins)
    )


@pytest.fixture
def folder(tmp_path: Path, handed: HandedCard) -> CardFolder:
    """The device's folder with one card."""
    folder = CardFolder(tmp_path / "wallet" / "cards")
    folder.receive(handed, at=datetime.now(UTC))
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


@pytest.fixture
def end() -> Iterator[FarEnd]:
    with far_end() as end:
        yield end


@pytest.fixture
def browser(tmp_path: Path, end: FarEnd, folder: CardFolder) -> Iterator[Client]:
    """The device whose town is the far end."""
    with faces.face(
        SETTINGS,
        None,
        MYNUMBER_HOME=str(tmp_path),
        MYNUMBER_PUBLIC_URL="http://wallet.localhost:8000",
        MYNUMBER_PUBLIC_URLS=public_urls(end),
    ):
        yield Client(headers=HOST)
