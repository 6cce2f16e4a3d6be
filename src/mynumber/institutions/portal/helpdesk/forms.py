"""Forms of help."""

from __future__ import annotations

from django import forms

from mynumber.institutions.portal.helpdesk.feedback import LONGEST
from mynumber.institutions.portal.helpdesk.inquiries import LONGEST as LONGEST_INQUIRY
from mynumber.institutions.portal.helpdesk.inquiries import Subject
from mynumber.institutions.portal.helpdesk.models import FeedbackState
from mynumber.webkit.face.fields import DigitsField, WarekiDateField
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say_later

SUBJECTS = {
    Subject.SIGN_IN: say_later("サインインとカード", "Sign-in and card", "カード"),
    Subject.APPLICATION: say_later("手続と申請", "Procedures and applications", "手つづき"),
    Subject.NOTICE: say_later("お知らせ", "Notices", "お知らせ"),
    Subject.RECORDS: say_later("やりとり履歴", "Exchange records", "きろく"),
    Subject.PROXY: say_later("代理", "Proxies", "かわりの 人"),
    Subject.OTHER: say_later("そのほか", "Something else", "ほか"),
}


class FeedbackForm(PlainForm):
    """What somebody thinks of a page."""

    words = forms.CharField(
        label=say_later("ご意見（1000文字まで）", "What you think (1000 characters)", "言いたい こと"),
        help_text=say_later(
            "お名前、電話番号、マイナンバーなど、だれのことか分かるものは書かないでください。返事はできません。",
            "Please write nothing that says who you are. There is no answer.",
            "名前や 番号は 書かないで ください。",
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
    )
    page = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)


class InquiryForm(PlainForm):
    """A question to the desk."""

    about = forms.ChoiceField(
        label=say_later("なにについて", "About", "なにに ついて"),
        choices=[(each.value, words) for each, words in SUBJECTS.items()],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=say_later("問い合わせの内容", "Your question", "しつもん"),
        help_text=say_later(
            "マイナンバーや暗証番号は書かないでください。回答は「お知らせ」に届きます。",
            "Write neither your individual number nor a PIN. The answer comes to your notices.",
            "マイナンバーや 暗証番号は 書かないで ください。",
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST_INQUIRY,
    )


class SupportCodeForm(PlainForm):
    """The code that a resident reads out."""

    code = DigitsField(label="支援の番号（利用者の画面の上に出ている8桁）", digits=8)


class DecideForm(PlainForm):
    """Where a piece of feedback goes on the board."""

    state = forms.ChoiceField(
        label="どうするか", choices=[each for each in FeedbackState.choices if each[0] != "new"]
    )
    said = forms.CharField(
        label="公開：こう言われました（自分のことばで。もとの文は公開しない）", max_length=200, required=False
    )
    did = forms.CharField(label="公開：こうしました", max_length=400, required=False)

    def clean_did(self) -> str:
        """Both or none."""
        did: str = self.cleaned_data["did"]
        if bool(did) != bool(self.cleaned_data.get("said")):
            raise forms.ValidationError("公開するときは、両方を書いてください。")
        return did


class AnswerForm(PlainForm):
    """The desk's answer."""

    answer = forms.CharField(
        label="回答", widget=forms.Textarea(attrs={"rows": 8}), max_length=2 * LONGEST_INQUIRY
    )


class QuestionForm(PlainForm):
    """A question and its answer."""

    question = forms.CharField(label="質問", max_length=200)
    answer = forms.CharField(label="答え", widget=forms.Textarea(attrs={"rows": 6}), max_length=4000)
    easy = forms.CharField(
        label="答え（やさしい日本語）",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        required=False,
    )
    english = forms.CharField(
        label="答え（英語）", widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, required=False
    )
    review_by = WarekiDateField(label="いつまでに見直すか")
    is_public = forms.BooleanField(label="公開する", required=False)
