"""One act with one card after its PINs were typed: what the card answers, said on the form and kept in the card's history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from django import forms

from mynumber.foundation.smartcard import CardError, CardFile, CardFileProblem, CardFileUnusable, KeyName
from mynumber.wallet.cards import Event, HeldCard
from mynumber.wallet.chip import PinRefused
from mynumber.wallet.forms import field_of
from mynumber.wallet.pins import PIN_WORDS, now_blocked, wrong_pin
from mynumber.wallet.views.common import folder, now
from mynumber.wallet.words import CARD_DAMAGED

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """The form in which PINs for a card were typed."""

    card: HeldCard
    form: forms.Form
    field: str = ""
    """Where an error of a PIN is shown; empty: at the field of that PIN."""


def use_card(entry: Entry, act: Callable[[CardFile], T]) -> T | None:
    """Do `act` with the card in the reader. None when the card refused: the form then says why. Raises CardFileUnusable(MISSING) when it was taken away."""
    try:
        with folder().insert(entry.card.id) as reader:
            return act(reader)
    except PinRefused as refused:
        words = PIN_WORDS[refused.name].label
        if refused.remaining:
            entry.form.add_error(
                entry.field or field_of(refused.name), wrong_pin(refused.name, refused.remaining)
            )
            folder().note(entry.card.id, Event.WRONG_PIN, now(), words)
        else:
            entry.form.add_error(entry.field or field_of(refused.name), now_blocked(refused.name))
            folder().note(entry.card.id, Event.BLOCKED, now(), words)
    except (CardFileUnusable, CardError) as error:
        if isinstance(error, CardFileUnusable) and error.problem is CardFileProblem.MISSING:
            raise
        entry.form.add_error(None, CARD_DAMAGED)
    return None


def remember(card_id: str, certificates: Mapping[KeyName, bytes]) -> None:
    """Keep until when certificates last (DER): a card tells it only after a PIN."""
    ends = {
        which: x509.load_der_x509_certificate(certificate).not_valid_after_utc
        for which, certificate in certificates.items()
    }
    folder().remember_until(card_id, ends)
