"""What staff fill in for a mailing."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile

from mynumber.institutions.municipality.notices import filling, targeting
from mynumber.institutions.municipality.notices.filling import BadWords
from mynumber.institutions.municipality.notices.models import Aim
from mynumber.institutions.municipality.notices.targeting import BadFile, Criteria, Listed
from mynumber.protocols.notices import Category
from mynumber.webkit.face.fields import WarekiDateField
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.words import JST
from mynumber.webkit.uploads import largest_file

CATEGORIES: Final = (
    (Category.GENERAL.value, "お知らせ"),
    (Category.PROCEDURE.value, "手続"),
    (Category.BENEFIT.value, "給付"),
    (Category.HEALTH.value, "健診・予防接種"),
    (Category.PAYMENT.value, "納付"),
)
"""A decision (処分の通知) is not sent by mailing: it comes from its case."""
HOURS: Final = tuple((f"{hour}", f"{hour}時") for hour in range(7, 21))
_CONTROL: Final = r"\A[^\x00-\x1f\x7f]*\Z"
_LINK: Final = r"\A/([a-z0-9_?=&.-][a-z0-9/_?=&.-]{0,298})?\Z"


def _one_line(label: str, **options: Any) -> forms.RegexField:
    return forms.RegexField(
        _CONTROL,
        label=label,
        max_length=100,
        error_messages={"invalid": "改行や特別な文字は使えません。"},
        **options,
    )


class MailingForm(PlainForm):
    """一斉のお知らせ"""

    category = forms.ChoiceField(label="種類", choices=CATEGORIES)
    title = _one_line("件名")
    words = forms.CharField(
        label="本文",
        max_length=3000,
        widget=forms.Textarea,
        help_text="{氏名} {生年月日} {期限} と書いたところに、一人ずつの値が入ります。CSVで選ぶときは、その列の名前も使えます。",
    )
    office = _one_line("差出人（課の名前）")
    due = WarekiDateField(label="期限", required=False)
    link = forms.RegexField(
        _LINK,
        label="マイナポータルのページ",
        max_length=300,
        required=False,
        help_text="手続のページなど。/procedures/… のように / から書きます。ほかのサイトは書けません。",
        error_messages={"invalid": "/ から始まる、マイナポータルの中のページを書いてください。"},
    )
    aim = forms.ChoiceField(label="宛先の選び方", choices=Aim.choices, widget=forms.RadioSelect)
    send_on = WarekiDateField(
        label="送る日", required=False, help_text="書かないと、承認されたらすぐに送ります。"
    )
    hour = forms.ChoiceField(label="送る時刻", choices=HOURS, required=False, initial="9")

    def __init__(self, *args: Any, places: tuple[str, ...] | None = None, **kwargs: Any) -> None:
        """``places``: what may be filled in, where that is known; else only the braces are looked at."""
        super().__init__(*args, **kwargs)
        self._places = places

    def clean_words(self) -> str:
        return self._checked(self.cleaned_data["words"].replace("\r\n", "\n").replace("\t", "　"))

    def clean_title(self) -> str:
        return self._checked(self.cleaned_data["title"])

    def _checked(self, words: str) -> str:
        try:
            if self._places is None:
                filling.places(words)
            else:
                filling.check(words, self._places)
        except BadWords as bad:
            raise forms.ValidationError(str(bad), code="places") from None
        if any((ord(one) < 0x20 and one != "\n") or one == "\x7f" for one in words):
            raise forms.ValidationError("使えない文字があります。", code="control")
        return words

    def text(self) -> dict[str, Any]:
        """The columns of a mailing."""
        given = self.cleaned_data
        send_at = (
            datetime.combine(given["send_on"], time(int(given["hour"] or 9)), JST)
            if given.get("send_on")
            else None
        )
        return {
            **{name: given[name] for name in ("category", "title", "words", "office", "due", "link", "aim")},
            "send_at": send_at,
        }


class RegisterForm(PlainForm):
    """住民票の条件"""

    on = WarekiDateField(label="いつの時点の年齢か")
    age_from = forms.IntegerField(label="何歳から", required=False, min_value=0, max_value=targeting.OLDEST)
    age_to = forms.IntegerField(label="何歳まで", required=False, min_value=0, max_value=targeting.OLDEST)
    towns = forms.MultipleChoiceField(
        label="町（選ばないと全部）", required=False, widget=forms.CheckboxSelectMultiple
    )
    heads_only = forms.BooleanField(label="世帯主だけに送る（一世帯に一通）", required=False)

    def __init__(self, *args: Any, towns: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["towns"]).choices = [(town, town) for town in towns]

    def clean(self) -> dict[str, Any] | None:
        """From is not more than to."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("age_from"), given.get("age_to")
        if first is not None and last is not None and first > last:
            self.add_error("age_to", "「何歳から」と同じか、大きい数にしてください。")
        return given

    def criteria(self) -> Criteria:
        """What was chosen."""
        given = self.cleaned_data
        return Criteria(
            given["on"],
            given["age_from"],
            given["age_to"],
            tuple(given["towns"]),
            given["heads_only"],
        )


class FileForm(PlainForm):
    """宛名番号のファイル"""

    file = forms.FileField(
        label="CSVファイル",
        help_text="1行目に列の名前、そのうち一つは「宛名番号」。ほかの列は本文に {列の名前} で差し込めます。",
    )

    def clean_file(self) -> Listed:
        """What it says."""
        file = self.cleaned_data["file"]
        if not isinstance(file, UploadedFile) or (file.size or 0) > largest_file():
            raise forms.ValidationError("ファイルが大きすぎます。分けてください。", code="too_large")
        try:
            return targeting.read_file(file.read())
        except BadFile as bad:
            raise forms.ValidationError(str(bad), code="file") from None


class FindForm(PlainForm):
    """人を選ぶ"""

    q = forms.CharField(label="氏名・読み・宛名番号", max_length=60)


class ReturnForm(PlainForm):
    """差戻し"""

    words = forms.CharField(label="差し戻す理由", max_length=400, widget=forms.Textarea)
