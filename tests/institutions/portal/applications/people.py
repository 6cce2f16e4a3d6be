"""A resident at the portal's pages: reads the forms that stand there and sends them as a browser does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from mynumber.protocols import sign_in, signing
from mynumber.protocols.signing import SigningClient, SigningRequest, SigningResponse
from tests.institutions.portal.house import PUBLIC, Browser, Holder, House
from tests.institutions.portal.identity.service import led_to
from tests.support.controls import controls

CLAIM = "child_allowance_claim"
NOTHING = UUID(int=0)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Person:
    """Somebody with a card who applies."""

    house: House
    holder: Holder
    browser: Browser = field(default_factory=Browser)
    ident: UUID = NOTHING

    def sign_in(self) -> None:
        """With the card."""
        self.browser.sign_in(self.house, self.holder)

    def at(self, what: str = "") -> str:
        """Address of this application or of one of its pages."""
        return f"/applications/{self.ident}/{what}"

    def begin(self, procedure: str = CLAIM) -> Any:
        """Make the draft."""
        page = f"/procedures/{procedure}/begin"
        response: Any = self.browser.post_form(page, page)
        assert response.status_code == 303, response.content.decode()
        found = re.fullmatch(r"/applications/([0-9a-f-]{36})/", response.headers["Location"])
        assert found is not None
        self.ident = UUID(found[1])
        return response

    def agree(self, holder: Holder | None = None) -> str:
        """Hand the attributes over; where one is led to."""
        response: Any = self.browser.post_form(self.at("consent"), self.at("consent"))
        assert response.status_code == 303, response.content.decode()
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        asked = self.house.device.fetch(query["request"][0], now=now())
        accepted = self.house.device.respond(asked, (holder or self.holder).answer(asked))
        back = self.browser.get(sign_in.finish_url(asked, accepted).removeprefix(PUBLIC))
        assert back.status_code == 200, back.content.decode()
        return led_to(back)

    def fill(self, section: str, *, button: str = "", **answers: Any) -> Any:
        """Answer a page; names with __ for dots."""
        page = self.at(f"form/{section}")
        sent = controls(self.browser.text(page))
        for name, value in answers.items():
            sent[name.replace("__", ".")] = [value]
        if button:
            name, _, value = button.partition("=")
            sent[name] = [value]
        return self.browser.post(page, {name: values[-1] for name, values in sent.items()})

    def fill_all(self) -> None:
        """Everything that the office did not know."""
        self.fill("you", phone="０３－１２３４－５６７８")
        self.fill("request", cause="birth", cause_on="令和8年11月10日")
        self.fill(
            "children",
            children__0__relation="parent",
            children__0__cared_for="yes",
            children__0__shares_livelihood="yes",
            children__0__in_facility="no",
        )
        self.fill("family", other_parent_cares="no")
        self.fill(
            "payment",
            account_bank_code="0001",
            account_branch_code="001",
            account__kind="ordinary",
            account__number="7654321",
            account__holder="カクウ ハナコ",
        )
        last = self.fill("confirm", consent_facts="on", true_statement="on")
        assert last.status_code == 303, last.content.decode()
        assert last.headers["Location"] == self.at("check")

    def ready(self) -> Person:
        """Signed in, agreed, filled."""
        self.sign_in()
        self.begin()
        assert self.agree() == self.at()
        assert "役所の情報を入れました" in self.browser.text(self.at())
        self.fill_all()
        return self

    def to_the_device(self) -> SigningRequest:
        """Press the button; what the device shows."""
        response: Any = self.browser.post_form(self.at("check"), self.at("sign"))
        assert response.status_code == 303, response.content.decode()
        target = urlsplit(response.headers["Location"])
        assert (target.netloc, target.path) == ("wallet.localhost:8000", "/signing")
        request_id = parse_qs(target.query)["request"][0]
        return SigningClient(self.house.device).fetch(request_id, now=now())

    def signed(self, asked: SigningRequest, holder: Holder | None = None) -> SigningResponse:
        """What the device does with card and password."""
        certificate, key = (holder or self.holder).signing()
        return SigningResponse(
            certificate=certificate,
            signatures=tuple(key(document.digest) for document in asked.documents),
            statement_signature=key(signing.statement_digest(asked)),
        )

    def come_back(self, asked: SigningRequest, response: SigningResponse) -> Any:
        """Hand the signatures over and follow the device back."""
        accepted = SigningClient(self.house.device).respond(asked, response)
        return self.browser.get(signing.finish_url(asked, accepted).removeprefix(PUBLIC))

    def send(self) -> str:
        """Sign and come back; where one is led to."""
        asked = self.to_the_device()
        back = self.come_back(asked, self.signed(asked))
        assert back.status_code == 200, back.content.decode()
        return led_to(back)

    def begin_again(self, at: str) -> None:
        """Go on with a draft that was begun elsewhere."""
        self.ident = UUID(at.strip("/").rpartition("/")[2])
