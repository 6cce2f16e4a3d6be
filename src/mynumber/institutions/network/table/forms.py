"""What visitors ask the table: a day, words, kinds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from mynumber.foundation.law import InformationKind, InstitutionKind, Status
from mynumber.foundation.law.former import FORMER_SINCE
from mynumber.institutions.network.table.searching import Role, Search
from mynumber.protocols.directory import Directory, System
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import is_english

LONGEST_WORDS = 100
NAMED_IN_AN_ERROR = 5
_DAY_WIDGET = {"type": "date", "min": FORMER_SINCE.isoformat()}


def say(japanese: str, english: str) -> str:
    """The words of the chosen language."""
    return english if is_english() else japanese


def label_of(kind: InstitutionKind | InformationKind) -> str:
    """The label of a kind in the chosen language."""
    return say(kind.label_ja, kind.label_en)


def status_words(status: Status) -> str:
    """施行中, 施行前, 廃止."""
    english = {
        Status.IN_FORCE: "in force",
        Status.NOT_YET: "not yet in force",
        Status.REPEALED: "no longer in force",
    }
    return say(status.label_ja, english[status])


class DayField(forms.DateField):
    """A day on which a table applies."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs=_DAY_WIDGET, format="%Y-%m-%d"),
            **more,
        )
        self.error_messages["invalid"] = say(
            "「2026-06-14」の形で、ある日付を入力してください。", "Enter a day like 2026-06-14."
        )

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day < FORMER_SINCE:
            raise forms.ValidationError(
                say(
                    "情報連携は2017年5月30日に始まりました。それ以後の日を入力してください。",
                    "Exchanges began on 2017-05-30: enter that day or a later one.",
                )
            )
        return day


class MemberField(forms.CharField):
    """A connected institution, by its name, a part that only one name has, or its id; cleaned to the system or None."""

    def __init__(self, directory: Directory, label: str) -> None:
        super().__init__(label=label, required=False, max_length=LONGEST_WORDS)
        self._directory = directory

    def clean(self, value: Any) -> System | None:
        text = super().clean(value)
        if not text:
            return None
        members = self._directory.members()
        exact = [one for one in members if text in {one.id, one.name}]
        found = exact or [one for one in members if text in one.name]
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                say(
                    "この名前の機関は、つながっていません。機関の種類でもさがせます。",
                    "No institution of this name is connected. You can search by kind of institution too.",
                )
            )
        names = say("、", ", ").join(sorted(one.name for one in found)[:NAMED_IN_AN_ERROR])
        raise forms.ValidationError(
            say(
                f"この名前が当てはまる機関が{len(found)}あります（{names}など）。全部の名前を入力してください。",
                f"{len(found)} institutions are named so ({names}, ...): enter the whole name.",
            )
        )


class SearchForm(PlainForm):
    """The filters above the table."""

    def __init__(self, *args: Any, directory: Directory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = [("", say("すべて", "All"))]
        self.fields["q"] = forms.CharField(
            label=say("ことば", "Words"), required=False, max_length=LONGEST_WORDS, strip=True
        )
        self.fields["member"] = MemberField(
            directory, say("つながっている機関の名前", "Name of a connected institution")
        )
        self.fields["institution"] = forms.ChoiceField(
            label=say("機関の種類", "Kind of institution"),
            required=False,
            choices=everything + [(kind.value, label_of(kind)) for kind in InstitutionKind],
        )
        self.fields["role"] = forms.ChoiceField(
            label=say("その機関は", "That institution"),
            required=False,
            choices=[
                (Role.EITHER.value, say("照会者または提供者", "asks or provides")),
                (Role.INQUIRER.value, say("照会者", "asks")),
                (Role.PROVIDER.value, say("提供者", "provides")),
            ],
        )
        self.fields["information"] = forms.ChoiceField(
            label=say("情報の種類", "Kind of information"),
            required=False,
            choices=everything + [(kind.value, label_of(kind)) for kind in InformationKind],
        )
        self.fields["affair"] = forms.CharField(
            label=say("事務の番号または名前", "Affair (number or words)"),
            required=False,
            max_length=LONGEST_WORDS,
        )
        self.fields["day"] = DayField(say("いつの表", "Table of the day"))
        self.fields["status"] = forms.ChoiceField(
            label=say("その日に", "On that day"),
            required=False,
            choices=[
                (status.value, status_words(status))
                for status in (Status.IN_FORCE, Status.NOT_YET, Status.REPEALED)
            ]
            + [("any", say("すべて（施行前・廃止を含む）", "any status"))],
        )

    @property
    def day(self) -> date:
        """The day asked about, else today in Japan."""
        return self.cleaned_data["day"] or timezone.localdate()

    @property
    def search(self) -> Search:
        """What the cleaned fields ask."""
        data = self.cleaned_data
        status = data["status"] or Status.IN_FORCE.value
        return Search(
            words=data["q"],
            institution=InstitutionKind(data["institution"]) if data["institution"] else None,
            member=frozenset(InstitutionKind.named(kind) for kind in data["member"].kinds)
            if data["member"]
            else None,
            role=Role(data["role"] or Role.EITHER),
            information=InformationKind(data["information"]) if data["information"] else None,
            affair=data["affair"],
            status=None if status == "any" else Status(status),
        )


class DayForm(PlainForm):
    """A day alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"] = DayField(say("いつの表", "Table of the day"))

    @property
    def day(self) -> date:
        """The day asked about, else today in Japan."""
        return self.cleaned_data["day"] or timezone.localdate()


class ChangesForm(PlainForm):
    """Two days to compare, and what of the law."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"] = DayField(say("この日から", "From"))
        self.fields["until"] = DayField(say("この日まで", "To"))
        self.fields["level"] = forms.ChoiceField(
            label=say("何を", "What"),
            required=False,
            choices=[
                ("table", say("表の事務と規定", "affairs and rules of the table")),
                ("items", say("詳細な事務と項目", "exact affairs and items")),
                ("all", say("すべて", "everything")),
            ],
        )
