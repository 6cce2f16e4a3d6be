"""Forms of proxies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django import forms

from mynumber.foundation.people.ages import has_attained
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.proxies import kept
from mynumber.institutions.portal.proxies.claiming import ADULT
from mynumber.institutions.portal.proxies.granting import LONGEST_DAYS
from mynumber.institutions.portal.proxies.models import Function, Kind
from mynumber.webkit.face.fields import WarekiDateField
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say, say_later, spoken

LONGEST_NAME = 20
_FUNCTIONS = {
    Function.RECORDS: say_later("やりとり履歴を見る", "See exchange records", "きろくを 見る"),
    Function.NOTICES: say_later("お知らせを見る", "Read notices", "お知らせを 見る"),
    Function.APPLY: say_later(
        "手続をする（下で選んだもの）", "Apply (for what is chosen below)", "手つづきを する"
    ),
    Function.PREFILL: say_later(
        "手続の書類に、役所が持つわたしの情報を入れる（代理人が読みます）",
        "Fill in what the office knows of me (the proxy reads it)",
        "やくしょが 知って いる ことを 入れる",
    ),
    Function.PAYMENTS: say_later("納付する", "Pay", "お金を はらう"),
}


def _name(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_NAME)


class OfferForm(PlainForm):
    """Who may do what for me, until when."""

    proxy_called = _name(
        say_later("代理人の呼び方", "What you call the proxy", "かわりの 人の よびかた"),
        say_later(
            "例：長女。あなたの画面に出ます。", "For example: my daughter. Shown to you.", "れい：むすめ"
        ),
    )
    person_called = _name(
        say_later("あなたの呼び方", "What the proxy calls you", "あなたの よびかた"),
        say_later(
            "例：母。代理人の画面に、いつも出ます。",
            "For example: mother. Always shown to the proxy.",
            "れい：母",
        ),
    )
    number = forms.CharField(
        label=say_later(
            "代理人の「つながり番号」", "Personal number of the proxy", "かわりの 人の つながり番号"
        ),
        help_text=say_later(
            "代理人になる人の「代理」のページにある8文字です。ほかの人は、番号を知っても引き受けられません。",
            "The eight signs on the proxy's own page. Nobody else can accept.",
            "かわりの 人の ページに ある 8文字です。",
        ),
        max_length=20,
    )
    functions = forms.MultipleChoiceField(
        label=say_later("まかせること", "What the proxy may do", "まかせる こと"),
        choices=[(each.value, words) for each, words in _FUNCTIONS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    procedures = forms.MultipleChoiceField(
        label=say_later("まかせる手続", "Procedures", "まかせる 手つづき"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until"] = WarekiDateField(
            label=say("いつまで", "Until", "いつまで"),
            earliest=today,
            latest=today + timedelta(days=LONGEST_DAYS),
        )
        cast(forms.MultipleChoiceField, self.fields["procedures"]).choices = procedure_choices(today)

    def clean_number(self) -> str:
        """Eight signs, however they were typed."""
        number = kept.typed(self.cleaned_data["number"])
        if len(number) != 8:
            raise forms.ValidationError(
                say("8文字の番号を入力してください。", "Enter the eight signs.", "8文字を 書いて ください。")
            )
        return number

    def clean(self) -> dict[str, Any]:
        """Applying and the procedures go together."""
        given = super().clean() or {}
        applies = Function.APPLY.value in given.get("functions", [])
        if applies and not given.get("procedures"):
            self.add_error(
                "procedures",
                say("まかせる手続を選んでください。", "Choose procedures.", "えらんで ください。"),
            )
        if not applies:
            given["procedures"] = []
            if Function.PREFILL.value in given.get("functions", []):
                self.add_error(
                    "functions",
                    say(
                        "情報を入れるのは、手続をまかせるときだけです。「手続をする」も選んでください。",
                        "This goes only together with applying.",
                        "「手つづきを する」も えらんで ください。",
                    ),
                )
        return given


def procedure_choices(today: date) -> list[tuple[str, str]]:
    """The procedures of today that may be entrusted to somebody, in the chosen language."""
    spoke = spoken()
    return [
        (each.id, each.title.in_language(spoke))
        for each in catalogue().on(today)
        if each.takes_proxies(by_law=False)
    ]


class CodeForm(PlainForm):
    """The code that the person gave."""

    code = forms.CharField(
        label=say_later("引き受けの番号", "Code", "番号"),
        help_text=say_later(
            "代理を頼んだ人から受け取った12文字です。",
            "The twelve signs that you were given.",
            "もらった 12文字です。",
        ),
        max_length=40,
    )


class RepresentationForm(PlainForm):
    """Whom the law lets me represent."""

    kind = forms.ChoiceField(
        label=say_later("あなたは", "You are", "あなたは"),
        choices=[
            (
                Kind.PARENT.value,
                say_later("子（18歳になるまで）の親権者", "the parent of a child under 18", "子どもの 親"),
            ),
            (Kind.GUARDIAN.value, say_later("成年後見人・保佐人・補助人", "a guardian", "こうけんにん")),
        ],
        widget=forms.RadioSelect,
    )
    called = _name(
        say_later("代理される人の呼び方", "What you call the person", "その 人の よびかた"),
        say_later(
            "例：長男。あなたの画面に、いつも出ます。",
            "For example: my son. Always shown to you.",
            "れい：むすこ",
        ),
    )
    name = forms.CharField(
        label=say_later("代理される人の氏名", "Name of the person", "その 人の 名前"),
        help_text=say_later("住民票のとおりに。", "As in the register.", "住民票の とおり"),
        max_length=100,
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["birth"] = WarekiDateField(
            label=say("代理される人の生年月日", "Date of birth of the person", "その 人の 生まれた 日"),
            latest=today,
        )

    def clean_name(self) -> str:
        """One line that can be printed."""
        name = str(self.cleaned_data["name"])
        if not name.isprintable():
            raise forms.ValidationError(
                say("氏名を入力してください。", "Enter the name.", "名前を 書いて ください。")
            )
        return name

    def clean(self) -> dict[str, Any]:
        """A parent's right ends with the eighteenth birthday."""
        given = super().clean() or {}
        birth = given.get("birth")
        if birth and given.get("kind") == Kind.PARENT.value and has_attained(birth, ADULT, self.today):
            self.add_error(
                "birth",
                say(
                    "18歳以上の人の親権者にはなれません。本人が手続します。",
                    "The person is of age and acts for themself.",
                    "18さいから じぶんで します。",
                ),
            )
        return given
