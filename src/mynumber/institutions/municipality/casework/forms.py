"""What the case worker fills in."""

from datetime import date
from typing import Any

from django import forms

from mynumber.foundation.law import Affair, InformationKind
from mynumber.foundation.law.own_use import is_own_use
from mynumber.foundation.people import MalformedPersonalData, Wareki
from mynumber.protocols.directory import System


class BirthField(forms.DateField):
    """A birth date: 1990-06-15, 1990/6/15 or by era (平成2年6月15日, H02.06.15)."""

    def to_python(self, value: Any) -> date | None:
        """Read it. Raises ValidationError."""
        if isinstance(value, str) and value.strip()[:1] in set("明大昭平令MTSHR"):
            try:
                return Wareki.parse(value.strip()).to_date()
            except MalformedPersonalData:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)


class SearchForm(forms.Form):
    """住民を探す"""

    words = forms.CharField(
        label="氏名・振り仮名・宛名番号",
        required=False,
        max_length=100,
        help_text="はじめの何文字かで探します。例：さとうはな、佐藤花、1000000001",
    )
    birth = BirthField(
        label="生年月日",
        required=False,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"],
        help_text="例：1990-06-15、平成2年6月15日",
        error_messages={"invalid": "1990-06-15 または 平成2年6月15日 の形で入力してください。"},
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """At least one of them."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("words") and not cleaned.get("birth"):
            raise forms.ValidationError("氏名・振り仮名・宛名番号か、生年月日を入力してください。")
        return cleaned


class OpenForm(forms.Form):
    """事務を選ぶ"""

    affair = forms.ChoiceField(label="事務", help_text="この団体が照会できる事務（番号法第19条第8号の表）")

    def __init__(self, affairs: tuple[Affair, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["affair"] = forms.ChoiceField(
            label="事務",
            help_text="この団体が照会できる事務だけが並びます（番号法第19条第8号の表と、第9号の独自利用事務）。",
            choices=[(affair.id, f"{affair.words}（{_place(affair)}）") for affair in affairs],
        )


def _place(affair: Affair) -> str:
    return "条例による独自利用事務" if is_own_use(affair.id) else f"{affair.item_label}の項"


class ByHandForm(forms.Form):
    """表にない照会を試す"""

    def __init__(self, systems: tuple[System, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["information"] = forms.ChoiceField(
            label="情報",
            choices=[
                ("", "選んでください"),
                *((kind.value, kind.label_ja) for kind in InformationKind if not kind.former),
            ],
        )
        self.fields["provider"] = forms.ChoiceField(
            label="照会先",
            choices=[("", "選んでください"), *((system.id, system.name) for system in systems)],
        )
