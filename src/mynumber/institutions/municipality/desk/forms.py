"""What the clerk fills in around the form itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from mynumber.foundation.procedures.overlays import Local
from mynumber.institutions.municipality.counter.forms import CheckForm
from mynumber.institutions.municipality.desk.models import HandReason
from mynumber.webkit.face.forms import PlainForm


class CodeForm(PlainForm):
    """窓口で下書きを引き継ぐ"""

    code = forms.RegexField(
        r"^[0-9A-Za-z -]{8,24}$",
        label="本人が見せた番号",
        help_text="マイナポータルの「窓口で続ける」に出る番号です。",
        error_messages={"invalid": "8文字から16文字の英数字で入力してください。"},
    )

    def clean_code(self) -> str:
        """Capitals without spaces."""
        code = re.sub(r"[ -]", "", str(self.cleaned_data["code"])).upper()
        if not re.fullmatch(r"[0-9A-Z]{8,16}", code, re.ASCII):
            raise forms.ValidationError("8文字から16文字の英数字で入力してください。", code="invalid")
        return code


class BeginForm(CheckForm):
    """窓口ではじめる: which procedure, for whom, and that they agree."""

    def __init__(self, offered: Sequence[Local], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedure"] = forms.ChoiceField(
            label="手続",
            choices=[
                ("", "選んでください"),
                *((each.procedure.id, each.procedure.title.ja) for each in offered),
            ],
            error_messages={"required": "手続を選んでください。"},
        )
        self.fields["addressee"] = forms.CharField(
            label="宛名番号",
            max_length=10,
            help_text="「住民を探す」で、四つの情報を見比べてから入力してください。",
        )
        self.fields["agreed"] = forms.BooleanField(
            label="本人が、住民票などの情報をこの申請に入れることに同意した",
            error_messages={"required": "本人の同意を確かめてください。"},
        )
        self.order_fields(["procedure", "addressee", "check", "agreed"])


class HandForm(CheckForm):
    """記名・自署で提出する: why not with the card, how the applicant was identified, and that they signed on paper."""

    reason = forms.ChoiceField(
        label="カードで署名しない理由",
        choices=HandReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "理由を選んでください。"},
    )
    words = forms.CharField(label="そのほかの理由", max_length=400, required=False)
    signed = forms.BooleanField(
        label="本人が、印刷した確認書を読み、自分で署名（または記名）した",
        error_messages={"required": "本人が紙に署名したことを確かめてください。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["reason", "words", "check", "signed"])

    def clean(self) -> dict[str, Any]:
        """Another reason is written down."""
        data = super().clean() or self.cleaned_data
        if data.get("reason") == HandReason.OTHER and not str(data.get("words", "")).strip():
            self.add_error("words", "そのほかの理由を書いてください。")
        return data
