"""The real device at the real counter: what `wallet` does with a card on a reader, against a town that runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from mynumber.foundation.smartcard import PIN_RULES, Pin, PinName, PinPad
from mynumber.institutions.municipality.counter.models import ProcedureKind
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import card_life
from mynumber.protocols.card_reader import ReaderClient
from mynumber.protocols.certification import CertificateKind
from mynumber.protocols.sign_in import PortalClient
from mynumber.wallet.cards import CardFolder
from mynumber.wallet.reader.loop import Desk, is_setting, pin_asked
from mynumber.wallet.reader.power import PoweredCards
from mynumber.wallet.reader.session import ReaderSession, ReaderSessions
from tests.institutions.municipality.counter.device import PINS
from tests.institutions.municipality.counter.test_reader import adult, arrived, begin, hand_over
from tests.support.exchange import Exchange
from tests.webkit.face.serving import serving


@pytest.fixture(scope="module")
def address(towns: InstitutionDatabase, exchange: Exchange) -> Iterator[str]:
    variables = exchange.systems.environment("municipality")
    with serving(
        "mynumber.institutions.municipality.wsgi:application",
        **{**variables, "DATABASE_URL": towns.url, "MYNUMBER_PUBLIC_URLS": "{}"},
    ) as running:
        yield running


@pytest.fixture
def desk(address: str, tmp_path: Path) -> Desk:
    return Desk(
        CardFolder(tmp_path / "cards"),
        ReaderSessions(tmp_path / "readers"),
        PoweredCards(),
        ReaderClient(PortalClient(address, address)),
        timezone.now,
    )


def put(desk: Desk, code: str, card: str | None, pins: dict[PinName, str]) -> ReaderSession:
    """Put a card on the reader and enter what is asked for, until it is over."""
    session = desk.sessions.save(ReaderSession.begin(place="葛飾区", code=code, card=card, at=timezone.now()))
    while not session.finished:
        session = desk.go_on(session)
        which = pin_asked(session)
        if which is not None and not session.finished:
            assert is_setting(session) or pins
            session = desk.enter(session, Pin.parse(pins[which], PIN_RULES[which]))
    return session


def knows(desk: Desk, card: str, which: PinName, text: str) -> None:
    with desk.cards.insert(card) as here:
        PinPad(here).verify(which, Pin.parse(text, PIN_RULES[which]))


@pytest.mark.thorough
def test_the_device_fetches_a_card_and_the_kiosk_sets_a_pin(desk: Desk) -> None:
    key = adult()
    application = arrived(key)
    over = put(desk, hand_over(key, application), None, PINS)
    assert over.finished is not None
    assert over.finished.done, over.finished.words
    (card,) = desk.cards.ids()
    for which, text in PINS.items():
        knows(desk, card, which, text)
    changed = put(
        desk,
        begin(ProcedureKind.KIOSK_PINS, None, pins=(card_life.PinName.AUTHENTICATION,)),
        card,
        {**PINS, PinName.AUTHENTICATION: "8642"},
    )
    assert changed.finished is not None
    assert changed.finished.done, changed.finished.words
    knows(desk, card, PinName.AUTHENTICATION, "8642")
    signed = put(desk, begin(ProcedureKind.REMOVE_SIGNATURE, key), card, {})
    assert signed.finished is not None
    assert signed.finished.done, signed.finished.words
    renewed = put(
        desk,
        begin(ProcedureKind.RENEW, key, certificates=(CertificateKind.SIGNATURE,)),
        card,
        {**PINS, PinName.SIGNATURE: "NEW456"},
    )
    assert renewed.finished is not None
    assert renewed.finished.done, renewed.finished.words
    knows(desk, card, PinName.SIGNATURE, "NEW456")
