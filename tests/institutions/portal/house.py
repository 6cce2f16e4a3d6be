"""The portal among real neighbours: J-LIS, network and gateway run as processes, and so does a portal that takes deliveries.

Pages are asked in this process, on the same database; cards are issued by J-LIS and sign as they do in the holder's device.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db import transaction
from django.test import Client

from mynumber.foundation.law import InformationKind
from mynumber.foundation.smartcard import (
    AUTHENTICATION_PIN_RULES,
    SIGNATURE_PIN_RULES,
    Card,
    CardKey,
    CardPins,
    CardState,
    JpkiClient,
    KeyName,
    Pin,
    PinName,
    personalise,
)
from mynumber.institutions.jlis.certification.cards import activate, issue_for_card, new_card_serial
from mynumber.institutions.jlis.residents.models import Person
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import sign_in
from mynumber.protocols.card_life import RETURN_CARD, ApplicationReason, IdentityCheck, ReturnCard
from mynumber.protocols.residents import REGISTER_RESIDENTS, RegisterResidents
from mynumber.protocols.sign_in import (
    PortalClient,
    SignedAttributes,
    SignInAccepted,
    SignInRequest,
    SignInResponse,
)
from mynumber.webkit import messages
from tests.institutions.jlis.people import entry, somebody
from tests.support.directory import NOWHERE, Systems
from tests.support.exchange import (
    AGENCY,
    CITY,
    FORMER_CITY,
    PENSION,
    TAX,
    Exchange,
    Server,
    running_exchange,
)
from tests.support.ports import free_port
from tests.webkit import faces

JLIS = "mynumber.institutions.jlis.settings"
PUBLIC = "http://portal.localhost:8000"
PIN = Pin.parse("4649", AUTHENTICATION_PIN_RULES)
PASSWORD = Pin.parse("HIMITSU1", SIGNATURE_PIN_RULES)
NAMES = {CITY: "葛飾区", FORMER_CITY: "八尾市", PENSION: "日本年金機構", AGENCY: "デジタル庁"}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card of the tests, in force."""

    card: bytes
    card_serial: str
    certificate_serial: str


@dataclass(slots=True)
class Holder:
    """A resident with a card, known to two cities."""

    card: IssuedCard
    resident_code: str
    individual_number: str
    name: str
    at_city: str
    at_former: str

    @property
    def serial(self) -> str:
        return self.card.certificate_serial

    def answer(self, asked: SignInRequest) -> SignInResponse:
        """What the device does with card and PIN; with the signature key too where attributes are asked for."""
        client, challenge = self._inserted(), sign_in.challenge(asked)
        certificate = client.read_certificate()
        client.verify_pin(PIN)
        signature = client.sign(challenge)
        return SignInResponse(
            certificate=certificate,
            signature=signature,
            attributes=self.attributes(challenge) if asked.attributes else None,
        )

    def attributes(self, challenge: bytes) -> SignedAttributes:
        """The signature certificate with its key's signature."""
        certificate, sign = self.signing()
        return SignedAttributes(certificate=certificate, signature=sign(challenge))

    def signing(self) -> tuple[bytes, Callable[[bytes], bytes]]:
        """The signature certificate, and its key once the password was entered."""
        client = self._inserted()
        client.verify_pin(PASSWORD, PinName.SIGNATURE)
        certificate = client.read_certificate(KeyName.SIGNATURE)
        return certificate, lambda digest: client.sign(digest, KeyName.SIGNATURE)

    def _inserted(self) -> JpkiClient:
        client = JpkiClient(Card(CardState.from_bytes(self.card.card)))
        client.select()
        return client


@dataclass(slots=True)
class House:
    """Everything that runs."""

    exchange: Exchange
    jlis: Server
    portal: Server
    database: InstitutionDatabase
    environment: Mapping[str, str]
    jlis_database: InstitutionDatabase
    jlis_environment: Mapping[str, str]

    @property
    def device(self) -> PortalClient:
        """The device's way to the portal's process."""
        return PortalClient(PUBLIC, f"http://127.0.0.1:{self.portal.port}")

    def holder(self) -> Holder:
        """Somebody new: registered by a city, with a card from J-LIS and codes at both cities."""
        number = next(_numbers)
        attributes = somebody()
        (result,) = self.exchange.call(
            REGISTER_RESIDENTS, RegisterResidents(entries=(entry(attributes),)), sender=CITY, receiver="jlis"
        ).results
        assert result.individual_number is not None
        assert result.resident_code is not None
        holder = Holder(
            self._issue(result.individual_number),
            result.resident_code,
            result.individual_number,
            attributes.name,
            f"C-portal-{number}",
            f"F-portal-{number}",
        )
        self.exchange.give_codes(
            {holder.resident_code: {CITY: holder.at_city, FORMER_CITY: holder.at_former}}
        )
        self.exchange.register(FORMER_CITY, holder.at_former, InformationKind.LOCAL_TAX, TAX)
        return holder

    @contextmanager
    def away(self, system: str) -> Iterator[None]:
        """A neighbour that this process cannot reach until the end of the block."""
        self.exchange.systems.moved({system: NOWHERE})
        messages.this_node.cache_clear()
        try:
            yield
        finally:
            self.exchange.systems.moved({})
            messages.this_node.cache_clear()

    def new_card(self, holder: Holder) -> Holder:
        """The same person with a second card."""
        return replace(holder, card=self._issue(holder.individual_number))

    def with_signature(self, holder: Holder) -> Holder:
        """The same person with a card that has a signature key too."""
        return replace(holder, card=self._issue(holder.individual_number, signature=True))

    def _issue(self, individual_number: str, *, signature: bool = False) -> IssuedCard:
        """Done in J-LIS's place, by its own functions on its own database.

        In a thread of its own: the thread of a browser test has an event loop, in which Django does not open a database.
        """

        def make() -> IssuedCard:
            with faces.face(JLIS, self.jlis_database, **self.jlis_environment):
                return _make_card(individual_number, signature=signature)

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(make).result()

    def revoke(self, holder: Holder) -> None:
        """The city reports the card lost for good."""
        lost = ReturnCard(card_serial=holder.card.card_serial, reason=ApplicationReason.LOST)
        self.exchange.call(RETURN_CARD, lost, sender=CITY, receiver="jlis")


class Browser(Client):
    """A browser at the portal."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True, headers={"host": "portal.localhost:8000"})

    def post_form(self, page: str, action: str, **fields: str) -> object:
        """Open a page and send one of its forms."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.text(page))
        assert token is not None
        return self.post(action, {"csrfmiddlewaretoken": token[1], **fields})

    def text(self, path: str, status: int = 200) -> str:
        """The page at a path, which must answer with this status."""
        response = self.get(path)
        assert response.status_code == status, (response.status_code, response.headers.get("Location"))
        content: str = response.content.decode()
        return content

    def begin(self, next_path: str = "/") -> str:
        """Begin a sign-in; the id of the request that went to the device."""
        response = self.post_form("/sign-in/", "/sign-in/start", next=next_path)
        assert response.status_code == 303  # type: ignore[attr-defined]
        target = urlsplit(response.headers["Location"])  # type: ignore[attr-defined]
        query = parse_qs(target.query)
        assert (target.netloc, target.path) == ("wallet.localhost:8000", "/sign-in")
        assert query["portal"] == [PUBLIC]
        return query["request"][0]

    def come_back(self, asked: SignInRequest, accepted: SignInAccepted) -> object:
        """Follow the device's redirect."""
        return self.get(sign_in.finish_url(asked, accepted).removeprefix(PUBLIC))

    def sign_in(self, house: House, holder: Holder, next_path: str = "/") -> object:
        """All of it, as a person does."""
        asked = house.device.fetch(self.begin(next_path), now=datetime.now(UTC))
        return self.come_back(asked, house.device.respond(asked, holder.answer(asked)))

    @property
    def session_key(self) -> str | None:
        cookie = self.cookies.get("portal_session")
        return cookie.value if cookie else None

    def grow_older(self, by: timedelta) -> None:
        """As if the last page had been opened longer ago."""
        session = self.session
        session["seen"] = session["seen"] - by.total_seconds()
        session.save()


@contextmanager
def running_house(folder: Path, institution_database: Callable[..., InstitutionDatabase]) -> Iterator[House]:
    """Start everything and stop it at the end."""
    with running_exchange(folder, institution_database) as exchange:
        databases = {name: institution_database(name, migrated=True) for name in ("jlis", "portal")}
        ports = {name: free_port() for name in databases}
        exchange.systems = _named(exchange.systems).moved(
            {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        )
        log_key = folder / "log.vkey"
        log_key.write_text(exchange.vkey + "\n")
        log_policy = folder / "log.policy"
        log_policy.write_text(f"log {exchange.vkey} http://127.0.0.1:9/log\nquorum none\n")
        servers = {
            name: Server(
                name,
                ports[name],
                {
                    **exchange.systems.environment(name),
                    "DATABASE_URL": databases[name].url,
                    "MYNUMBER_PUBLIC_URL": f"http://{name}.localhost:8000",
                    "MYNUMBER_LOG_KEY": str(log_key),
                    "MYNUMBER_LOG_POLICY": str(log_policy),
                },
                folder / f"{name}.log",
                _granian(name, ports[name]),
            )
            for name in databases
        }
        _manage("jlis", servers["jlis"].environment, "create_ca")
        _manage("portal", servers["portal"].environment, "create_identity_keys")
        try:
            for server in servers.values():
                server.start()
            yield House(
                exchange,
                servers["jlis"],
                servers["portal"],
                databases["portal"],
                _without_database(servers["portal"]),
                databases["jlis"],
                _without_database(servers["jlis"]),
            )
        finally:
            for server in servers.values():
                server.stop()


def _named(systems: Systems) -> Systems:
    """The same systems with the names that residents read."""
    listed = tuple(
        msgspec.structs.replace(system, name=NAMES.get(system.id, system.id)) for system in systems.listed
    )
    return replace(systems, listed=listed)


def _without_database(server: Server) -> dict[str, str]:
    return {name: value for name, value in server.environment.items() if name != "DATABASE_URL"}


def _make_card(individual_number: str, *, signature: bool) -> IssuedCard:
    """A card with its PINs set, in force at once."""
    at = datetime.now(UTC)
    keys = [rsa.generate_private_key(65537, 2048) for _ in KeyName]
    with transaction.atomic():
        person = Person.objects.select_for_update().get(individual_number=individual_number)
        made = issue_for_card(
            person,
            card_serial=new_card_serial(),
            municipality=CITY,
            expires_on=at.date() + timedelta(days=3650),
            authentication_key=keys[0].public_key(),
            signature_key=keys[1].public_key() if signature else None,
            keyring=messages.this_node().keyring,
            at=at,
        )
        activate(made.card, check=IdentityCheck.ONE_WITH_PHOTO, at=at, by=CITY)
    authentication, signing = made.authentication, made.signature
    card = personalise(
        card_serial=made.card.card_serial,
        authentication=CardKey(keys[0], authentication.certificate, authentication.ca_certificate),
        signature=CardKey(keys[1], signing.certificate, signing.ca_certificate) if signing else None,
        pins=CardPins(authentication=PIN, signature=PASSWORD if signing else None),
    )
    return IssuedCard(card.to_bytes(), made.card.card_serial, authentication.row.serial)


def _granian(name: str, port: int) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--http", "1"),
        *("--log-level", "warning", f"mynumber.institutions.{name}.wsgi:application"),
    )


def _manage(name: str, environment: Mapping[str, str], *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", name, *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
