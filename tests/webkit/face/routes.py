"""The routes of a house as the report of pages needs them: which addresses lead there, and whether anybody may read there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.urls.converters import get_converters

from mynumber.webkit.access import walk_routes
from mynumber.webkit.marks import Access
from tests.webkit.face.reporting import Route

FOR_PEOPLE: Final = frozenset({Access.PUBLIC, Access.STAFF, Access.RESIDENT})


def routes_of(house: str, urlconf: str) -> Iterator[Route]:
    """All routes of a house; only where its settings hold."""
    for route in walk_routes(urlconf):
        people = route.mark is not None and route.mark.access in FOR_PEOPLE
        yield Route(house, route.pattern, _addresses(route.pattern), people and _reads(route.called))


def _addresses(pattern: str) -> str:
    """`/cards/[0-9]+` for `cards/<int:number>`."""
    pieces = re.split(r"<(?:(\w+):)?\w+>", pattern)
    kinds = get_converters()
    return "/" + "".join(
        re.escape(piece or "") if place % 2 == 0 else f"(?:{kinds[piece or 'str'].regex})"
        for place, piece in enumerate(pieces)
    )


def _reads(view: object) -> bool:
    """Whether a view answers GET: what its `require_...` lets through, or everything."""
    while view is not None:
        code = getattr(view, "__code__", None)
        if code is not None and "request_method_list" in code.co_freevars:
            closure = view.__closure__  # type: ignore[attr-defined]  # a function, as it has code
            return "GET" in closure[code.co_freevars.index("request_method_list")].cell_contents
        view = getattr(view, "__wrapped__", None)
    return True
