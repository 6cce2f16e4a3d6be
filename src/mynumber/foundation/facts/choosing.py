"""Which layout tells an item of the Order, and which layouts a kind of information has."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from mynumber.foundation.facts.language import Layout
from mynumber.foundation.facts.layouts import ALL
from mynumber.foundation.law import InformationKind

LAYOUTS: Final[dict[str, Layout]] = {layout.id: layout for layout in ALL}
"""Every layout by its id."""


class UnknownLayout(LookupError):
    """No layout has this id, or the kind has none of this name."""


class UnmappedItem(LookupError):
    """The words of an item lead to no layout, or to several. The words are those of the law, so the message quotes them."""


def layout_named(layout_id: str) -> Layout:
    """The layout of this id. Raises UnknownLayout."""
    try:
        return LAYOUTS[layout_id]
    except KeyError:
        raise UnknownLayout("no layout has this id") from None


def layout_of(kind: InformationKind) -> Layout:
    """The layout of a fact of this kind that names none. Raises UnknownLayout."""
    try:
        return _first_of_kind()[kind]
    except KeyError:
        raise UnknownLayout(f"no layout for {kind.value}") from None


def has_layout(kind: InformationKind) -> bool:
    """Whether a layout tells this kind: every kind of today; one that a later law adds, once its layout is written."""
    return kind in _first_of_kind()


def layouts_of(kind: InformationKind) -> tuple[Layout, ...]:
    """Every layout in which this kind or items of it are told; :func:`layout_of` first."""
    first = layout_of(kind)
    return (first, *(one for one in ALL if kind in one.kinds + one.also and one is not first))


@cache
def layout_of_item(information: str) -> Layout:
    """The layout of an item, by its words without persons (`Item.information`). Raises UnmappedItem.

    The words alone decide, not the kind: the same words are the same information wherever they stand.
    """
    found = [layout for layout in ALL if any(re.search(words, information) for words in layout.words)]
    if len(found) != 1:
        raise UnmappedItem(f"{', '.join(layout.id for layout in found) or 'no layout'}: {information}")
    return found[0]


@cache
def _first_of_kind() -> dict[InformationKind, Layout]:
    first: dict[InformationKind, Layout] = {}
    for layout in ALL:
        for kind in layout.kinds:
            first.setdefault(kind, layout)
    return first
