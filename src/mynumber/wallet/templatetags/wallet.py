"""Tags of the device's pages."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.forms import BoundField

from mynumber.foundation.smartcard import PinName
from mynumber.wallet.cards import Event, HeldCard
from mynumber.wallet.chip import PinStand
from mynumber.wallet.forms import PinField
from mynumber.wallet.pins import PIN_WORDS
from mynumber.wallet.words import EVENT_WORDS

register = template.Library()


@register.inclusion_tag("wallet/parts/pin_field.html")
def pin_field(bound: BoundField, card: HeldCard, told: bool = True) -> Mapping[str, object]:
    """A field for a PIN with the card it is for and the tries that are left. told: False for the second entry of a new PIN."""
    field = bound.field
    if not isinstance(field, PinField):
        raise TypeError("this tag draws fields for PINs")
    hint = str(field.help_text)
    described = [
        *([f"{bound.auto_id}-error"] if bound.errors else []),
        *([f"{bound.auto_id}-stand"] if told else []),
        *([f"{bound.auto_id}-hint"] if hint else []),
    ]
    return {
        "bound": bound,
        "control": bound.as_widget(attrs={"aria-describedby": " ".join(described)} if described else {}),
        "card": card,
        "stand": card.stand(field.pin_name) if told else None,
        "hint": hint,
        "digits": PIN_WORDS[field.pin_name].digits_only,
    }


@register.inclusion_tag("wallet/parts/tries.html")
def tries(stand: PinStand) -> Mapping[str, object]:
    """The tries of a PIN: marks and words."""
    return {"stand": stand, "marks": [n < stand.left for n in range(stand.tries)]}


@register.filter
def pin_label(name: PinName) -> str:
    """What a PIN is called."""
    return PIN_WORDS[PinName(name)].label


@register.filter
def pin_purpose(name: PinName) -> str:
    """When a PIN is asked for."""
    return PIN_WORDS[PinName(name)].purpose


@register.filter
def event_words(event: Event) -> str:
    """What was done, in words."""
    return EVENT_WORDS[event]


@register.filter
def stand_of(card: HeldCard, name: PinName) -> PinStand:
    """Where a PIN of a card stands."""
    return card.stand(PinName(name))
