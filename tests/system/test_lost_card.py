"""A card is lost at midnight and found again; an address changes.

Told at the pages that people use, and judged by the online status service as any verifier sees it.
"""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from mynumber.foundation.people import Sex
from mynumber.foundation.smartcard import Card, CardState, JpkiClient, KeyName, Pin, PinName, TextClient
from mynumber.foundation.smartcard.profile import PIN_RULES
from mynumber.platform.demo.browser import Browser, Page, WrongPage
from mynumber.platform.demo.resident import Resident
from mynumber.platform.guide.demo import DemoCard, read_demo
from tests.support.platform import Platform
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("lost-card")]

"""A report shows in about a tenth of a second; a test on a busy machine asserts no time."""
CALL_CENTRE, CLERK = "mori", "kubo"
FOUND_AGAIN, MOVES = "chiyo", "misaki"
"""Personas whom no other system test uses."""


@dataclass(frozen=True)
class Holder:
    """A persona with their card, read as their own device reads it."""

    platform: Platform
    card: DemoCard

    @property
    def reader(self) -> Card:
        file = self.platform.home / "wallet" / "cards" / f"{self.card.card_id}.card"
        return Card(CardState.from_bytes(file.read_bytes()))

    def certificate(self, which: KeyName) -> x509.Certificate:
        client = JpkiClient(self.reader)
        client.select()
        if which is KeyName.SIGNATURE:
            client.verify_pin(self._pin(PinName.SIGNATURE, self.card.signature_password), PinName.SIGNATURE)
        return x509.load_der_x509_certificate(client.read_certificate(which))

    def issuer(self, which: KeyName) -> x509.Certificate:
        client = JpkiClient(self.reader)
        client.select()
        return x509.load_der_x509_certificate(client.read_ca_certificate(which))

    def attributes(self) -> dict[str, str]:
        """What the holder says of themselves on the telephone."""
        client = TextClient(self.reader)
        client.select()
        client.verify_pin(self._pin(PinName.TEXT_SUPPORT, self.card.text_pin))
        read = client.read_attributes()
        return {
            "name": read.name,
            "address": read.address,
            "birth_date": read.birth_date.isoformat(),
            "sex": "1" if read.sex is Sex.MALE else "2",
        }

    @staticmethod
    def _pin(which: PinName, characters: str) -> Pin:
        return Pin.parse(characters, PIN_RULES[which])

    def sign_in(self) -> Page:
        """At the portal, with the card. Raises WrongPage with what the device says."""
        resident = Resident(Browser(self.platform.port), self.platform.url("portal", ""))
        return resident.sign(resident.ask_to_sign_in(), self.card.card_id, self.card.pin)


@dataclass(frozen=True)
class Verifier:
    """A registered verifier, as any firm's program."""

    platform: Platform
    key: str

    def status(self, holder: Holder, which: KeyName) -> tuple[ocsp.OCSPCertStatus, x509.ReasonFlags | None]:
        return self.status_of(holder.certificate(which), holder.issuer(which), which)

    def status_of(
        self, certificate: x509.Certificate, issuer: x509.Certificate, which: KeyName
    ) -> tuple[ocsp.OCSPCertStatus, x509.ReasonFlags | None]:
        question = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
        connection = http.client.HTTPConnection("127.0.0.1", self.platform.port, timeout=PATIENCE_SECONDS)
        headers = {
            "Host": f"jlis.localhost:{self.platform.port}",
            "Content-Type": "application/ocsp-request",
            "Authorization": f"Bearer {self.key}",
        }
        body = question.public_bytes(serialization.Encoding.DER)
        connection.request("POST", f"/ocsp/{which.value}", body, headers)
        answer = connection.getresponse()
        assert answer.status == 200
        read = ocsp.load_der_ocsp_response(answer.read())
        return read.certificate_status, read.revocation_reason

    def wait_for(
        self, holder: Holder, which: KeyName, wanted: ocsp.OCSPCertStatus, *, since: float
    ) -> x509.ReasonFlags | None:
        """Ask again until it is so."""
        certificate, issuer = holder.certificate(which), holder.issuer(which)
        while True:
            status, reason = self.status_of(certificate, issuer, which)
            if status is wanted:
                return reason
            assert time.monotonic() - since < PATIENCE_SECONDS, f"still {status.name}"


@pytest.fixture(scope="module")
def verifier(platform: Platform) -> Verifier:
    name = f"system-test-{time.time_ns()}"
    words = ("--name", "検査のための検証者", "--purpose", "authentication", "--purpose", "signature")
    return Verifier(
        platform, platform.run("run", "jlis", "register_verifier", name, *words).stdout.split()[-1]
    )


def holder(platform: Platform, persona: str) -> Holder:
    card = read_demo(platform.home)[0].card_of(persona)
    assert card
    return Holder(platform, card)


def staff(platform: Platform, username: str, start: str) -> tuple[Browser, Page]:
    """Sign a member of staff in; the page they wanted."""
    demo, _ = read_demo(platform.home)
    login = next(
        one for one in demo.staff if one.username == username and (not one.tenant or one.tenant in start)
    )
    browser = Browser(platform.port)
    page = browser.open(start)
    form = page.form("サインイン")
    form.fill("username", login.username)
    form.fill("password", login.password)
    return browser, browser.submit(page, form, "サインイン")


def report_by_telephone(platform: Platform, caller: Holder) -> None:
    browser, page = staff(platform, CALL_CENTRE, platform.url("jlis", "/cards/desk/loss"))
    form = page.form("電子証明書を止める")
    for name, value in caller.attributes().items():
        form.fill(name, value)
    form.fill("called_back", "yes")
    page = browser.submit(page, form, "電子証明書を止める")
    assert page.status == 200, page.problem
    assert "一時停止しました" in page.root.text


def at_the_counter(platform: Platform, town: str, who: Holder) -> tuple[Browser, Page]:
    """The clerk's page of this resident's cards."""
    browser, page = staff(platform, CLERK, platform.url("municipality", f"/{town}/cards/residents"))
    form = page.form("探す")
    form.fill("words", who.attributes()["name"])
    page = browser.submit(page, form, "探す")
    return browser, browser.open(urljoin(page.url, page.link("開く")))


def test_a_card_lost_at_midnight_stops_at_once_and_goes_on_when_found(
    platform: Platform, verifier: Verifier
) -> None:
    chiyo = holder(platform, FOUND_AGAIN)
    assert chiyo.sign_in().status == 200
    report_by_telephone(platform, chiyo)
    reported = time.monotonic()
    for which in KeyName:
        reason = verifier.wait_for(chiyo, which, ocsp.OCSPCertStatus.REVOKED, since=reported)
        assert reason is x509.ReasonFlags.certificate_hold
    with pytest.raises(WrongPage) as stopped:
        chiyo.sign_in()
    assert stopped.value.page.status == 403

    browser, page = at_the_counter(platform, "272124", chiyo)
    page = browser.open(urljoin(page.url, page.link("見つかったので再開する")))
    form = page.form("電子証明書を再開する")
    form.fill("check", "one_with_photo")
    page = browser.submit(page, form, "電子証明書を再開する")
    found = time.monotonic()
    assert "再開しました" in page.root.text, page.problem
    for which in KeyName:
        verifier.wait_for(chiyo, which, ocsp.OCSPCertStatus.GOOD, since=found)
    assert chiyo.sign_in().status == 200


def test_a_change_of_address_revokes_the_signature_and_leaves_the_sign_in(
    platform: Platform, verifier: Verifier
) -> None:
    misaki = holder(platform, MOVES)
    assert verifier.status(misaki, KeyName.SIGNATURE)[0] is ocsp.OCSPCertStatus.GOOD
    words = ("--tenant", "131229", "--persona", MOVES, "--address", "亀有三丁目1番1号")
    platform.run("run", "municipality", "change_resident", *words)
    changed = time.monotonic()
    verifier.wait_for(misaki, KeyName.SIGNATURE, ocsp.OCSPCertStatus.REVOKED, since=changed)
    assert verifier.status(misaki, KeyName.AUTHENTICATION)[0] is ocsp.OCSPCertStatus.GOOD
    assert misaki.sign_in().status == 200


def test_somebody_without_a_key_is_told_how_to_register(platform: Platform) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=PATIENCE_SECONDS)
    headers = {"Host": f"jlis.localhost:{platform.port}", "Content-Type": "application/ocsp-request"}
    connection.request("POST", "/ocsp/signature", b"", headers)
    answer = connection.getresponse()
    assert answer.status == 401
    assert "register" in answer.read().decode().lower()
