"""What is written in a notice of an own-use affair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from mynumber.foundation.law import Affair, OwnUseFault, OwnUseField
from mynumber.webkit.face.forms import PlainForm

LONGEST_WORDS = 400
FAULTS = {
    OwnUseFault.NO_WORDS: "空白だけの項目があります。",
    OwnUseFault.BAD_DATES: "適用の終わりは、始まりより後の日にしてください。",
    OwnUseFault.UNKNOWN_AFFAIR: "適用が始まる日には、準じる事務が表にありません。",
    OwnUseFault.OUTSIDE_AFFAIR: "適用が始まる日には、準じる事務にない規定が選ばれています。",
}
"""What a person can do about a notice that the table does not carry; other faults cannot come from the form."""


def _words(label: str, hint: str = "") -> forms.CharField:
    one_line = RegexValidator(r"^[^\x00-\x1f\x7f]*\Z", "改行などは使えません。一行で入力してください。")
    return forms.CharField(label=label, max_length=LONGEST_WORDS, help_text=hint, validators=[one_line])


class DayField(forms.DateField):
    """A day, like 2026-12-01."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(
            label=label,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            **more,
        )
        self.error_messages["invalid"] = "「2026-12-01」の形で、ある日付を入力してください。"


class ChooseForm(PlainForm):
    """The affair of the table that the ordinance's affair is like."""

    def __init__(self, affairs: Iterable[Affair], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["equivalent"] = forms.ChoiceField(
            label="準じる事務",
            help_text="趣旨・目的が同じで、内容が似ている、表の事務です。この団体が照会できるものだけが並びます。",
            choices=[(affair.id, f"{affair.words}（{affair.item_label}の項）") for affair in affairs],
        )


class FilingForm(PlainForm):
    """A notice of an affair, new or changed."""

    words = _words("事務のことば", "例：ひとり親家庭医療費助成条例による医療費の助成に関する事務")
    ordinance = _words("条例", "名前と条。例：個人番号の利用に関する条例第四条")
    executive = _words("執行機関", "例：区長")
    field = forms.ChoiceField(
        label="分野（番号法第9条第2項）", choices=[(field.value, field.label_ja) for field in OwnUseField]
    )
    reason = _words(
        "準じるといえるわけ", "趣旨・目的が同じで、内容が似ていることを書きます。委員会の人が読みます。"
    )

    def __init__(self, affair: Affair, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rules"] = forms.MultipleChoiceField(
            label="使いたい規定",
            help_text="準じる事務が使える規定のうち、この事務に要るものだけを選びます。",
            choices=[
                (rule.id, f"{rule.id}　{rule.provider_words}から、{rule.information_words}")
                for rule in affair.provisions
            ],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["valid_from"] = DayField(
            "適用の始まり", help_text="委員会の受理がこの日より後なら、受理の日から照会できます。"
        )
        self.fields["valid_until"] = DayField(
            "適用の終わり（この日から適用しない）", required=False, help_text="決まっているときだけ"
        )


class EndForm(PlainForm):
    """The day from which an affair no longer applies."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"] = DayField(
            "この日から適用しない", help_text="委員会の受理がこの日より後なら、受理の日から適用しません。"
        )
