"""What staff fill in."""

from __future__ import annotations

from django import forms

from mynumber.institutions.municipality.billing.models import Kind
from mynumber.webkit.face.fields import WarekiDateField, WidthTolerantField
from mynumber.webkit.face.forms import PlainForm


class YenField(WidthTolerantField):
    """Whole yen as people write them: 12000, 12,000, １２，０００円."""

    def to_python(self, value: object) -> str:
        """Read it. Raises ValidationError."""
        return super().to_python(str(value or "").translate({ord(sign): None for sign in ",，、円"}))


def _yen(label: str) -> WidthTolerantField:
    return YenField(
        pattern=r"[1-9][0-9]{0,8}", form=("9けたまでの数字", "up to 9 digits"), example="12000", label=label
    )


class BillForm(PlainForm):
    """A bill with one line."""

    addressee = WidthTolerantField(
        pattern=r"[0-9A-Za-z]{1,10}",
        form=("10けたまでの英数字", "up to 10 letters or digits"),
        example="0000000001",
        label="宛名番号",
    )
    kind = forms.ChoiceField(
        label="種類", choices=[(kind.value, kind.label) for kind in Kind if kind is not Kind.FEE]
    )
    title = forms.CharField(label="納付書の名前", max_length=100, help_text="例：令和8年度 固定資産税 第3期")
    amount = _yen("金額（円）")
    due = WarekiDateField(label="納期限")
    once = forms.CharField(widget=forms.HiddenInput, max_length=36)
    """Made with the page, so that sending it twice makes one bill."""


class ReasonForm(PlainForm):
    """Why something is taken back."""

    reason = forms.CharField(label="理由", max_length=100)


class RefundForm(ReasonForm):
    """How much goes back, and why."""

    amount = _yen("返す金額（円）")


class DayForm(PlainForm):
    """Which day."""

    day = WarekiDateField(label="納付の日")
