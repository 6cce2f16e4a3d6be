"""Which records to show: a period, and institutions."""

from __future__ import annotations

from django import forms

from mynumber.institutions.portal.records.searching import Asker, Ending, Search
from mynumber.protocols.directory import Directory
from mynumber.protocols.information import PORTAL

ANY = ("", "すべて")
LONGEST_WORDS = 100


class FilterForm(forms.Form):
    """The filter of the list; empty fields do not narrow it."""

    q = forms.CharField(
        label="さがすことば",
        required=False,
        max_length=LONGEST_WORDS,
        help_text="機関、事務、情報、担当の名前などからさがします。例：児童扶養手当　税",
    )
    since = forms.DateField(label="いつから", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="いつまで", required=False, widget=forms.DateInput({"type": "date"}))

    outcome = forms.ChoiceField(
        label="結果", required=False, choices=[ANY, *((one.value, one.label_ja) for one in Ending)]
    )
    by = forms.ChoiceField(
        label="だれの求めか", required=False, choices=[ANY, *((one.value, one.label_ja) for one in Asker)]
    )

    def __init__(self, *args: object, directory: Directory, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        own = [(PORTAL, directory.name(PORTAL))]
        members = sorted(((member.id, member.name) for member in directory.members()), key=lambda m: m[1])
        for name, label in (("inquirer", "問い合わせた機関"), ("provider", "聞かれた機関")):
            self.fields[name] = forms.ChoiceField(
                label=label, required=False, choices=[ANY, *(() if name == "provider" else own), *members]
            )

    def search(self) -> Search:
        """What a valid form looks for."""
        cleaned = self.cleaned_data
        return Search(
            q=cleaned["q"],
            since=cleaned["since"],
            until=cleaned["until"],
            inquirer=cleaned["inquirer"],
            provider=cleaned["provider"],
            outcome=Ending(cleaned["outcome"]) if cleaned["outcome"] else None,
            by=Asker(cleaned["by"]) if cleaned["by"] else None,
        )

    def words(self) -> str:
        """What narrows it, for a file to say: いつから 2026-04-01、結果 情報が提供された."""
        if not self.is_bound or not self.is_valid():
            return ""
        said = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value:
                choices = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
                said.append(f"{field.label} {choices.get(value, value)}")
        return "、".join(said)

    def clean(self) -> dict[str, object] | None:
        """A period begins before it ends."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "「いつから」より後の日にしてください。")
        return cleaned
