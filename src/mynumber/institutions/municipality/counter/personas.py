"""The whole life of a card in one go, for the named personas of the model: apply, wait for the factory, set the PINs, hand over, write the file for the
holder's device. Every step is the message and the order that the counter uses."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from mynumber.foundation.smartcard import (
    PIN_RULES,
    Card,
    CardState,
    JpkiClient,
    KeyName,
    MalformedPin,
    Pin,
    PinName,
    PinPad,
)
from mynumber.foundation.smartcard.administration import carry_out, read_status
from mynumber.institutions.municipality.counter import stock
from mynumber.institutions.municipality.counter.models import (
    OPEN_STATES,
    CardApplication,
    CounterEvent,
)
from mynumber.institutions.municipality.register.models import Person, PersonNumber
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols import card_handover, card_life
from mynumber.protocols.card_handover import HandedCard
from mynumber.protocols.card_life import (
    HAND_OVER,
    REQUEST_ORDER,
    ApplicationReason,
    HandOver,
    IdentityCheck,
    OrderKind,
    RequestOrder,
)
from mynumber.webkit.tenancy import acting_as

LONGEST_WAIT: Final = timedelta(minutes=3)
"""How long the factory may take; it makes some cards a second, but others may stand before this one."""
LOOK_EVERY_SECONDS: Final = 0.25
_CHECK: Final = IdentityCheck.ONE_WITH_PHOTO
"""A model has nobody at its counter; the record says what would be done."""


class NoCard(Exception):
    """No card can be issued. The message says why, in Japanese, naming nobody."""


@dataclass(frozen=True, slots=True)
class ChosenPins:
    """What the holder chose. The PIN of the text application is that of 住民基本台帳用 as well."""

    authentication: Pin = field(repr=False)
    signature: Pin | None = field(repr=False)
    """None: no signature certificate is wanted."""
    text_support: Pin = field(repr=False)

    @classmethod
    def parse(cls, authentication: str, signature: str, text_support: str) -> ChosenPins:
        """Raises NoCard for a PIN that no card takes."""
        try:
            return cls(
                Pin.parse(authentication, PIN_RULES[PinName.AUTHENTICATION]),
                Pin.parse(signature, PIN_RULES[PinName.SIGNATURE]) if signature else None,
                Pin.parse(text_support, PIN_RULES[PinName.TEXT_SUPPORT]),
            )
        except MalformedPin:
            raise NoCard(
                "暗証番号が決まりに合いません (数字4桁。署名用は英大文字と数字をまぜて6〜16文字)"
            ) from None

    def of(self, which: PinName) -> Pin | None:
        """The PIN of this name."""
        if which is PinName.AUTHENTICATION:
            return self.authentication
        return self.signature if which is PinName.SIGNATURE else self.text_support


def issue_card(
    code: str,
    persona: str,
    pins: ChosenPins,
    out: Path,
    *,
    note: str,
    now: Callable[[], datetime],
    again: bool = False,
) -> bool:
    """Issue the card of a named persona who lives here and write it for the holder's device; False if it has been already.

    The file (mode 0600, `protocols.card_handover`) appears whole or not at all, before the hand-over is told: after a crash in between the same card is
    written again. `again` replaces a lost card. Raises NoCard, Refused.
    """
    # What was applied for on the net, or just before a crash, is met here.
    stock.look_for_arrivals(code, now=now())
    with acting_as(code):
        person = _persona(persona)
        applications = CardApplication.objects.filter(person=person)
        waiting = applications.filter(state__in=[state.value for state in OPEN_STATES]).first()
        if (
            waiting is None
            and not again
            and applications.filter(state=card_life.CardState.HANDED_OVER.value).exists()
        ):
            return False
        if waiting is None or waiting.state == card_life.CardState.RETURNED_TO_APPLICANT.value:
            waiting = stock.apply(
                person,
                stock.placeholder_photo(persona),
                reason=ApplicationReason.LOST if again else ApplicationReason.FIRST,
                signature_certificate=pins.signature is not None,
                clerk=None,
                at=now(),
            )
    application = _wait_for(code, waiting, now=now)
    card = _with_pins(code, application, pins)
    handed = HandedCard(id=persona, name=person.name, note=note, card=card.state.to_bytes())
    _write(handed, out)
    at = now()
    handed_over = HandOver(card_serial=application.card_serial, check=_CHECK, handed_over_at=at)
    ask_jlis(code, HAND_OVER, handed_over)
    with acting_as(code):
        stock.note_handed_over(application, at=at)
        stock.record(
            person,
            CounterEvent.HANDED_OVER,
            clerk=None,
            at=at,
            card_serial=application.card_serial,
            check=_CHECK,
        )
    return True


def _persona(persona: str) -> Person:
    person = Person.objects.filter(persona=persona, moved_out=None, died_on=None).exclude(persona="").first()
    if person is None:
        raise NoCard("この人は、この市区町村の住民にいません")
    if not PersonNumber.objects.filter(person=person).exists():
        raise NoCard("個人番号がまだありません。先に number_residents を実行してください")
    return person


def _wait_for(code: str, application: CardApplication, *, now: Callable[[], datetime]) -> CardApplication:
    """The application once its card lies here."""
    until = now() + LONGEST_WAIT
    while True:
        stock.look_for_arrivals(code, now=now(), only=(application.application_id,))
        with acting_as(code):
            current = CardApplication.objects.get(pk=application.pk)
            if stock.is_in_safe(current):
                return current
        if current.state == card_life.CardState.RETURNED_TO_APPLICANT.value:
            raise NoCard(f"申請に不備があります: {current.detail}")
        if current.state == card_life.CardState.ENDED.value:
            raise NoCard("申請が取りやめられました")
        if now() >= until:
            raise NoCard("カードがまだできていません。少し待って、もう一度実行してください")
        time.sleep(LOOK_EVERY_SECONDS)


def _with_pins(code: str, application: CardApplication, pins: ChosenPins) -> Card:
    """The card with the holder's PINs, which an order lets be set."""
    with acting_as(code):
        card = Card(CardState.from_bytes(stock.take_out(application)))
    client = JpkiClient(card)
    client.select()
    has_signature = KeyName.SIGNATURE in client.certificates_present()
    wanted = [which for which in PinName if which is not PinName.SIGNATURE or has_signature]
    request = RequestOrder(
        kind=OrderKind.SET_PINS,
        card_serial=application.card_serial,
        sequence=read_status(card).sequence,
        pins=tuple(card_life.PinName(which.value) for which in wanted),
        check=_CHECK,
    )
    carry_out(card, ask_jlis(code, REQUEST_ORDER, request).order)
    for which in wanted:
        pin = pins.of(which)
        if pin is None:
            raise NoCard("署名用電子証明書のあるカードには、署名用パスワードが要ります")
        PinPad(card).change(which, None, pin)
    return card


def _write(card: HandedCard, out: Path) -> None:
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - of a descriptor
            file.write(card_handover.encode(card))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
