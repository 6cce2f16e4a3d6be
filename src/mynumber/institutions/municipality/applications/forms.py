"""What the case worker of a municipality fills in beside what all bodies have (`webkit.examination.forms`)."""

from __future__ import annotations

from django import forms

from mynumber.webkit.face.forms import PlainForm


class PersonForm(PlainForm):
    """申請者を住民票と結び付ける"""

    addressee = forms.CharField(
        label="宛名番号",
        max_length=10,
        help_text="「住民を探す」で、四つの情報を見比べてから入力してください。",
    )
