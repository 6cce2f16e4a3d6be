"""What payers fill in. What was typed of a card is never sent back to the browser."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from mynumber.foundation.numbers.local_government import LocalGovernmentCode
from mynumber.institutions.acquirer.payments.cards import BadCard, Card, CardFault
from mynumber.protocols.payments import BillNumbers
from mynumber.webkit.face.fields import WidthTolerantField
from mynumber.webkit.face.forms import PlainForm

_SAID: Final = {
    CardFault.NUMBER: ("number", "カード番号を確かめてください。数字が一つでも違うと使えません。"),
    CardFault.BRAND: (
        "number",
        "このカードは使えません。Visa、Mastercard、JCB、American Express のどれかを入力してください。",
    ),
    CardFault.EXPIRY: ("expiry", "有効期限を、カードの表示のとおり「月/年」で入力してください。例：04/29"),
    CardFault.EXPIRED: ("expiry", "有効期限が過ぎています。別のカードを使ってください。"),
    CardFault.CODE: (
        "code",
        "セキュリティコードを確かめてください。3けた（American Express は4けた）の数字です。",
    ),
}


class _Unsaid(forms.TextInput):
    """A control that never shows again what was typed."""

    def format_value(self, value: Any) -> None:
        return None


def _card_field(label: str, fill: str, **options: Any) -> forms.CharField:
    widget = _Unsaid(attrs={"inputmode": "numeric", "autocomplete": fill})
    return forms.CharField(label=label, widget=widget, **options)


class CardForm(PlainForm):
    """Number, expiry, code; cleans to a `Card` in `card`."""

    number = _card_field("カード番号", "cc-number", max_length=30)
    expiry = _card_field("有効期限（月/年）", "cc-exp", max_length=9)
    code = _card_field("セキュリティコード", "cc-csc", max_length=4)
    card: Card

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean(self) -> dict[str, Any]:
        """Read the card. Nothing of it stays in the cleaned data."""
        typed = self.cleaned_data
        if not self.errors:
            try:
                self.card = Card.read(typed["number"], typed["expiry"], typed["code"], today=self._today)
            except BadCard as bad:
                self.add_error(*_SAID[bad.fault])
        return {}


class ChallengeForm(PlainForm):
    """The code of the issuer."""

    code = WidthTolerantField(
        pattern=r"[0-9]{6}", form=("数字6けた", "6 digits"), example="123456", label="確認コード"
    )


class NumbersForm(PlainForm):
    """The four numbers of a bill."""

    collector = WidthTolerantField(
        pattern=r"[0-9]{5}", form=("数字5けた", "5 digits"), example="13122", label="収納機関番号"
    )
    number = WidthTolerantField(
        pattern=r"[0-9]{1,20}",
        form=("20けたまでの数字", "up to 20 digits"),
        example="126000012345",
        label="納付番号",
    )
    confirmation = WidthTolerantField(
        pattern=r"[0-9]{3,6}",
        form=("3けたから6けたの数字", "3 to 6 digits"),
        example="123456",
        label="確認番号",
    )
    division = WidthTolerantField(
        pattern=r"[0-9]{1,16}",
        form=("16けたまでの数字", "up to 16 digits"),
        example="26101",
        label="納付区分",
    )

    def clean_collector(self) -> str:
        """Numbers that no body has are a slip of the finger."""
        collector: str = self.cleaned_data["collector"]
        try:
            LocalGovernmentCode.from_jisx0402(collector)
        except ValueError:
            raise forms.ValidationError("収納機関番号を確かめてください。") from None
        return collector

    @property
    def numbers(self) -> BillNumbers:
        """The four numbers, once valid."""
        return BillNumbers(**{name: self.cleaned_data[name] for name in BillNumbers.__struct_fields__})


class SlipForm(NumbersForm):
    """A paper slip that a teller types in: nobody is asked whether it is right."""

    amount = WidthTolerantField(
        pattern=r"[1-9][0-9]{0,8}",
        form=("9けたまでの数字", "up to 9 digits"),
        example="12000",
        label="金額（円）",
    )
