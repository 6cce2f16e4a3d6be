"""What the browser tests of a run saw of each page, gathered from all workers into `reports/pages.md`; and whether a page was forgotten.

The controller names a folder in the environment before it starts workers; each of them adds lines to a file of its own there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from tests.webkit.face.not_visited import NOT_VISITED, THOROUGH_ONLY

BUDGET: Final = 150_000
"""Bytes that one page may transfer with all it needs, nothing being kept from before."""
FOLDER: Final = "PAGES_OF_THIS_RUN"
"""Environment variable: the folder of this run's lines. Not one of the product's, which tests keep from processes that they start."""

REPORT: Final = Path(__file__).parents[3] / "reports" / "pages.md"
UNPROCESSABLE: Final = 422
"""The status of a form that is shown again with what is to be corrected: as much of a page as any."""


class Visit(msgspec.Struct, frozen=True):
    """What was seen of a page: lengths in CSS pixels, `weight` in bytes, `shift` as in Layout Instability, `paint` (first contentful) in milliseconds
    from the click, `rules` of axe that it passed."""

    house: str
    path: str
    status: int
    language: str
    width: int
    theme: str
    weight: int
    shift: float
    paint: float
    rules: int


class Route(msgspec.Struct, frozen=True):
    """A route in the order of urls.py: its pattern, a regular expression of its addresses, and whether people may ask for a page there."""

    house: str
    pattern: str
    path: str
    for_people: bool


Line = TypeVar("Line", Visit, Route)


def announce() -> None:
    """Make the folder; the controller does this before it starts workers."""
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="mynumber-pages-")


def close() -> None:
    """Remove the folder; only in the controller."""
    shutil.rmtree(os.environ.pop(FOLDER))


def note(*lines: Visit | Route) -> None:
    """Keep what was seen; outside of a run nothing is kept."""
    if folder := os.environ.get(FOLDER):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        for line in lines:
            with (Path(folder) / f"{worker}.{type(line).__name__}").open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")


def report(*, whole: bool) -> list[str]:
    """Write the report; only in the controller. After a `whole` run: what is wrong with the list of pages, in sentences."""
    folder = Path(os.environ[FOLDER])
    visits, routes = list(_read(folder, Visit)), list(_read(folder, Route))
    wrong = complaints(visits, routes) if whole and visits and routes else []
    if visits:
        REPORT.parent.mkdir(exist_ok=True)
        new = REPORT.with_suffix(f".{os.getpid()}")
        new.write_text(written(visits, routes, wrong), encoding="utf-8")
        new.replace(REPORT)
    return wrong


def complaints(visits: Iterable[Visit], routes: Iterable[Route]) -> list[str]:
    """Pages that nobody visited and that no list names, and names in the list that are no pages."""
    by_house = _by_house(routes)
    visited = {route for visit in visits if _is_page(visit) and (route := _route_of(visit, by_house))}
    excused = _excused()
    known = {
        (route.house, route.pattern): route
        for routes in by_house.values()
        for route in routes
        if route.for_people
    }
    forgotten = [
        f"{house}: no browser test looks at {pattern or '/'} (look_at of serving.py), nor does not_visited.py say why not"
        for (house, pattern), route in known.items()
        if route not in visited and pattern not in excused.get(house, {})
    ]
    gone = [
        f"{house}: not_visited.py names {pattern or '/'}, which is no page any more"
        for house, patterns in NOT_VISITED.items()
        for pattern in patterns
        if (house, pattern) not in known
    ]
    return forgotten + gone


def written(visits: Iterable[Visit], routes: Iterable[Route], wrong: Iterable[str] = ()) -> str:
    """The report as Markdown: a line for each page, width and look, of several visits the worst figures; then what is `wrong` with the list of pages."""
    by_house = _by_house(routes)
    rows: defaultdict[tuple[str, str, int, str, str, int], list[Visit]] = defaultdict(list)
    for visit in visits:
        route = _route_of(visit, by_house)
        page = f"/{route.pattern}" if route else _without_identifiers(visit.path)
        key = (visit.house, page, visit.width, visit.theme, visit.language, visit.status)
        rows[key].append(visit)
    everything = [visit for seen in rows.values() for visit in seen]
    heaviest = max(everything, key=lambda visit: visit.weight)
    slowest = max(everything, key=lambda visit: visit.paint)
    lines = [
        "# Pages in the browser",
        "",
        f"{len(everything)} visits of {len({key[:2] for key in rows})} pages. axe found nothing on any of them.",
        f"The heaviest weighs {heaviest.weight / 1000:.1f} kB of {BUDGET / 1000:.0f} allowed ({heaviest.house} {heaviest.path}). Nothing moved by itself.",
        f"The latest first paint came after {slowest.paint:.0f} ms ({slowest.house} {slowest.path}), on a machine that ran other tests as well.",
        "",
        "Weight: all that a browser without anything kept from before transfers. First paint: first contentful paint, from the click.",
        "",
    ]
    house = ""
    for key, seen in sorted(rows.items()):
        if key[0] != house:
            house = key[0]
            lines += ["", f"## {house or 'elsewhere'}", "", *_HEAD]
        _, page, width, theme, language, status = key
        lines.append(
            f"| `{page}` | {status} | {width} | {theme} | {language} | {len(seen)} | {min(visit.rules for visit in seen)} "
            f"| {max(visit.weight for visit in seen) / 1000:.1f} | {max(visit.shift for visit in seen):.4g} "
            f"| {max(visit.paint for visit in seen):.0f} |"
        )
    lines += ["", "## Not looked at in this run", "", *(f"- {complaint}" for complaint in wrong)]
    lines += ["", "## Not visited, and why", "", "| House | Page | Reason |", "|---|---|---|"]
    lines += [
        f"| {house} | `/{pattern}` | {reason} |"
        for house, patterns in _excused().items()
        for pattern, reason in patterns.items()
    ]
    return "\n".join(lines) + "\n"


_HEAD: Final = (
    "| Page | Status | Width | Look | Language | Visits | axe rules passed | kB | Layout shift | First paint (ms) |",
    "|---|--:|--:|---|---|--:|--:|--:|--:|--:|",
)


def _excused() -> dict[str, dict[str, str]]:
    """The list as it holds for this run: `make thorough` owes the visits that it alone makes."""
    owed = THOROUGH_ONLY if os.environ.get("MYNUMBER_THOROUGH") == "1" else None
    return {
        house: {pattern: reason for pattern, reason in patterns.items() if reason != owed}
        for house, patterns in NOT_VISITED.items()
    }


def _read(folder: Path, kind: type[Line]) -> Iterator[Line]:
    for file in sorted(folder.glob(f"*.{kind.__name__}")):
        yield from msgspec.json.Decoder(kind).decode_lines(file.read_bytes())


def _by_house(routes: Iterable[Route]) -> dict[str, list[Route]]:
    found: defaultdict[str, list[Route]] = defaultdict(list)
    for route in routes:
        found[route.house].append(route)
    return found


def _route_of(visit: Visit, by_house: dict[str, list[Route]]) -> Route | None:
    """The first that fits, as Django chooses."""
    return next(
        (route for route in by_house.get(visit.house, ()) if re.fullmatch(route.path, visit.path)), None
    )


def _is_page(visit: Visit) -> bool:
    return visit.status < 400 or visit.status == UNPROCESSABLE


def _without_identifiers(path: str) -> str:
    return re.sub(r"/[0-9a-f-]{32,}|/[A-Za-z0-9_-]{20,}", "/…", path)
