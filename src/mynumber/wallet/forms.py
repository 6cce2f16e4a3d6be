"""Forms of the device. A field for a PIN never gives back what was typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy

from mynumber.foundation.smartcard import MalformedPin, Pin, PinName
from mynumber.protocols.card_reader import CODE_DIGITS
from mynumber.wallet.cards import HeldCard
from mynumber.wallet.pins import PIN_WORDS, read_pin, why_malformed
from mynumber.wallet.portals import Place
from mynumber.wallet.uploads import MAXIMUM_FILE
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say, say_later

_LONGEST_TYPED = 64
_LONGEST_NAME = 60


_why_malformed = lazy(why_malformed, str)


class PinInput(forms.PasswordInput):
    """A plain password input; `data-pin-pad` lets the script add buttons to it (static/wallet/pin-pad.js)."""

    def __init__(self, name: PinName) -> None:
        words = PIN_WORDS[name]
        digits = words.digits_only
        super().__init__(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "off" if digits else "characters",
                "spellcheck": "false",
                "inputmode": "numeric" if digits else "text",
                "maxlength": str(words.rules.maximum),
                "data-pin-pad": "digits" if digits else "letters",
            }
        )


class PinField(forms.CharField):
    """One PIN of a card. Cleans to a `Pin`; what cannot be one is refused here and costs no try."""

    def __init__(self, name: PinName, *, label: str = "", hint: str | None = None) -> None:
        words = PIN_WORDS[name]
        self.pin_name = name
        super().__init__(
            label=label or say_later(words.label, words.english[0]),
            help_text=say_later(words.form, words.english[1]) if hint is None else hint,
            max_length=_LONGEST_TYPED,
            strip=False,
            widget=PinInput(name),
            error_messages={
                "required": f"{label}を入力してください。"
                if label
                else say_later(f"{words.label}を入力してください。", "Enter it."),
                "max_length": _why_malformed(name),
                "null_characters_not_allowed": _why_malformed(name),
            },
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Nothing beside what PinInput says: its length is that of the PIN, while `max_length` bounds what is read."""
        return {}

    def clean(self, value: Any) -> Pin:
        """The PIN. Raises ValidationError without repeating it."""
        typed = super().clean(value)
        try:
            return read_pin(typed, self.pin_name)
        except MalformedPin:
            raise forms.ValidationError(why_malformed(self.pin_name)) from None


class CardTiles(forms.RadioSelect):
    """Cards to pick from; those that cannot be used are shown and cannot be picked."""

    closed: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One card."""
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.closed:
            option["attrs"]["disabled"] = True
        return option


class CardChoice(PlainForm):
    """Which card to use; `needs` are the PINs that must have a try left."""

    card = forms.ChoiceField(
        label=say_later("使うカード", "Card"),
        widget=CardTiles,
        error_messages={
            "required": say_later("使うカードを選んでください。", "Choose a card."),
            "invalid_choice": say_later(
                "そのカードは、いまこの端末にありません。カードを入れなおすか、別のカードを選んでください。",
                "That card is not here now. Put it in again, or choose another.",
            ),
        },
    )

    def __init__(
        self,
        *args: Any,
        cards: Sequence[HeldCard],
        needs: Iterable[PinName] = (),
        none: str = "",
        **kwargs: Any,
    ) -> None:
        """none: words of a further choice with an empty value, e.g. 「まだカードを持っていない」."""
        super().__init__(*args, **kwargs)
        wanted = tuple(needs)
        field = self.fields["card"]
        if not isinstance(field, forms.ChoiceField) or not isinstance(field.widget, CardTiles):
            raise TypeError("the card is picked from tiles")
        field.choices = [
            *(
                (card.id, say("{}（{}）", "{} ({})").format(card.name, card.state_words(wanted)))
                for card in cards
            ),
            *([(NO_CARD, none)] if none else []),
        ]
        usable = [card.id for card in cards if card.usable_for(wanted)]
        field.widget.closed = frozenset(card.id for card in cards) - frozenset(usable)
        if len(usable) == 1 or none:
            field.initial = next(iter(usable), NO_CARD)


NO_CARD = "-"
"""Value of the choice of no card; no card has this id."""


class PinForm(PlainForm):
    """The PINs that one act with one card needs: a field `pin_NAME` each. Everything hidden is what the page showed."""

    def __init__(self, *args: Any, pins: Sequence[PinName], hidden: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in hidden.items():
            self.fields[name] = forms.CharField(
                widget=forms.HiddenInput, initial=value, max_length=300, required=False
            )
        for pin in pins:
            self.fields[field_of(pin)] = PinField(pin)

    def pin(self, name: PinName) -> Pin:
        """A PIN of a valid form."""
        return _pin(self, field_of(name))

    def pin_fields(self) -> list[forms.BoundField]:
        """The fields for PINs, in order."""
        return [self[name] for name, field in self.fields.items() if isinstance(field, PinField)]


def field_of(name: PinName) -> str:
    """Name of the field for a PIN."""
    return "pin" if name is PinName.AUTHENTICATION else f"pin_{name.value}"


class OnePinForm(PlainForm):
    """One PIN for a place."""

    pin_field = "entered"

    def __init__(self, *args: Any, pin: PinName, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[self.pin_field] = PinField(pin)

    def pin_to_use(self) -> Pin:
        """The PIN of a valid form."""
        return _pin(self, self.pin_field)


class NewPinForm(PlainForm):
    """A PIN set anew, twice; with `old` the present one first."""

    pin_field = "new"

    def __init__(self, *args: Any, pin: PinName, old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = PIN_WORDS[pin]
        self.pin_name = pin
        if old:
            self.fields["old"] = PinField(pin, label=f"いまの{words.label}", hint="")
        self.fields["new"] = PinField(pin, label=f"新しい{words.label}", hint=f"{words.form}{AVOID}")
        self.fields["again"] = PinField(pin, label=f"新しい{words.label}（もう一度）", hint="")

    def clean(self) -> dict[str, Any]:
        """Both entries must be the same, and not the present one."""
        cleaned = super().clean() or self.cleaned_data
        new, again = cleaned.get("new"), cleaned.get("again")
        if new is not None and again is not None and new != again:
            self.add_error("again", "2回の入力が同じではありません。")
        if new is not None and cleaned.get("old") == new:
            self.add_error("new", "いまと同じです。別のものにしてください。")
        return cleaned

    def pin_to_use(self) -> Pin:
        """The new PIN of a valid form."""
        return _pin(self, self.pin_field)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise forms.ValidationError("文字だけで入力してください。")
    return text


def _pin(form: forms.Form, field: str) -> Pin:
    pin = form.cleaned_data[field]
    if not isinstance(pin, Pin):
        raise TypeError("the form is valid before its PINs are used")
    return pin


AVOID = "生年月日や電話番号など、人に知られている番号は避けてください。"


class PhoneForm(PlainForm):
    """Certificates for this device: its name, its PINs, and the password of the card that applies."""

    device = forms.CharField(
        label="この端末の名前",
        help_text="申請書に書かれ、J-LISの記録に残ります。",
        initial="わたしのスマートフォン",
        max_length=_LONGEST_NAME,
    )
    authentication = PinField(PinName.AUTHENTICATION, label="この端末で使う暗証番号")
    authentication_again = PinField(
        PinName.AUTHENTICATION, label="この端末で使う暗証番号（もう一度）", hint=""
    )
    signature = PinField(PinName.SIGNATURE, label="この端末で使う署名用パスワード")
    signature_again = PinField(PinName.SIGNATURE, label="この端末で使う署名用パスワード（もう一度）", hint="")
    card_password = PinField(PinName.SIGNATURE, label="カードの署名用パスワード", hint="")

    def clean_device(self) -> str:
        """One printable line."""
        return _printable(str(self.cleaned_data["device"]))

    def clean(self) -> dict[str, Any]:
        """Each new PIN was typed twice alike."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("authentication", "signature"):
            first, second = cleaned.get(name), cleaned.get(f"{name}_again")
            if first is not None and second is not None and first != second:
                self.add_error(f"{name}_again", "2回の入力が同じではありません。")
        return cleaned

    def pin(self, field: str) -> Pin:
        """A PIN of a valid form."""
        return _pin(self, field)


class FileForm(PlainForm):
    """A file to sign."""

    file = forms.FileField(
        label="署名するファイル",
        help_text="PDFには、署名がファイルの中に入ります。ほかのファイルでは、署名は別のファイルになります。20MBまで。",
        error_messages={
            "required": "ファイルを選んでください。",
            "empty": "ファイルが空です。",
            "missing": "ファイルを選んでください。",
            "invalid": "ファイルを選んでください。",
        },
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Not too large."""
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile) or (file.size or 0) > MAXIMUM_FILE:
            raise forms.ValidationError("ファイルが大きすぎます。20MBまでです。")
        return file


class NameForm(PlainForm):
    """What the holder calls a card."""

    name = forms.CharField(
        label="カードの名前", help_text="この端末の中だけで使う名前です。", max_length=_LONGEST_NAME
    )

    def clean_name(self) -> str:
        """One printable line."""
        return _printable(str(self.cleaned_data["name"]))


class RemoveForm(PlainForm):
    """Removing a card cannot be taken back."""

    sure = forms.BooleanField(label="このカードをこの端末から消します。元に戻せないことを確かめました。")


class ReaderForm(CardChoice):
    """The reader code of a counter or a kiosk, the place, and the card to put on its reader."""

    code = forms.CharField(
        label="窓口の番号",
        help_text=f"窓口の画面、またはキオスクの画面に出ている{CODE_DIGITS}けたの数字です。",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    place = forms.ChoiceField(
        label="窓口・キオスクの場所", error_messages={"invalid_choice": "場所を選びなおしてください。"}
    )
    field_order = ("code", "place", "card")

    def __init__(self, *args: Any, cards: Sequence[HeldCard], places: Sequence[Place], **kwargs: Any) -> None:
        super().__init__(*args, cards=cards, none="新しいカードを受け取る（カードは置かない）", **kwargs)
        place = self.fields["place"]
        if isinstance(place, forms.ChoiceField):
            place.choices = [(one.name, one.title) for one in places]
            place.initial = places[0].name
        self.fields["card"].label = "置くカード"

    def clean_code(self) -> str:
        """Ten digits, however they were grouped."""
        narrow = unicodedata.normalize("NFKC", str(self.cleaned_data["code"]))
        digits = "".join(character for character in narrow if character not in " -‐–ー")
        if len(digits) != CODE_DIGITS or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError(f"{CODE_DIGITS}けたの数字を入力してください。")
        return digits

    def clean_card(self) -> str | None:
        """Id of the card, or None."""
        card = str(self.cleaned_data["card"])
        return None if card == NO_CARD else card
