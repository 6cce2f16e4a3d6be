"""What the member's staff fills in about opening hours."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils import timezone

from mynumber.foundation.law import InformationKind
from mynumber.webkit.face.forms import PlainForm

DAYS_JA = "月火水木金土日"
_TIME = {"invalid": "08:30 の形で入力してください。"}
_MOMENT = {"invalid": "2026-12-01 22:00 の形で入力してください。"}
_MOMENTS = ["%Y-%m-%d %H:%M"]


class HoursForm(PlainForm):
    """回答する時間"""

    days = forms.MultipleChoiceField(
        label="曜日",
        choices=[(str(day), f"{name}曜日") for day, name in enumerate(DAYS_JA)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "曜日を選んでください。"},
    )
    opens = forms.TimeField(
        label="始まり", input_formats=["%H:%M"], help_text="例：08:30", error_messages=_TIME
    )
    closes = forms.TimeField(
        label="終わり",
        input_formats=["%H:%M"],
        help_text="例：18:00。00:00 は24時です。",
        error_messages=_TIME,
    )

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens is not None and closes is not None and closes != time(0) and closes <= opens:
            self.add_error("closes", "始まりより後の時刻を入力してください。")
        return cleaned


class ClosureForm(PlainForm):
    """回答を止める期間"""

    begins = forms.DateTimeField(
        label="始まり", input_formats=_MOMENTS, help_text="例：2026-12-01 22:00", error_messages=_MOMENT
    )
    ends = forms.DateTimeField(
        label="終わり", input_formats=_MOMENTS, help_text="例：2026-12-02 06:00", error_messages=_MOMENT
    )
    why = forms.CharField(label="理由", max_length=100, help_text="例：システムの更改")

    def clean(self) -> dict[str, Any]:
        """The end lies ahead, and after the beginning."""
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins is not None and ends is not None and ends <= max(begins, timezone.now()):
            self.add_error("ends", "始まりといまより後の日時を入力してください。")
        return cleaned


class PaperForm(PlainForm):
    """代わりになる書類"""

    information = forms.ChoiceField(label="情報")
    name = forms.CharField(label="書類の名前", max_length=100, help_text="例：課税証明書")
    where = forms.CharField(
        label="受け取れるところ", max_length=200, help_text="例：市民税課の窓口、コンビニ交付"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["information"] = forms.ChoiceField(
            label="情報",
            choices=[
                (kind.value, kind.label_ja)
                for kind in sorted(InformationKind, key=lambda kind: kind.label_ja)
            ],
        )
