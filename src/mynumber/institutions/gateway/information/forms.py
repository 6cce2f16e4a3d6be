"""What the member's staff fills in about a resident's case."""

from __future__ import annotations

from typing import Any

from django import forms

from mynumber.institutions.gateway.information.deciding import NEXT
from mynumber.protocols.information import CaseKind, CaseState
from mynumber.webkit.face.forms import PlainForm

_LABELS = {
    CaseState.LOOKING: "調べ始める",
    CaseState.CORRECTED: "申出のとおり訂正する（受け取った機関にも知らせる）",
    CaseState.KEPT: "訂正しない",
    CaseState.ANSWERED: "回答して終える",
}
MOST_WORDS = 2000


class StepForm(PlainForm):
    """申出を進める"""

    state = forms.ChoiceField(label="すること", widget=forms.RadioSelect)
    words = forms.CharField(
        label="本人に伝えること",
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea({"rows": 5}),
        help_text="そのまま本人に届きます。訂正しないときと回答するときは、理由や答えを書いてください。",
    )

    def __init__(self, kind: CaseKind, now: CaseState, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state = self.fields["state"]
        if isinstance(state, forms.ChoiceField):
            state.choices = [
                (one.value, _LABELS[one]) for one in CaseState if one in NEXT[kind] and one is not now
            ]

    def clean_words(self) -> str:
        """Lines end with a line feed; nothing else that steers."""
        typed = str(self.cleaned_data["words"]).replace("\r\n", "\n").replace("\r", "\n")
        return "".join(letter for letter in typed if letter == "\n" or letter.isprintable()).strip()

    def clean(self) -> dict[str, Any]:
        """A no has its reason, an answer its words."""
        cleaned = super().clean() or {}
        if cleaned.get("state") in {CaseState.KEPT, CaseState.ANSWERED} and not cleaned.get("words"):
            self.add_error("words", "理由か答えを入力してください。")
        return cleaned
