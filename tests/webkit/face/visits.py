"""One visit of a page in a browser, looked at from every side at once: axe, what it weighs, whether it moved, when it was first painted.

Every browser test comes through `visit` (by `assert_accessible` and `look_at` of serving.py); what it saw goes into the report (reporting.py).
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.support.waiting import eventually
from tests.webkit.face.reporting import BUDGET, Visit, note

OF_HEADERS: Final = 800
"""Bytes for the head of an answer, which a page cannot see: ours have some 700, most of it the policies that browsers are to keep."""

_LOOK: Final = """
async ([heads]) => {
    const entries = type => {
        const observer = new PerformanceObserver(() => {});
        observer.observe({type, buffered: true});
        const found = observer.takeRecords();
        observer.disconnect();
        return found;
    };
    const painted = entries("paint").find(one => one.name === "first-contentful-paint");
    if (!painted) return null;
    if (!("axe" in window)) return "axe";
    const [page] = entries("navigation");
    const fetched = entries("resource").filter(one => one.initiatorType === "fetch");
    const touched = Math.min(...[...entries("first-input"), ...fetched].map(one => one.startTime), Infinity);
    const media = words => matchMedia(words).matches;
    const seen = {
        house: document.documentElement.dataset.house || "",
        path: location.pathname,
        status: page.responseStatus,
        language: document.documentElement.lang,
        width: innerWidth,
        theme: media("print") ? "print" : media("(forced-colors: active)") ? "forced colours" : "plain",
        weight: [page, ...entries("resource")].reduce((sum, one) => sum + one.encodedBodySize + heads, 0),
        shift: entries("layout-shift").filter(one => !one.hadRecentInput && one.startTime < touched).reduce((sum, one) => sum + one.value, 0),
        paint: painted.startTime,
    };
    const {violations, passes} = await axe.run({resultTypes: ["violations"], elementRef: false});
    return {seen: {...seen, rules: passes.length}, violations};
}
"""
"""Without a paint yet, null; without axe, its name. What a cache held counts as if it had come over the wire.

A page moves by itself until it is touched or looks for news: what moves then is an answer.
"""


def visit(page: Page) -> Visit:
    """Look at the page as it stands: axe finds nothing, it weighs no more than it may, nothing moved. Times are told, never judged."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] | str | None = page.evaluate(_LOOK, [OF_HEADERS])
        if found == "axe":
            page.evaluate(AXE_SCRIPT)
            return None
        assert not isinstance(found, str)
        return found

    page.wait_for_load_state()
    found = eventually(look, f"a first paint of {page.url}")
    results = AxeResults({"violations": found["violations"]})
    assert results.violations_count == 0, results.generate_report()
    seen = msgspec.convert(found["seen"], Visit)
    assert seen.weight <= BUDGET, f"{page.url} weighs {seen.weight} bytes; {BUDGET} are allowed"
    assert seen.shift == 0, f"{page.url} moves while it loads: layout shift {seen.shift}"
    note(seen)
    return seen
