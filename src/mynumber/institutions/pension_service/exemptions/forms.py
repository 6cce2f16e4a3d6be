"""What the case worker of the pension service fills in beside what all bodies have (`webkit.examination.forms`)."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions.deciding import GRANTED
from mynumber.webkit.examination import forms as examination
from mynumber.webkit.examination.states import Outcome
from mynumber.webkit.face.forms import PlainForm

_KINDS: Final = [("", "選んでください"), *((kind.name, kind.japanese) for kind in GRANTED)]


class PersonForm(PlainForm):
    """申請者を被保険者の記録と結び付ける"""

    number = forms.CharField(
        label="基礎年金番号",
        max_length=10,
        help_text="四つの情報と年金手帳などを見比べてから入力してください。",
    )


class TownForm(PlainForm):
    """照会先"""

    town = forms.ChoiceField(
        label="税を照会する市区町村",
        required=False,
        help_text="1月1日の住所が今と違うときに選びます。選ばないときは、今の住所の市区町村に照会します。",
    )

    def __init__(self, towns: tuple[tuple[str, str], ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["town"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "今の住所の市区町村"), *towns]


class DecideForm(examination.DecideForm):
    """With a kind of relief: a part of it is a kind of its own."""

    outcome = forms.ChoiceField(
        label="決定の内容",
        choices=[(each.value, each.label) for each in (Outcome.GRANTED, Outcome.REFUSED)],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label="認める区分", choices=_KINDS, required=False, help_text="認めないときは空のままにします。"
    )
    field_order = ("outcome", "kind", "reasons")

    @property
    def relief(self) -> Kind | None:
        """The kind that was chosen."""
        name = self.cleaned_data.get("kind")
        return Kind[name] if name else None
