"""The form of an item that asks for several periods: one answer each, and 該当なし is one of them."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django import forms

from mynumber.foundation.facts import Axis, Period
from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.desk.fact_form import FactForm
from mynumber.protocols.exchange import PeriodFact
from mynumber.protocols.facts import may_be_of
from mynumber.protocols.message import Moment

_FIELD: Final = {
    Axis.FISCAL_YEAR: "fiscal_year",
    Axis.CALENDAR_YEAR: "calendar_year",
    Axis.MONTH: "month",
}
"""Where the period stands in a fact."""


class PeriodForm(FactForm):
    """What is said of one period: the fact, whose period is given, or that there is none. ``cleaned_data["fact"]`` is None then."""

    def __init__(self, information: InformationKind, period: str, *args: Any, **kwargs: Any) -> None:
        self.period = Period.parse(period)
        super().__init__(information, *args, prefix=period, **kwargs)
        if may_be_of(information, period):
            own = _FIELD[self.period.axis]
            self.fields[own].disabled = True
            self.initial[own] = period if self.period.axis is Axis.MONTH else self.period.year
        else:  # asked for a time in which this kind is not told
            self.fields.clear()
        self.add_control(
            "not_held", forms.BooleanField(label=f"{self.period.label_ja}の情報はない", required=False)
        )
        if self.data.get(self.add_prefix("not_held")):
            for field in self.fields.values():
                field.required = False

    def clean(self) -> dict[str, Any]:
        """The fact in its layout, unless there is none."""
        if self.cleaned_data.get("not_held"):
            return {"fact": None}
        if len(self.fields) == 1:
            raise forms.ValidationError(
                f"この情報に{self.period.label_ja}のものはありません。しるしを付けてください。"
            )
        return super().clean()

    def answer(self, as_of: Moment) -> PeriodFact:
        """What is said, once the form is valid."""
        fact = self.cleaned_data["fact"]
        if fact is None:
            return PeriodFact(period=self.period.text, is_held=False)
        return PeriodFact(period=self.period.text, is_held=True, as_of=as_of, fact=msgspec.Raw(fact.encode()))
