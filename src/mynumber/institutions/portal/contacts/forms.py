"""Forms of the contacts page."""

from __future__ import annotations

from django import forms

from mynumber.institutions.portal.contacts.addresses import CODE_DIGITS, MalformedAddress, parse
from mynumber.institutions.portal.contacts.models import Alert, Language
from mynumber.webkit.face.fields import DigitsField
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say, say_later

LONGEST_NICKNAME = 20

_ALERTS = {
    Alert.SIGN_IN: say_later("サインインがあったとき", "a sign-in", "だれかが 入った とき"),
    Alert.CHANGE: say_later(
        "登録の内容が変わったとき", "a change of your account", "とうろくが かわった とき"
    ),
    Alert.NOTICE: say_later("新しいお知らせが届いたとき", "a new notice", "お知らせが 来た とき"),
    Alert.STEP: say_later("申請が進んだとき", "a step of an application", "申請が すすんだ とき"),
}


class AddressForm(PlainForm):
    """An e-mail address."""

    address = forms.CharField(
        label=say_later("メールアドレス", "E-mail address"),
        max_length=300,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "email",
                "inputmode": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )

    def clean_address(self) -> str:
        """As it is kept."""
        try:
            return parse(self.cleaned_data["address"])
        except MalformedAddress:
            raise forms.ValidationError(
                say(
                    "name@example.jp のように、＠をはさんで半角で入力してください。",
                    "Enter an address like name@example.jp.",
                    "name@example.jp の ように 書いて ください。",
                )
            ) from None


class CodeForm(PlainForm):
    """The six digits of the e-mail."""

    code = DigitsField(
        label=say_later(
            "確認番号（メールに書いてある6桁の数字）",
            "Code from the e-mail (6 digits)",
            "メールの 6つの 数字",
        ),
        digits=CODE_DIGITS,
    )


class PreferencesForm(PlainForm):
    """Nickname, language, alerts."""

    nickname = forms.CharField(
        label=say_later("ニックネーム", "Nickname", "よびな"),
        help_text=say_later(
            "画面の上に出ます。本名でなくてかまいません。",
            "Shown at the top of pages; it need not be your name.",
            "画面の 上に 出ます。本当の 名前で なくて いいです。",
        ),
        max_length=LONGEST_NICKNAME,
        required=False,
    )
    written_in = forms.ChoiceField(
        label=say_later("連絡に使うことば", "Language of messages", "メールの ことば"),
        choices=Language.choices,
        widget=forms.RadioSelect,
    )
    alerts = forms.MultipleChoiceField(
        label=say_later("メールで知らせてほしいこと", "E-mail me about", "メールで しらせて ほしい こと"),
        help_text=say_later(
            "メールには「新しいことがあります」とだけ書きます。",
            "The e-mail only says that there is something new.",
            "メールには 「あたらしい ことが あります」と だけ 書きます。",
        ),
        choices=[(alert.value, words) for alert, words in _ALERTS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def clean_nickname(self) -> str:
        """Printable, on one line."""
        nickname: str = self.cleaned_data["nickname"].strip()
        if not nickname.isprintable():
            raise forms.ValidationError(
                say("使えない文字が入っています。", "It holds signs that cannot be used.")
            )
        return nickname
