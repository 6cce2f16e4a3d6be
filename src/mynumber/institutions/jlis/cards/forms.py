"""What applicants and the staff of J-LIS fill in."""

from __future__ import annotations

from typing import Any

from django import forms

from mynumber.foundation.people import MalformedPersonalData, Wareki
from mynumber.foundation.portrait import LARGEST_FILE, PhotoReason, PhotoRefused, accept
from mynumber.webkit.face.forms import PlainForm

_ID_DIGITS = 23
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


class IdField(forms.CharField):
    """申請書ID: 23 digits, typed with or without spaces and hyphens, narrow or wide."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="申請書ID",
            max_length=60,
            help_text="交付申請書に書いてある23桁の数字。空白は入れても入れなくてもかまいません。",
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        """The digits. Raises ValidationError, which does not repeat them."""
        text = str(super().clean(value)).translate(_WIDE_DIGITS)
        digits = "".join(text.replace("-", "").replace("－", "").split())
        if len(digits) != _ID_DIGITS or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError("申請書IDは23桁の数字です。申請書をもう一度見て入力してください。")
        return digits


class BirthField(forms.DateField):
    """A birth date: 1990-06-15, 1990/6/15 or by era (平成2年6月15日)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="生年月日",
            help_text="例：1990-06-15、平成2年6月15日",
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"],
            error_messages={"invalid": "1990-06-15 または 平成2年6月15日 の形で入力してください。"},
            widget=forms.DateInput(attrs={"autocomplete": "off"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        """Read it. Raises ValidationError."""
        if isinstance(value, str) and value.strip()[:1] in set("明大昭平令MTSHR"):
            try:
                return Wareki.parse(value.strip()).to_date()
            except MalformedPersonalData:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)


class ApplyForm(PlainForm):
    """交付申請 on the net."""

    application_id = IdField()
    birth_date = BirthField()
    photo = forms.FileField(
        label="顔写真",
        help_text=f"6か月以内に写した、正面・無帽・無背景の縦長の写真（JPEGかPNG、{LARGEST_FILE // 1024}KB以下）。"
        "撮影した場所などの付属情報は、受け付けるときに取り除きます。",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
        error_messages={"required": "写真を選んでください。", "empty": PhotoReason.EMPTY.sentence_ja},
    )
    signature_certificate = forms.BooleanField(
        label="署名用電子証明書を希望する",
        required=False,
        initial=True,
        help_text="15歳未満の人には、希望しても発行されません。",
    )

    def clean_photo(self) -> Any:
        """The cleaned photo. Raises ValidationError saying what to do."""
        file = self.cleaned_data["photo"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(PhotoReason.TOO_LARGE.sentence_ja)
        try:
            return accept(file.read())
        except PhotoRefused as refused:
            raise forms.ValidationError(refused.reason.sentence_ja) from None


class StatusForm(PlainForm):
    """申請状況の照会"""

    application_id = IdField()


class ReviewForm(PlainForm):
    """写真の確認"""

    DETAILS = (
        ("face", "顔が正面を向いていないか、隠れています。正面・無帽の写真を送ってください。"),
        ("background", "背景に物や影が写っています。無背景の写真を送ってください。"),
        ("old", "6か月より前の写真です。新しく撮影した写真を送ってください。"),
        ("blurred", "写真がぼやけています。はっきり写った写真を送ってください。"),
    )
    decision = forms.ChoiceField(
        label="判断",
        choices=[("approve", "製造に回す"), ("return", "不備として本人に返す"), ("withdraw", "取りやめる")],
        widget=forms.RadioSelect,
    )
    detail = forms.ChoiceField(
        label="不備の内容",
        required=False,
        choices=[("", "選んでください"), *DETAILS],
        help_text="本人に返すとき",
    )

    def clean(self) -> dict[str, Any]:
        """A reason for what is sent back."""
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "return" and not cleaned.get("detail"):
            self.add_error("detail", "不備の内容を選んでください。")
        return cleaned


class LossForm(PlainForm):
    """紛失の電話"""

    name = forms.CharField(
        label="氏名", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    address = forms.CharField(
        label="住所",
        max_length=300,
        help_text="都道府県名から",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    birth_date = BirthField()
    sex = forms.ChoiceField(label="性別", choices=[("1", "男"), ("2", "女")], widget=forms.RadioSelect)
    called_back = forms.ChoiceField(
        label="折り返しの電話",
        choices=[
            ("yes", "折り返して、本人か家族であることを確かめた"),
            ("no", "つながらない、または確かめられない"),
        ],
        widget=forms.RadioSelect,
    )
