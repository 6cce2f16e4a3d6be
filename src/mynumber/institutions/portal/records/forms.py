"""Which records to show: a period, and institutions."""

from __future__ import annotations

from django import forms

from mynumber.institutions.portal.records.searching import Asker, Ending, Search
from mynumber.protocols.directory import Directory
from mynumber.protocols.information import PORTAL
from mynumber.webkit.face.language import say, say_later

ANY = ("", say_later("すべて", "All", "ぜんぶ"))
LONGEST_WORDS = 100


def _endings() -> list[tuple[str, str]]:
    return [ANY, *((one.value, one.label) for one in Ending)]


def _askers() -> list[tuple[str, str]]:
    return [ANY, *((one.value, one.label) for one in Asker)]


class FilterForm(forms.Form):
    """The filter of the list; empty fields do not narrow it."""

    q = forms.CharField(
        label=say_later("さがすことば", "Words to search for", "さがす ことば"),
        required=False,
        max_length=LONGEST_WORDS,
        help_text=say_later(
            "機関、事務、情報、担当の名前などからさがします。例：児童扶養手当　税",
            "In names of institutions, tasks, information and offices, in Japanese",
            "日本語で さがします。れい：税",
        ),
    )
    since = forms.DateField(
        label=say_later("いつから", "From", "いつから"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )
    until = forms.DateField(
        label=say_later("いつまで", "Until", "いつまで"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
    )

    outcome = forms.ChoiceField(label=say_later("結果", "Result", "けっか"), required=False, choices=_endings)
    by = forms.ChoiceField(
        label=say_later("だれの求めか", "Who asked", "だれが きいたか"), required=False, choices=_askers
    )

    def __init__(self, *args: object, directory: Directory, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        own = [(PORTAL, directory.name(PORTAL))]
        members = sorted(((member.id, member.name) for member in directory.members()), key=lambda m: m[1])
        for name, label in (
            ("inquirer", say("問い合わせた機関", "Who asked", "きいた ところ")),
            ("provider", say("聞かれた機関", "Who was asked", "きかれた ところ")),
        ):
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
            self.add_error(
                "until",
                say(
                    "「いつから」より後の日にしてください。",
                    "Choose a day after 'From'.",
                    "「いつから」より あとの 日に して ください。",
                ),
            )
        return cleaned
