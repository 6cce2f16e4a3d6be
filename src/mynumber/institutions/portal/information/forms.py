"""What a resident chooses and writes about their information."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from mynumber.foundation.facts import MalformedKey, Period
from mynumber.foundation.law import InformationKind
from mynumber.institutions.portal.information.cases import MOST_WORDS
from mynumber.institutions.portal.information.looking import Want
from mynumber.protocols.directory import Directory
from mynumber.protocols.facts import may_be_of
from mynumber.protocols.message import PERIODS_ITEMS
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say_later

MOST_CHOICES: Final = 400
"""Boxes that one page may send."""


class BadChoice(ValueError):
    """What was sent is no choice of the list."""


def wants_of(chosen: list[str], directory: Directory) -> list[Want]:
    """The things to be seen, each kind of each provider once with all its periods, in the order chosen. Raises BadChoice."""
    if len(chosen) > MOST_CHOICES:
        raise BadChoice
    members = {member.id for member in directory.members()}
    periods: dict[tuple[str, str], list[str]] = {}
    for text in chosen:
        parts = text.split("|")
        if len(parts) != 3 or parts[0] not in members:
            raise BadChoice
        provider, information, period = parts
        try:
            kind = InformationKind.named(information)
            if period and (Period.parse(period).text != period or not may_be_of(kind, period)):
                raise BadChoice
        except (ValueError, MalformedKey):
            raise BadChoice from None
        named = periods.setdefault((provider, information), [])
        if period and period not in named:
            named.append(period)
    return [
        Want(provider, information, tuple(named[start : start + PERIODS_ITEMS]))
        for (provider, information), named in periods.items()
        for start in range(0, max(len(named), 1), PERIODS_ITEMS)
    ]


class CaseForm(PlainForm):
    """申出"""

    words = forms.CharField(
        label=say_later("どこがまちがっているか", "What is wrong", "どこが ちがいますか"),
        max_length=MOST_WORDS,
        widget=forms.Textarea({"rows": 6}),
        help_text=say_later(
            "正しい内容や、そう思うわけを書いてください。個人番号（マイナンバー）は書かないでください。",
            "Say what is right, or why you think so. Do not write your individual number.",
            "ただしい ことや りゆうを かいてください。マイナンバーは かかないでください。",
        ),
    )

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["words"].label = label

    def clean_words(self) -> str:
        """Lines end with a line feed; nothing else that steers."""
        typed = str(self.cleaned_data["words"]).replace("\r\n", "\n").replace("\r", "\n")
        words = "".join(letter for letter in typed if letter == "\n" or letter.isprintable()).strip()
        if not words:
            raise forms.ValidationError("内容を入力してください。")
        return words
