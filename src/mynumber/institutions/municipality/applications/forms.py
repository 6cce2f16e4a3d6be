"""What the case worker of a municipality fills in beside what all bodies have (`webkit.examination.forms`)."""

from __future__ import annotations

import re

from django import forms

from mynumber.webkit.face.forms import PlainForm


class PersonForm(PlainForm):
    """申請者を住民票と結び付ける"""

    addressee = forms.CharField(
        label="宛名番号",
        max_length=10,
        help_text="「住民を探す」で、四つの情報を見比べてから入力してください。",
    )


class DraftForm(PlainForm):
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
