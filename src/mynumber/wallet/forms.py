"""The form in which the holder picks a card and enters its PIN."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms

from mynumber.foundation.smartcard import AUTHENTICATION_PIN_RULES, MalformedPin, Pin
from mynumber.wallet.cards import HeldCard

NOT_A_PIN = "4けたの数字で入力してください。カードには送っていないので、残りの回数は減っていません。"


class CardTiles(forms.RadioSelect):
    """Cards to pick from; those that cannot be used are shown and cannot be picked."""

    closed: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One card."""
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.closed:
            option["attrs"]["disabled"] = True
        return option


class PinForm(forms.Form):
    """Card and PIN for the request in the hidden fields. `shown` is the mark of the statement on the page."""

    request = forms.CharField(widget=forms.HiddenInput, max_length=40)
    portal = forms.CharField(widget=forms.HiddenInput, max_length=260)
    shown = forms.CharField(widget=forms.HiddenInput, max_length=64)
    card = forms.ChoiceField(
        label="使うカード", widget=CardTiles, error_messages={"required": "使うカードを選んでください。"}
    )
    pin = forms.CharField(
        label="利用者証明用の暗証番号",
        help_text="4けたの数字です。入力した数字は画面に出ません。",
        max_length=16,
        error_messages={
            "required": "暗証番号を入力してください。",
            "max_length": NOT_A_PIN,
        },
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}),
    )

    def __init__(self, *args: Any, cards: Sequence[HeldCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(cards)

    def offer(self, cards: Sequence[HeldCard]) -> None:
        """Show these cards as they are now; a try of the PIN moves their counters."""
        field = self.fields["card"]
        if not isinstance(field, forms.ChoiceField) or not isinstance(field.widget, CardTiles):
            raise TypeError("the card is picked from tiles")
        usable = [card.id for card in cards if card.usable]
        field.choices = [(card.id, f"{card.name} ({_state(card)})") for card in cards]
        field.widget.closed = frozenset(card.id for card in cards) - frozenset(usable)
        if len(usable) == 1:
            field.initial = usable[0]

    def clean_pin(self) -> Pin:
        """The PIN as digits: a Japanese keyboard may give them in full width."""
        typed = unicodedata.normalize("NFKC", str(self.cleaned_data["pin"]))
        try:
            return Pin.parse(typed, AUTHENTICATION_PIN_RULES)
        except MalformedPin:
            raise forms.ValidationError(NOT_A_PIN) from None


def _state(card: HeldCard) -> str:
    if card.problem is not None:
        return "読み取れません"
    return "ロックされています" if card.blocked else f"暗証番号はあと{card.tries_left}回"
