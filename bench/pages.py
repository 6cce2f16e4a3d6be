"""What a page costs a browser that keeps nothing from before: bytes, layout shift, and how long until something is painted (issue 5, acceptance 6).

The gallery holds every component, the landing page is the longest; both are served as in production. `make test` tells the same of every page
(`reports/pages.md`), on a machine that is busy with other tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.webkit.face.reporting import BUDGET
from tests.webkit.face.serving import CHROMIUM, PHONE, browsing, serving
from tests.webkit.face.visits import visit

from bench.report import Scale, Table, Tell, median

PAGES = (
    "/",
    *(f"/face/{name}" for name in ("", "words", "fields", "pickers", "procedure", "card", "values")),
)
LIMIT_MS = 1000.0


def run(scale: Scale, tell: Tell) -> Iterator[Table]:
    """A table of the pages; each visit with a new context of the browser."""
    if not Path(CHROMIUM).exists():
        tell("pages are left out: there is no Chromium here")
        return
    table = Table(
        "Pages in a browser",
        ("", "kB", f"of {BUDGET // 1000} kB", "layout shift", "first paint ms", "latest ms", "of a second"),
    )
    # The landing page asks who runs, for a second at most: at these ports nobody does, and says so at once.
    with (
        serving("mynumber.platform.guide.wsgi:application", MYNUMBER_PORT_BASE="64000") as guide,
        browsing() as browser,
    ):
        for path in PAGES[: scale.count(len(PAGES), 2)]:
            tell(path)
            seen = []
            for _ in range(scale.count(15, 2)):
                context = browser.new_context(viewport=PHONE)
                page = context.new_page()
                page.goto(guide + path)
                seen.append(visit(page))
                context.close()
            paints = [one.paint for one in seen]
            weight = max(one.weight for one in seen)
            table.rows.append(
                (
                    path,
                    weight / 1000,
                    weight / BUDGET,
                    max(one.shift for one in seen),
                    median(paints),
                    max(paints),
                    max(paints) / LIMIT_MS,
                )
            )
    table.notes.append("360 pixels wide; axe finds nothing on them. First contentful paint, from the click.")
    yield table
