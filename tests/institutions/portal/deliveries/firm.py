"""The private delivery firm as a process of its own, and this process in its place where a test looks inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.test import Client, override_settings

from mynumber.institutions.courier.customers.models import Customer
from mynumber.institutions.courier.dispatch import sending
from mynumber.institutions.courier.dispatch.models import Dispatch, Recipient
from mynumber.institutions.portal.deliveries import connecting
from mynumber.institutions.portal.deliveries.models import Connection
from mynumber.institutions.portal.identity.models import SiteLink
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.staff.models import StaffMember
from tests.institutions.portal.house import PUBLIC, Browser, Holder, House
from tests.institutions.portal.identity.service import led_to
from tests.support.exchange import Server
from tests.support.waiting import eventually
from tests.webkit import faces

COURIER = "mynumber.institutions.courier.settings"
HERE = "http://courier.localhost:8000"
PAGE = "/deliveries/providers/courier/"
PASSWORD = "made up for a test"
OPERATOR = "hirano"
LIFE, BANK = "aozora_life", "minato_bank"
XML_KIND, PDF_KIND = "life_insurance_deduction", "contract_notice"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Firm:
    """The courier."""

    database: InstitutionDatabase
    environment: Mapping[str, str]
    server: Server
    numbers: Iterator[int]

    @contextmanager
    def acting(self) -> Iterator[None]:
        """This process as the courier until the end of the block."""
        with (
            faces.face(COURIER, self.database, **self.environment),
            override_settings(PASSWORD_HASHERS=["tests.webkit.hashers.OneRound"]),
        ):
            yield

    def customer(self) -> str:
        """A new customer's number."""
        number = f"C{next(self.numbers):07d}"
        with self.acting():
            made = Customer(number=number, name=f"架空　客{number}")
            made.set_password(PASSWORD)
            made.save()
        return number

    def known_to_the_process(self, number: str) -> None:
        """A password hashed as the firm's own process does, which knows no quick hasher; and an operator with the same."""
        with faces.face(COURIER, self.database, **self.environment):
            made = Customer.objects.get(number=number)
            made.set_password(PASSWORD)
            made.save()
            member = StaffMember.objects.filter(username=OPERATOR).first()
            member = member or StaffMember(username=OPERATOR, display_name="平野　道", department="発送課")
            member.set_password(PASSWORD)
            member.save()

    def send(self, address: str, sender: str, kind: str, *, ident: UUID | None = None) -> Dispatch:
        """Make, sign and deliver a document of the demonstration; what became of it."""
        with self.acting():
            recipient = Recipient.objects.get(address=address)
            dispatch = sending.make(ident or uuid4(), recipient, sender, kind, now=now())
            sending.tell_trust(now=now())
            sending.deliver(dispatch, now=now())
            return eventually(
                lambda: Dispatch.objects.filter(pk=dispatch.pk).exclude(answered_at=None).first()
            )


@dataclass(slots=True)
class AtFirm:
    """A browser at the courier's pages."""

    firm: Firm
    client: Client = field(
        default_factory=lambda: Client(enforce_csrf_checks=True, headers={"host": "courier.localhost:8000"})
    )

    def get(self, address: str) -> Any:
        """A page, by path or whole address."""
        with self.firm.acting():
            return self.client.get(address.removeprefix(HERE))

    def post(self, page: str, action: str = "", **fields: str) -> Any:
        """Open a page and send its form."""
        with self.firm.acting():
            text = self.client.get(page).content.decode()
            found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
            assert found is not None, text
            return self.client.post(action or page, {"csrfmiddlewaretoken": found[1], **fields})

    def agree(self, address: str, number: str, answer: str = "yes") -> str:
        """From the portal's link to where the browser goes back to."""
        asked = self.get(address)
        assert (asked.status_code, asked.headers["Location"]) == (303, "/oidc/consent"), asked.content
        enter = self.get("/oidc/consent")
        assert enter.status_code == 303, enter.content
        entered = self.post(
            enter.headers["Location"], "/enter", number=number, password=PASSWORD, next="/oidc/consent"
        )
        assert (entered.status_code, entered.headers["Location"]) == (303, "/oidc/consent")
        assert number in self.get("/oidc/consent").content.decode()
        back = self.post("/oidc/consent", answer=answer)
        assert back.status_code == 303
        return str(back.headers["Location"])


@dataclass(slots=True)
class Resident:
    """Somebody with a card, a browser at the portal, and a customer's number at the firm."""

    house: House
    firm: Firm
    holder: Holder
    number: str
    browser: Browser = field(default_factory=Browser)

    def sign_in(self) -> Resident:
        """With the card."""
        self.browser.sign_in(self.house, self.holder)
        return self

    def begin(self) -> str:
        """Press the button; the address at the firm."""
        response: Any = self.browser.post_form(PAGE, "/account/links/courier/begin", next=PAGE)
        assert response.status_code == 200, response.content.decode()
        return led_to(response)

    def back(self, address: str) -> Any:
        """Follow the firm's redirect to the portal."""
        assert address.startswith(f"{PUBLIC}/account/links/courier/back?")
        parts = urlsplit(address)
        return self.browser.get(f"{parts.path}?{parts.query}")

    def link(self) -> SiteLink:
        """All of it."""
        came = self.back(AtFirm(self.firm).agree(self.begin(), self.number))
        assert (came.status_code, came.headers["Location"]) == (303, PAGE), came.content.decode()
        return SiteLink.objects.get(account__certificate_serial=self.holder.serial, ended_at=None)

    def consent(self, sender: str, *kinds: str) -> Any:
        """Tick these kinds and no others."""
        text = self.browser.text(PAGE)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert found is not None
        sent = {"csrfmiddlewaretoken": found[1], "sender": sender, f"{sender}-kinds": list(kinds)}
        response = self.browser.post(PAGE, sent)
        assert response.status_code == 303, response.content.decode()
        return response

    @property
    def connection(self) -> Connection:
        """The newest."""
        mine = Connection.objects.filter(account__certificate_serial=self.holder.serial)
        return mine.order_by("-began_at")[0]

    def told(self) -> str:
        """Wait until the firm knows how things stand; the delivery address."""
        connecting.tell_due(now=now())
        held = self.connection
        eventually(lambda: Connection.objects.filter(pk=held.pk, told=held.sequence).exists())
        return held.address

    def ready(self) -> str:
        """Signed in, linked, with consents to both kinds of the insurer; the delivery address."""
        self.sign_in().link()
        self.consent(LIFE, XML_KIND, PDF_KIND)
        return self.told()
