"""What the member's staff fills in to correct what was given."""

from __future__ import annotations

from typing import Any

from django import forms

from mynumber.foundation.law import InformationKind
from mynumber.protocols.corrections import CorrectionReason
from mynumber.webkit.face.forms import PlainForm

_DAY = {"invalid": "2026-04-01 の形で入力してください。"}


class CorrectionForm(PlainForm):
    """訂正を知らせる"""

    addressee = forms.RegexField(
        r"\A[0-9A-Za-z-]{1,40}\Z",
        label="宛名番号",
        help_text="誤った情報を、この人の情報として提供したものです。",
        error_messages={"invalid": "宛名番号は英数字で入力してください。"},
    )
    information = forms.ChoiceField(label="情報")
    reason = forms.ChoiceField(
        label="誤りの種類",
        choices=[(reason.value, reason.label_ja) for reason in CorrectionReason],
        widget=forms.RadioSelect,
        help_text="紐付け誤りと取消しでは、副本も削除します。値の誤りでは、正しい副本を登録してください。",
    )
    given_since = forms.DateField(
        label="提供した日（始まり）",
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text="空欄なら、記録が残っている全期間（7年）です。例：2026-04-01",
        error_messages=_DAY,
    )
    given_until = forms.DateField(
        label="提供した日（終わり）",
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text="この日を含みます。空欄なら、いままでです。",
        error_messages=_DAY,
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

    def clean(self) -> dict[str, Any]:
        """The end is not before the beginning."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("given_since"), cleaned.get("given_until")
        if since is not None and until is not None and until < since:
            self.add_error("given_until", "始まりの日より後の日を入力してください。")
        return cleaned
