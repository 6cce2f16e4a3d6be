"""The gallery's forms: one field of each kind."""

from datetime import date
from typing import Final

from django import forms

from mynumber.webkit.face.address_field import AddressField
from mynumber.webkit.face.bank_field import BankBranchField
from mynumber.webkit.face.fields import (
    DigitsField,
    DocumentField,
    KanaField,
    PhoneField,
    PinField,
    WarekiDateField,
)
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say_later

ALL_WRONG: Final = {
    "kana": "架空 花子",
    "born": "昭和65年4月1日",
    "phone": "1234",
    "account": "12345",
    "pin": "12",
}
"""What shows each error of `FieldsForm` at once."""


class FieldsForm(PlainForm):
    """Fields that a person fills in."""

    name = forms.CharField(
        label=say_later("氏名", "Name", "名前"),
        help_text=say_later(
            "住民票のとおりに書いてください。例：架空 花子",
            "As in the resident register",
            "れい：架空 花子",
        ),
    )
    kana = KanaField(
        label=say_later("氏名の読み", "Reading of the name", "名前の よみかた"),
        help_text=say_later(
            "ひらがなでも、半角のカタカナでも入力できます。",
            "In hiragana or katakana of any width",
            "ひらがな でも いいです。",
        ),
    )
    born = WarekiDateField(
        label=say_later("生年月日", "Date of birth", "生まれた日"),
        earliest=date(1873, 1, 1),
        latest=date(2026, 12, 31),
    )
    phone = PhoneField(label=say_later("電話番号", "Telephone", "でんわ ばんごう"), required=False)
    account = DigitsField(
        label=say_later("口座番号", "Account number", "口座の 番号"), digits=7, required=False
    )
    pin = PinField(label=say_later("利用者証明用の暗証番号", "PIN for signing in", "カードの 番号"))
    affair = forms.ChoiceField(
        label=say_later("事務", "Affair"),
        choices=[
            ("", say_later("選んでください", "Choose")),
            ("jidofuyo", say_later("児童扶養手当の支給に関する事務", "Child-rearing allowance")),
            ("tax", say_later("地方税の賦課徴収", "Local tax")),
        ],
    )
    card = forms.ChoiceField(
        label=say_later("つかうカード", "Card"),
        choices=[
            ("hanako", say_later("架空 花子のカード", "Card of Hanako")),
            ("taro", say_later("架空 太郎のカード", "Card of Taro")),
        ],
        widget=forms.RadioSelect,
    )
    facts = forms.MultipleChoiceField(
        label=say_later("聞くこと", "What to ask for"),
        choices=[
            ("tax", say_later("地方税関係情報", "Local tax")),
            ("pension", say_later("年金給付関係情報", "Pension benefits")),
            ("account", say_later("公的給付支給等口座情報", "Receiving account")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    paper = DocumentField(label=say_later("就労証明書", "Certificate of employment"), required=False)
    note = forms.CharField(label=say_later("理由", "Reason"), widget=forms.Textarea, required=False)
    agree = forms.BooleanField(label=say_later("上の内容を確かめました", "I have checked the above"))


class KnownForm(PlainForm):
    """Fields of which something is known: locked, prefilled, sent back to be corrected."""

    address = forms.CharField(label=say_later("住所", "Address"), disabled=True)
    phone = PhoneField(label=say_later("電話番号", "Telephone", "でんわ ばんごう"))
    employer = forms.CharField(label=say_later("勤め先", "Employer", "はたらいている ところ"))


KNOWN: Final = {
    "address": "東京都葛飾区立石5丁目13番1号",
    "phone": "090-0000-0000",
    "employer": "架空商事",
}
"""What is known for `KnownForm`."""


class AddressForm(PlainForm):
    """The picker of an address."""

    address = AddressField(label=say_later("住所", "Address"))


class BankForm(PlainForm):
    """The picker of a bank and its branch."""

    bank = BankBranchField(
        label=say_later("受け取る口座の金融機関", "Bank of the account"),
        help_text=say_later(
            "通帳かキャッシュカードを見ながら入力してください。",
            "As in the bank book or on the bank card",
            "通帳か カードを 見て 書いてください。",
        ),
    )
    account = DigitsField(label=say_later("口座番号", "Account number", "口座の 番号"), digits=7)


class PinForm(PlainForm):
    """A PIN with keys on the screen."""

    code = PinField(
        label=say_later("利用者証明用の暗証番号", "PIN for signing in", "カードの 番号"),
        help_text=say_later(
            "数字4けた。3回まちがえるとロックされます。", "4 digits. Three wrong tries lock it."
        ),
    )
