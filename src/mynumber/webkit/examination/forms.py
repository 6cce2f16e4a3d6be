"""What the case worker fills in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms

from mynumber.foundation.procedures.definition import Field, FieldType
from mynumber.webkit.examination.sheets import Open
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.face.fields import WarekiDateField
from mynumber.webkit.face.forms import PlainForm


class MarkForm(PlainForm):
    """補正を求める: what is to be corrected at each field, and until when."""

    due = WarekiDateField(label="いつまでに", required=False)

    def __init__(
        self,
        askable: Mapping[str, tuple[str, Field, str]],
        suggested: Mapping[str, str],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.paths = {f"mark-{number}": path for number, path in enumerate(askable)}
        for name, path in self.paths.items():
            label, _, value = askable[path]
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=400,
                initial=suggested.get(path, ""),
                help_text=f"送られた内容：{value}" if value else "送られた内容：（空欄）",
            )
        self.order_fields([*self.paths, "due"])

    @property
    def marks(self) -> dict[str, str]:
        """What was written, by path."""
        return {path: self.cleaned_data.get(name, "") for name, path in self.paths.items()}


class WordsForm(PlainForm):
    """本人への連絡"""

    words = forms.CharField(label="本人に伝えること", max_length=4000, widget=forms.Textarea)


class ReturnForm(PlainForm):
    """差戻し"""

    words = forms.CharField(label="差し戻す理由", max_length=1000, widget=forms.Textarea)


class DecideForm(PlainForm):
    """担当者の判断で起案する: yes or no, and why; what is decided beside, each body adds."""

    outcome = forms.ChoiceField(label="決定の内容", choices=Outcome.choices, widget=forms.RadioSelect)
    reasons = forms.CharField(
        label="理由",
        max_length=4000,
        widget=forms.Textarea,
        help_text="本人への通知に載ります。どの事実がどの要件に当たるかを書いてください（行政手続法第8条）。",
    )


class ConfirmForm(PlainForm):
    """審査で確かめた事実: what no source gave, all on one page; what stays empty stays open."""

    def __init__(
        self, open_facts: Sequence[Open], label: Callable[[str], str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.paths = {f"fact-{number}": each.path for number, each in enumerate(open_facts)}
        for name, each in zip(self.paths, open_facts, strict=True):
            self.fields[name] = _control(each, label(each.path))
        self.fields["words"] = forms.CharField(
            label="どうやって確かめたか",
            required=False,
            max_length=400,
            help_text="台帳や書類の名前など。情報連携や台帳で分かるはずの項目では必要です。",
        )

    @property
    def found(self) -> dict[str, str]:
        """What was filled in, by path."""
        filled = {path: str(self.cleaned_data.get(name) or "").strip() for name, path in self.paths.items()}
        return {path: value for path, value in filled.items() if value}


def _control(each: Open, label: str) -> forms.Field:
    options: dict[str, Any] = {"label": label, "required": False, "help_text": each.why}
    if each.field.type is FieldType.YES_NO:
        choices = [("", "選んでください"), ("yes", "はい"), ("no", "いいえ")]
        return forms.ChoiceField(choices=choices, initial=each.suggest, **options)
    if each.field.choices:
        listed = [(choice.value, choice.label.ja) for choice in each.field.choices]
        return forms.ChoiceField(choices=[("", "選んでください"), *listed], initial=each.suggest, **options)
    return forms.CharField(max_length=200, initial=each.suggest, **options)
