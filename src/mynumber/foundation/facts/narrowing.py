"""What an item asks less than the whole layout: the exact information of the article, and no more (Act art. 19(viii))."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET

from mynumber.foundation.facts.choosing import layout_of_item
from mynumber.foundation.facts.language import Named, Special, Unless
from mynumber.foundation.facts.types import Fact


class WrongLayout(ValueError):
    """The fact is not of the layout of the item."""


def narrowed(fact: Fact, information: str) -> Fact:
    """The fact with only what an item asks, by its words (`Item.information`).

    Entries of a list whose code the words do not name go; so do fields that other items of the same layout ask. What remains is
    of the layout again. Raises UnmappedItem, and WrongLayout if the item is told in another layout.
    """
    layout = layout_of_item(information)
    if layout is not fact.layout:
        raise WrongLayout(f"the item is told in {layout.id}")
    dropped, named = _rules(information)
    changes: dict[str, Any] = dict.fromkeys(dropped, UNSET)
    for part, codes in named:
        entries = getattr(fact, part.list)
        if entries is not UNSET and not isinstance(entries, Special):
            # An entry that does not say its code stays: what is unknown may be what is asked.
            kept = codes | {UNSET}
            changes[part.list] = tuple(entry for entry in entries if getattr(entry, part.field) in kept)
    return msgspec.structs.replace(fact, **changes) if changes else fact


@cache
def _rules(information: str) -> tuple[tuple[str, ...], tuple[tuple[Named, frozenset[Any]], ...]]:
    dropped: list[str] = []
    named: list[tuple[Named, frozenset[Any]]] = []
    for part in layout_of_item(information).narrowing:
        match part:
            case Unless(words=words, fields=fields):
                if not re.search(words, information):
                    dropped += fields
            case Named(words=words_of):
                codes = frozenset(code for code, words in words_of.items() if re.search(words, information))
                if codes:
                    named.append((part, codes))
    return tuple(dropped), tuple(named)
