"""Pages that differ from visitor to visitor in a few words only: rendered once, then filled in.

    return HttpResponse(filled("portal/onward.html", {}, {"address": address}))

`fixed` is what a page is made for (hashable values; each combination is rendered once and kept), `words` what changes each time: text for which the template
only has `{{ NAME }}`, in text, in an attribute or in a part of an address (never
empty: whether there is a word is fixed). A page with a form names its `csrf_token` among the words.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable, Mapping
from functools import lru_cache
from html import escape

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from mynumber.webkit.face.language import with_furigana

KEPT = 256
"""Pages that a process keeps; of some ten thousand characters each."""


def filled(template: str, fixed: Mapping[str, Hashable], words: Mapping[str, str]) -> str:
    """The page. The template is rendered without the visitor's request, so nothing of one visitor is kept for the next."""
    pieces = _mould(template, tuple(fixed.items()), tuple(words), get_language(), with_furigana())
    return "".join([escape(words[piece]) if number % 2 else piece for number, piece in enumerate(pieces)])


@lru_cache(maxsize=KEPT)
def _mould(
    template: str,
    fixed: tuple[tuple[str, Hashable], ...],
    names: tuple[str, ...],
    language: str | None,
    furigana: bool,
) -> list[str]:
    """Text, name of a word, text, name of a word, ..., text."""
    # Random, so that no value of the page can be taken for a place; plain letters, which no escaping touches.
    mark = secrets.token_hex(16)
    places = {name: f"{mark}x{number}x" for number, name in enumerate(names)}
    text = render_to_string(template, {**dict(fixed), **places}, HttpRequest())
    pieces = re.split(f"{mark}x([0-9]+)x", text)
    return [names[int(piece)] if number % 2 else piece for number, piece in enumerate(pieces)]
