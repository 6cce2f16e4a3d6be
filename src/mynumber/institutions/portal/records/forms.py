"""Which records to show: a period, and institutions."""

from __future__ import annotations

from django import forms

from mynumber.protocols.directory import Directory

ANY = ("", "すべて")


class FilterForm(forms.Form):
    """The filter of the list; empty fields do not narrow it."""

    since = forms.DateField(label="いつから", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="いつまで", required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: object, directory: Directory, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        members = sorted(((member.id, member.name) for member in directory.members()), key=lambda m: m[1])
        for name, label in (("inquirer", "問い合わせた機関"), ("provider", "聞かれた機関")):
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[ANY, *members])

    def clean(self) -> dict[str, object] | None:
        """A period begins before it ends."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "「いつから」より後の日にしてください。")
        return cleaned
