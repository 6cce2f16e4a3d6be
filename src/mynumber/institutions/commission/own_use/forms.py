"""The decision on a notice."""

from __future__ import annotations

from django import forms


class DecisionForm(forms.Form):
    """Accept, or return with the reason."""

    decision = forms.ChoiceField(
        label="決定",
        choices=[("accept", "受理する"), ("return", "返戻する")],
        widget=forms.RadioSelect,
    )
    remark = forms.CharField(
        label="返戻の理由", required=False, max_length=400, widget=forms.Textarea({"rows": 3})
    )

    def clean(self) -> dict[str, object] | None:
        """Who gets something back is told why."""
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "return" and not str(cleaned.get("remark", "")).strip():
            self.add_error("remark", "返戻するときは、理由を書いてください。")
        return cleaned
