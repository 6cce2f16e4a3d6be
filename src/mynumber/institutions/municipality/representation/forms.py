"""What clerks fill in about claims."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms

from mynumber.institutions.municipality.representation.claims import LONGEST_DAYS
from mynumber.institutions.municipality.representation.models import Claim, Kind, Seen
from mynumber.webkit.face.fields import WarekiDateField, WidthTolerantField
from mynumber.webkit.face.forms import PlainForm

_FOR = {
    Kind.PARENT: (Seen.REGISTER, Seen.FAMILY_REGISTER, Seen.COURT),
    Kind.GUARDIAN: (Seen.GUARDIANSHIP, Seen.COURT),
}


class ConfirmForm(PlainForm):
    """確認する"""

    addressee = WidthTolerantField(
        pattern=r"[0-9A-Za-z]{1,10}",
        form=("10けたまでの英数字", "up to 10 letters or digits"),
        example="0000000001",
        label="代理される人の宛名番号",
        help_text="住民票で一人に定まらないときに入力します。",
        required=False,
    )
    words = forms.CharField(
        label="見たもの",
        help_text="住民票だけで確かめたときは、書かなくてもかまいません。例：令和8年11月10日 葛飾区発行の戸籍全部事項証明書",
        max_length=400,
        required=False,
    )

    def __init__(self, claim: Claim, *args: Any, today: date, is_found: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        kind = Kind(claim.kind)
        self.fields["seen"] = forms.ChoiceField(
            label="何で確かめましたか",
            choices=[(each.value, each.label) for each in _FOR[kind]],
            widget=forms.RadioSelect,
        )
        if kind is Kind.GUARDIAN:
            self.fields["until"] = WarekiDateField(
                label="いつまで", earliest=today, latest=today + timedelta(days=LONGEST_DAYS)
            )
        if is_found:
            del self.fields["addressee"]
        self.order_fields(["addressee", "seen", "words", "until"])


class ReasonForm(PlainForm):
    """確認しない, 終わらせる: the reason."""

    reason = forms.CharField(
        label="理由",
        help_text="届け出た人が読みます。ほかの人の住所や家族のことは書かないでください。",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
