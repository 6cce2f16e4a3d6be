"""What the member's staff fills in at the desk."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from mynumber.foundation.facts import MalformedKey, Period
from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.desk.deciding import REFUSALS
from mynumber.protocols.facts import FACTS, may_be_of
from mynumber.protocols.holds import Hold, HoldReason
from mynumber.webkit.face.forms import PlainForm

EVERY_KIND = ""
_PERIOD = re.compile(r"([0-9]{4})年度|([0-9]{4})年|([0-9]{4}-[0-9]{2})", re.ASCII)


class RefuseForm(PlainForm):
    """提供しない理由"""

    reason = forms.ChoiceField(
        label="提供しない理由",
        choices=[(reason.value, reason.sentence_ja) for reason in REFUSALS],
        widget=forms.RadioSelect,
        help_text="照会した機関の担当者が読みます。支援措置のことは伝わりません。",
    )


class HoldForm(PlainForm):
    """自動応答を止める"""

    addressee = forms.RegexField(
        r"\A[0-9A-Za-z-]{1,40}\Z",
        label="宛名番号",
        required=False,
        help_text="空欄にすると、すべての人が対象です。",
        error_messages={"invalid": "宛名番号は英数字で入力してください。"},
    )
    information = forms.ChoiceField(label="情報", required=False)
    period = forms.CharField(
        label="年度・年・月",
        required=False,
        max_length=10,
        help_text="この情報のうち一つの年度などに限るときに入力します。例：2026年度、2025年、2026-04",
    )
    reason = forms.ChoiceField(
        label="理由", choices=[(reason.value, reason.label_ja) for reason in HoldReason]
    )
    until = forms.DateField(
        label="終わりの日",
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text="この日から自動応答に戻ります。空欄なら、解除するまで続きます。例：2027-03-31",
        error_messages={"invalid": "2027-03-31 の形で入力してください。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(FACTS, key=lambda kind: kind.label_ja)
        self.fields["information"] = forms.ChoiceField(
            label="情報",
            required=False,
            choices=[(EVERY_KIND, "すべての情報"), *((kind.value, kind.label_ja) for kind in kinds)],
        )

    def clean_period(self) -> str | None:
        """As the network writes it."""
        typed = self.cleaned_data["period"].strip()
        if not typed:
            return None
        match = _PERIOD.fullmatch(typed)
        try:
            if match is None:
                raise MalformedKey
            fiscal, calendar, month = match.groups()
            return Period.parse(f"fy{fiscal}" if fiscal else f"cy{calendar}" if calendar else month).text
        except MalformedKey:
            raise forms.ValidationError(
                "2026年度、2025年、2026-04 のいずれかの形で入力してください。"
            ) from None

    def clean(self) -> dict[str, Any]:
        """Something is named, a period is one of the kind, and the end lies ahead."""
        cleaned = super().clean() or {}
        if cleaned.get("period"):
            kind = kind_of(cleaned.get("information") or "")
            if kind is None or not may_be_of(kind, cleaned["period"]):
                self.add_error("period", "この情報には、この年度・年・月のものがありません。")
        if not self.errors and not cleaned.get("addressee") and not cleaned.get("information"):
            raise forms.ValidationError("宛名番号か情報の、どちらかを入力してください。")
        until = cleaned.get("until")
        if until is not None and until <= timezone.localdate():
            self.add_error("until", "明日より後の日を入力してください。")
        return cleaned

    def hold(self) -> Hold:
        """The switch, from now on."""
        cleaned = self.cleaned_data
        until = cleaned["until"]
        return Hold(
            addressee=cleaned["addressee"] or None,
            information=cleaned["information"] or None,
            period=cleaned["period"],
            reason=HoldReason(cleaned["reason"]),
            since=timezone.now(),
            until=timezone.make_aware(datetime.combine(until, time.min)) if until else None,
        )


def kind_of(information: str) -> InformationKind | None:
    """The kind whose layout can be typed; None for others."""
    try:
        kind = InformationKind.named(information)
    except ValueError:
        return None
    return kind if kind in FACTS else None
