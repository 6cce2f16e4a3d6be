"""What to look for in the inbox."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from mynumber.institutions.portal.notices.looking import LONGEST_QUERY, Shelf, Wanted
from mynumber.institutions.portal.notices.words import CATEGORIES, category_words
from mynumber.protocols.notices import Category
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say, say_later

_SHELVES = {
    Shelf.ALL: ("すべて", "All", "ぜんぶ"),
    Shelf.UNREAD: ("未読", "Unread", "まだ 読んで いない"),
    Shelf.DUE: ("期限があるもの", "With a deadline", "いつまでが あるもの"),
    Shelf.PUT_AWAY: ("しまったもの", "Put away", "しまった もの"),
}


class LookForm(PlainForm):
    """The filter of the list; empty fields do not narrow it."""

    q = forms.CharField(
        label=say_later("ことば", "Words", "ことば"), max_length=LONGEST_QUERY, required=False
    )
    shelf = forms.ChoiceField(label=say_later("どれを見るか", "Show", "どれを 見るか"), required=False)
    category = forms.ChoiceField(label=say_later("種類", "Kind", "しゅるい"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shelves = [(shelf.value, say(*words)) for shelf, words in _SHELVES.items()]
        kinds = [("", say("すべて", "All", "ぜんぶ"))]
        kinds += [(category.value, category_words(category)) for category in CATEGORIES]
        for name, choices in (("shelf", shelves), ("category", kinds)):
            cast(forms.ChoiceField, self.fields[name]).choices = choices

    def wanted(self) -> Wanted:
        """What was chosen; everything where the form is empty or wrong."""
        if not self.is_bound or not self.is_valid():
            return Wanted()
        chosen = self.cleaned_data
        return Wanted(
            Shelf(chosen["shelf"] or Shelf.ALL),
            Category(chosen["category"]) if chosen["category"] else None,
            chosen["q"].strip(),
        )
