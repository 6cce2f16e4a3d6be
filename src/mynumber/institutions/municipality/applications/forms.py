"""What the case worker of a municipality fills in beside what all bodies have (`webkit.examination.forms`)."""

from __future__ import annotations

import re

from django import forms

from mynumber.webkit.examination import forms as examination
from mynumber.webkit.face.forms import PlainForm


class PersonForm(PlainForm):
    """申請者を住民票と結び付ける"""

    addressee = forms.CharField(
        label="宛名番号",
        max_length=10,
        help_text="「住民を探す」で、四つの情報を見比べてから入力してください。",
    )


class DecideForm(examination.DecideForm):
    """With an amount and its first month."""

    amount = forms.CharField(
        label="支給する額（円）",
        required=False,
        max_length=15,
        help_text="金額のない決定では空のままにします。",
    )
    from_month = forms.CharField(label="始まる月", required=False, max_length=7, help_text="例：2026-12")

    def clean_amount(self) -> int | None:
        """Whole yen."""
        typed = str(self.cleaned_data["amount"]).replace(",", "").strip()
        if not typed:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", typed, re.ASCII):
            raise forms.ValidationError("金額は数字だけで入力してください。")
        return int(typed)

    def clean_from_month(self) -> str:
        """2026-12"""
        typed = str(self.cleaned_data["from_month"]).strip()
        if typed and not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", typed, re.ASCII):
            raise forms.ValidationError("始まる月は 2026-12 の形で入力してください。")
        return typed
